"""Which of an expert's servers is asked next, and when it is given up."""

import asyncio
import time
from collections.abc import Callable

from loguru import logger

from pipecatapp.experts.client.server import CONNECT_SECS, FAR_CONNECT_SECS, READ_SECS, reason_of
from pipecatapp.experts.errors import ExpertUnavailableError, NoExpertError
from pipecatapp.experts.expert import Expert, ExpertInstance

REPLACED_SECS = 2.0
"""Within this time of a failure another server has taken the request, or none does."""
WAKING_SECS = 120.0
"""How long a sleeper may need."""
ASK_AGAIN_SECS = 0.5
SMALLEST_WAIT_SECS = 0.05

Rank = Callable[[ExpertInstance], tuple[bool, int, float]]


class Attempts:
    """What has been tried for one answer."""

    def __init__(self, find: Callable[[], Expert], rank: Rank):
        """Begin.

        Args:
            find: Returns the expert as the directory has it now; raises NoExpertError.
            rank: Returns what makes a server the better one the smaller it is.
        """
        self._find = find
        self._rank = rank
        self._tried: set[str] = set()
        self._connect_until: float | None = None
        self._wake_until: float | None = None

    @property
    def waking(self) -> bool:
        """Whether a sleeper is being woken, and has time left."""
        return self._wake_until is not None and time.monotonic() < self._wake_until

    async def next(self) -> tuple[Expert, ExpertInstance]:
        """Return the server to ask now.

        A job that is being started may be listed nowhere for a moment: it is waited for.

        Raises:
            NoExpertError: There is no such expert any more.
            ExpertUnavailableError: There is no server left.
        """
        while True:
            try:
                return self._choose(self._find())
            except (NoExpertError, ExpertUnavailableError):
                if not self.waking:
                    raise
            await asyncio.sleep(ASK_AGAIN_SECS)

    def _choose(self, expert: Expert) -> tuple[Expert, ExpertInstance]:
        left = [one for one in _instances(expert) if one.url not in self._tried]
        awake = [one for one in left if not one.asleep]
        asleep = [one for one in left if one.asleep]
        in_time = self._connect_until is None or time.monotonic() < self._connect_until
        if awake and in_time:
            return expert, min(awake, key=self._rank)
        if asleep and (self._wake_until is None or self.waking):
            return expert, asleep[0]
        raise ExpertUnavailableError(f"The {expert.name} expert does not answer.")

    def wakes(self, instance: ExpertInstance) -> bool:
        """Tell whether a server is the first that has to be woken."""
        if not instance.asleep or self._wake_until is not None:
            return False
        self._wake_until = time.monotonic() + WAKING_SECS
        return True

    def patience(self, instance: ExpertInstance) -> tuple[float, float]:
        """Return how many seconds to wait for a connection, and for the first token."""
        usual = FAR_CONNECT_SECS if instance.external else CONNECT_SECS
        now = time.monotonic()
        if instance.asleep and self._wake_until is not None:
            return usual, max(SMALLEST_WAIT_SECS, self._wake_until - now)
        if self._connect_until is None:
            return usual, READ_SECS
        return max(SMALLEST_WAIT_SECS, min(usual, self._connect_until - now)), READ_SECS

    async def failed(self, expert: Expert, instance: ExpertInstance, error: BaseException) -> bool:
        """Take note that a server gave no first token; return whether another one is asked."""
        if self.waking:
            # What is to wake a job, or the job itself, may be the last to be ready.
            await asyncio.sleep(ASK_AGAIN_SECS)
            return False
        reason = reason_of(error)
        logger.warning(f"The {expert.name} expert at {instance.url} does not answer: {reason}")
        self._tried.add(instance.url)
        self._connect_until = time.monotonic() + REPLACED_SECS
        return any(one.url not in self._tried for one in _instances(expert))


def _instances(expert: Expert) -> tuple[ExpertInstance, ...]:
    return expert.service.instances if expert.service else ()

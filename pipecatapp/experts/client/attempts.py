"""Failover: which of an expert's servers is asked next, and when to give up."""

import asyncio
import time
from collections.abc import Callable

from loguru import logger

from pipecatapp.experts.client.server import CONNECT_SECS, FAR_CONNECT_SECS, reason_of
from pipecatapp.experts.errors import ExpertUnavailableError, NoExpertError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.inference.connections import READ_SECS

REPLACED_SECS = 2.0
"""After a failure another server has to accept the connection within this time."""
WAKING_SECS = 120.0
"""How long a server that is asleep may take to wake."""
ASK_AGAIN_SECS = 0.5
SMALLEST_WAIT_SECS = 0.05

Rank = Callable[[ExpertInstance], tuple[bool, int, float]]


class Attempts:
    """The attempts to get one answer."""

    def __init__(self, find: Callable[[], Expert], rank: Rank):
        """Begin.

        Args:
            find: Returns the expert as the directory has it now; raises NoExpertError.
            rank: Returns a server's rank; the server with the smallest is asked first.
        """
        self._find = find
        self._rank = rank
        self._tried: set[str] = set()
        self._connect_until: float | None = None
        self._wake_until: float | None = None

    @property
    def waking(self) -> bool:
        """Whether a server is being woken and has time left."""
        return self._wake_until is not None and time.monotonic() < self._wake_until

    async def next(self) -> tuple[Expert, ExpertInstance]:
        """Return the server to ask now.

        While a server is being woken, its job may not be listed for a moment; this waits for it.

        Raises:
            NoExpertError: The expert is gone.
            ExpertUnavailableError: No server is left.
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
        """Return whether asking a server wakes the expert; its time to wake begins now."""
        if not instance.asleep or self._wake_until is not None:
            return False
        self._wake_until = time.monotonic() + WAKING_SECS
        return True

    def patience(self, instance: ExpertInstance) -> tuple[float, float]:
        """Return how many seconds to wait for a connection, and between two chunks."""
        usual = FAR_CONNECT_SECS if instance.external else CONNECT_SECS
        now = time.monotonic()
        if instance.asleep and self._wake_until is not None:
            return usual, max(SMALLEST_WAIT_SECS, self._wake_until - now)
        if self._connect_until is None:
            return usual, READ_SECS
        return max(SMALLEST_WAIT_SECS, min(usual, self._connect_until - now)), READ_SECS

    async def failed(self, expert: Expert, instance: ExpertInstance, error: BaseException) -> bool:
        """Note that a server gave no first token, and return whether another one is left to ask."""
        if self.waking:
            # The activator or the job itself may not be ready yet.
            await asyncio.sleep(ASK_AGAIN_SECS)
            return False
        reason = reason_of(error)
        logger.warning(f"The {expert.name} expert at {instance.url} does not answer: {reason}")
        self._tried.add(instance.url)
        self._connect_until = time.monotonic() + REPLACED_SECS
        return any(one.url not in self._tried for one in _instances(expert))


def _instances(expert: Expert) -> tuple[ExpertInstance, ...]:
    return expert.service.instances if expert.service else ()

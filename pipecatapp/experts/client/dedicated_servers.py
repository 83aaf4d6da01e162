"""Experts that have servers of their own: the best one is asked, and another where it fails."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from functools import partial

from pipecatapp.experts.client.attempts import Attempts
from pipecatapp.experts.client.requests import Event, FailoverEvent, MakeRequest, check_failure
from pipecatapp.experts.client.server import FAILURES, Clients, count_slots
from pipecatapp.experts.discovery.directory import ExpertDirectory
from pipecatapp.experts.errors import ExpertUnavailableError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.prefix_cache import PrefixCache
from pipecatapp.runtime.inference.slots import Slots

WARMING = "warming"
"""Whose slots those are that nobody has asked for anything yet."""


class DedicatedServers:
    """Asks them, each conversation in a slot of its own.

    Args:
        directory: Which there are.
        clients: What asks them.
    """

    def __init__(self, directory: ExpertDirectory, clients: Clients) -> None:
        self._directory = directory
        self._clients = clients
        self._slots: dict[str, Slots] = {}

    async def ask(
        self, find: Callable[[], Expert], made: MakeRequest, conversation: str
    ) -> AsyncGenerator[Event, None]:
        """Yield an answer of the first server that gives one.

        Args:
            find: Returns the expert as the directory has it now; raises NoExpertError.
            made: Makes the request.
            conversation: Whose it is.

        Raises:
            NoExpertError: There is no such expert any more.
            ExpertUnavailableError: No server gave a first token.
            BrokenError: A server died in the middle of the answer.
            TooLongError: What was said last does not fit its context.
        """
        attempts = Attempts(find, partial(self._rank, conversation=conversation))
        while True:
            expert, instance = await attempts.next()
            if attempts.wakes(instance):
                yield FailoverEvent.WAKING
            answer = _Answer(self._slot(instance, conversation))
            patience = attempts.patience(instance)
            asked = self._clients.stream(
                instance, made(expert), slot=answer.slot(), patience=patience
            )
            try:
                async with aclosing(asked) as chunks:
                    async for chunk in chunks:
                        if text_of(chunk) and not answer.begun:
                            self._took(instance, answer.begin())
                        yield chunk
            except FAILURES as error:
                check_failure(expert, instance.url, error, begun=answer.begun)
                if await attempts.failed(expert, instance, error):
                    yield FailoverEvent.REPLACED
                continue
            if not answer.begun:
                raise ExpertUnavailableError(f"The {expert.name} expert has nothing to say.")
            return

    async def warm(self, expert: Expert, instance: ExpertInstance, persona: str) -> None:
        """Have a server's slots hold a persona.

        Raises:
            OSError: The server's key cannot be read.
        """
        prefixes = PrefixCache(self._clients.instance(instance))
        slots = await self.slots_of(instance)
        for number in range(slots.count):
            await prefixes.hold(slots.held_by(f"{WARMING} {number}"), expert.name, persona)

    def _rank(self, instance: ExpertInstance, conversation: str) -> tuple[bool, int, float]:
        """Return what makes a server the better one the smaller it is.

        A conversation's prompt is in one server, where it need not be read again.
        """
        slots = self._slots.get(instance.url)
        strange = slots is None or not slots.has(conversation)
        return strange, slots.busy if slots else 0, instance.latency_ms or 0.0

    def _took(self, instance: ExpertInstance, seconds: float) -> None:
        """Take note of how long a first token took; how long a sleeper wakes is another matter."""
        if not instance.asleep:
            self._directory.took(instance.url, seconds)

    @asynccontextmanager
    async def _slot(self, instance: ExpertInstance, conversation: str) -> AsyncIterator[int | None]:
        """Hold the conversation's slot of a server; None where the server has none."""
        if instance.external:
            yield None
            return
        slots = await self.slots_of(instance)
        async with slots.held_by(conversation) as number:
            yield number

    async def slots_of(self, instance: ExpertInstance) -> Slots:
        """Return a server's slots; it is asked how many they are where nobody has said."""
        known = self._slots.get(instance.url)
        if known and instance.slots in (None, known.count):
            return known
        client = self._clients.instance(instance)
        # A sleeper is asked nothing; its first slot is there in any case.
        count = instance.slots or (1 if instance.asleep else await count_slots(client))
        known = self._slots.get(instance.url)
        if known is None or known.count != count:
            self._slots[instance.url] = Slots(count)
        return self._slots[instance.url]


class _Answer:
    """When an answer's first word came, counted from when its slot was free."""

    def __init__(self, slot: AbstractAsyncContextManager[int | None]):
        self.begun = False
        self._slot = slot
        self._asked = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int | None]:
        """Hold the answer's slot, and take the time when it was free."""
        async with self._slot as number:
            self._asked = time.monotonic()
            yield number

    def begin(self) -> float:
        """Take note of the first word, and return how many seconds it took."""
        self.begun = True
        return time.monotonic() - self._asked

"""Experts with servers of their own: the best one is asked, and another one if it fails."""

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
"""The owner of slots that have read the persona but no conversation yet."""


class DedicatedServers:
    """Asks the servers of experts, with a slot for each conversation.

    Args:
        directory: Takes note of how fast servers answer.
        clients: The clients of the servers.
    """

    def __init__(self, directory: ExpertDirectory, clients: Clients) -> None:
        self._directory = directory
        self._clients = clients
        self._slots: dict[str, Slots] = {}

    async def ask(
        self, find: Callable[[], Expert], make_request: MakeRequest, conversation: str
    ) -> AsyncGenerator[Event, None]:
        """Yield the answer of the first server that gives one.

        Args:
            find: Returns the expert as the directory has it now; raises NoExpertError.
            make_request: Makes the request to the expert.
            conversation: The conversation's id.

        Raises:
            NoExpertError: The expert is gone.
            ExpertUnavailableError: No server gave a first token.
            BrokenError: A server failed in the middle of the answer.
            TooLongError: The last turn alone does not fit the server's context.
        """
        attempts = Attempts(find, partial(self._rank, conversation=conversation))
        while True:
            expert, instance = await attempts.next()
            if attempts.wakes(instance):
                yield FailoverEvent.WAKING
            answer = _Answer(self._slot(instance, conversation))
            patience = attempts.patience(instance)
            asked = self._clients.stream(
                instance, make_request(expert), slot=answer.slot(), patience=patience
            )
            try:
                async with aclosing(asked) as chunks:
                    async for chunk in chunks:
                        if text_of(chunk) and not answer.begun:
                            self._record_latency(instance, answer.begin())
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
        """Have each slot of a server read a persona.

        Raises:
            OSError: The server's key cannot be read.
        """
        prefixes = PrefixCache(self._clients.instance(instance))
        slots = await self.slots_of(instance)
        for number in range(slots.count):
            await prefixes.hold(slots.held_by(f"{WARMING} {number}"), expert.name, persona)

    def _rank(self, instance: ExpertInstance, conversation: str) -> tuple[bool, int, float]:
        """Return a server's rank, the best having the smallest.

        The server that has the conversation's prompt comes first, as it need not read it again;
        then the one with the fewest requests, and of those the fastest.
        """
        slots = self._slots.get(instance.url)
        unknown = slots is None or not slots.has(conversation)
        return unknown, slots.busy if slots else 0, instance.latency_ms or 0.0

    def _record_latency(self, instance: ExpertInstance, seconds: float) -> None:
        # The time that a server takes to wake says nothing about how fast it is.
        if not instance.asleep:
            self._directory.record_latency(instance.url, seconds)

    @asynccontextmanager
    async def _slot(self, instance: ExpertInstance, conversation: str) -> AsyncIterator[int | None]:
        """Hold a conversation's slot of a server; None if the server has no slots."""
        if instance.external:
            yield None
            return
        slots = await self.slots_of(instance)
        async with slots.held_by(conversation) as number:
            yield number

    async def slots_of(self, instance: ExpertInstance) -> Slots:
        """Return a server's slots; it is asked how many it has if the directory does not know."""
        known = self._slots.get(instance.url)
        if known and instance.slots in (None, known.count):
            return known
        client = self._clients.instance(instance)
        # A request for its properties would wake a server. Any has a first slot.
        count = instance.slots or (1 if instance.asleep else await count_slots(client))
        known = self._slots.get(instance.url)
        if known is None or known.count != count:
            self._slots[instance.url] = Slots(count)
        return self._slots[instance.url]


class _Answer:
    """Measures how long an answer's first word takes from the moment that its slot is free."""

    def __init__(self, slot: AbstractAsyncContextManager[int | None]):
        self.begun = False
        self._slot = slot
        self._asked = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int | None]:
        """Hold the answer's slot, and note when it was free."""
        async with self._slot as number:
            self._asked = time.monotonic()
            yield number

    def begin(self) -> float:
        """Note the first word, and return how many seconds it took."""
        self.begun = True
        return time.monotonic() - self._asked

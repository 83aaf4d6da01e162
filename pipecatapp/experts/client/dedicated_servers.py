"""Experts that have servers of their own: the best one is asked, and another where it fails."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial

from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client.attempts import Attempts
from pipecatapp.experts.client.requests import (
    Event,
    FailoverEvent,
    MakeRequest,
    broken,
    fitted,
    has_text,
)
from pipecatapp.experts.client.server import FAILURES, Clients, ExpertRequest, count_slots
from pipecatapp.experts.client.slots import SlotTable
from pipecatapp.experts.discovery.directory import ExpertDirectory
from pipecatapp.experts.errors import ExpertUnavailableError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.cluster.consul import read_secret
from pipecatapp.runtime.inference.prefix_cache import Prefixes

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
        self._slots: dict[str, SlotTable] = {}

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
            UnavailableError: No server gave a first token.
            BrokenError: A server died in the middle of the answer.
            TooLongError: What was said last does not fit its context.
        """
        attempts = Attempts(find, partial(self._rank, conversation=conversation))
        while True:
            expert, instance = await attempts.next()
            if attempts.wakes(instance):
                yield FailoverEvent.WAKING
            begun = False
            asked = self._ask(instance, made(expert), conversation, attempts.patience(instance))
            try:
                async with aclosing(asked) as chunks:
                    async for chunk in chunks:
                        begun = begun or has_text(chunk)
                        yield chunk
            except FAILURES as error:
                if begun:
                    raise broken(expert, instance, error) from error
                if await attempts.failed(expert, instance, error):
                    yield FailoverEvent.REPLACED
                continue
            if not begun:
                raise ExpertUnavailableError(f"The {expert.name} expert has nothing to say.")
            return

    async def warm(self, expert: Expert, instance: ExpertInstance, persona: str) -> None:
        """Have a server's slots hold a persona.

        Raises:
            OSError: The server's key cannot be read.
        """
        key = read_secret(instance.key_file) or "none"
        prefixes = Prefixes(instance.url.removesuffix("/v1"), key)
        slots = await self.slots_of(instance)
        for number in range(slots.count):
            async with slots.held(f"{WARMING} {number}") as slot:
                await prefixes.hold(slot, expert.name, persona)

    def _rank(self, instance: ExpertInstance, conversation: str) -> tuple[bool, int, float]:
        """Return what makes a server the better one the smaller it is.

        A conversation's prompt is in one server, where it need not be read again.
        """
        slots = self._slots.get(instance.url)
        strange = slots is None or not slots.has(conversation)
        return strange, slots.busy if slots else 0, instance.latency_ms or 0.0

    async def _ask(
        self,
        instance: ExpertInstance,
        request: ExpertRequest,
        conversation: str,
        patience: tuple[float, float],
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an answer's chunks, and take note of how long the first token took."""
        async with self._slot(instance, conversation) as slot:
            began = time.monotonic()
            asking = fitted(self._clients, instance, request, slot=slot, patience=patience)
            async with aclosing(asking) as chunks:
                async for chunk in chunks:
                    # How long a sleeper takes to wake is another matter.
                    if began and has_text(chunk) and not instance.asleep:
                        self._directory.took(instance.url, time.monotonic() - began)
                        began = 0.0
                    yield chunk

    @asynccontextmanager
    async def _slot(self, instance: ExpertInstance, conversation: str) -> AsyncIterator[int | None]:
        """Hold the conversation's slot of a server; None where the server has none."""
        if instance.external:
            yield None
            return
        slots = await self.slots_of(instance)
        async with slots.held(conversation) as number:
            yield number

    async def slots_of(self, instance: ExpertInstance) -> SlotTable:
        """Return a server's slots; it is asked how many they are where nobody has said."""
        known = self._slots.get(instance.url)
        if known and instance.slots in (None, known.count):
            return known
        # A sleeper is asked nothing; its first slot is there in any case.
        count = instance.slots or (1 if instance.asleep else await count_slots(instance))
        known = self._slots.get(instance.url)
        if known is None or known.count != count:
            self._slots[instance.url] = SlotTable(count)
        return self._slots[instance.url]

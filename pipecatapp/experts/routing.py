"""Hands requests to experts: the right server, slot and persona, and another if one fails."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.attempts import Attempts
from pipecatapp.experts.directory import ExpertDirectory
from pipecatapp.experts.errors import BrokenError, NoExpertError, TooLongError, UnavailableError
from pipecatapp.experts.expert import Expert, Instance, Service
from pipecatapp.experts.fitting import fitting, last_turn, size
from pipecatapp.experts.server import (
    CONNECT_SECS,
    FAILURES,
    READ_SECS,
    Clients,
    Request,
    count_slots,
    is_overfull,
    reason_of,
)
from pipecatapp.experts.slots import Slots
from pipecatapp.runtime.consul import read_secret
from pipecatapp.runtime.model_server import ModelServer, held_slot
from pipecatapp.runtime.prefixes import Prefixes
from pipecatapp.runtime.sampling import Sampling

LONGEST_ANSWER = 600
"""Tokens; a story or a program needs more than an answer that is only spoken."""
RESTART_SECS = 8.0
"""How long a main server that is being started again is waited for."""

WARMING = "warming"
"""Whose slots those are that nobody has asked for anything yet."""

Message = Mapping[str, Any]


class Hitch(Enum):
    """What somebody who waits for an answer should hear of."""

    WAKING = "waking"
    REPLACED = "replaced"


Event = ChatCompletionChunk | Hitch


@dataclass(frozen=True)
class Shared:
    """The main server, where experts are that have none of their own.

    Attributes:
        server: Where it is.
        slot: The slot for experts' prompts, so that they do not evict those of conversations.
    """

    server: ModelServer
    slot: int


class Experts:
    """Asks experts, wherever they are."""

    def __init__(
        self,
        directory: ExpertDirectory,
        persona: Callable[[Expert], str],
        shared: Shared | None = None,
        clients: Clients | None = None,
    ):
        """Make it.

        Args:
            directory: Which experts exist.
            persona: Returns who an expert is, as the text stands now; raises UserError.
            shared: The server of experts that have none of their own.
            clients: What asks their servers, where it is not the usual; closed in the end.
        """
        self.directory = directory
        self._persona = persona
        self._shared = shared
        self._clients = clients or Clients()
        self._slots: dict[str, Slots] = {}

    def find(self, name: str) -> Expert:
        """Return an expert that can be asked now.

        Raises:
            NoExpertError: There is none of that name.
        """
        for expert in self.directory.experts():
            if expert.name == name:
                return expert
        raise NoExpertError(f"There is no expert {name!r} now.")

    async def stream(
        self, name: str, messages: Sequence[Message], **options: Any
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an expert's answer; the options and errors are those of `events`."""
        async with aclosing(self.events(name, messages, **options)) as events:
            async for event in events:
                if not isinstance(event, Hitch):
                    yield event

    async def events(
        self,
        name: str,
        messages: Sequence[Message],
        *,
        conversation: str = "",
        sampling: Sampling | None = None,
        instructions: str = "",
    ) -> AsyncGenerator[Event, None]:
        """Yield an expert's answer, and what happens on the way to it.

        A server that refuses the connection, or breaks before its first token, is replaced by
        another one; a slow one is waited for, and a sleeper woken.

        Args:
            name: The expert's.
            messages: The conversation, without a system prompt, what is to be answered last.
            conversation: Whose it is: each has its own slot of the server.
            sampling: How it is written.
            instructions: What stands behind the persona, from whoever asks.

        Raises:
            NoExpertError: There is no such expert.
            UnavailableError: No server of its gave a first token.
            BrokenError: Its server died in the middle of the answer.
            TooLongError: What was said last does not fit its context.
            UserError: Its persona cannot be used.
            openai.OpenAIError: The main server, which it shares, failed.
            httpx2.HTTPError: Likewise.
        """
        expert = self.find(name)
        persona = self._persona(expert)
        ask = self._ask_shared if expert.service is None else self._ask_own
        made = partial(
            _request,
            persona=f"{persona}\n\n{instructions}" if instructions else persona,
            messages=messages,
            sampling=sampling or Sampling(),
        )
        async with aclosing(ask(expert, made, conversation)) as events:
            async for event in events:
                yield event

    async def warm(self, expert: Expert, instance: Instance) -> None:
        """Have the slots of an expert's own server hold its persona.

        Raises:
            UserError: The persona cannot be used.
            OSError: The server's key cannot be read.
        """
        persona = self._persona(expert)
        key = read_secret(instance.key_file) or "none"
        prefixes = Prefixes(instance.url.removesuffix("/v1"), key)
        slots = await self._slots_of(instance)
        for number in range(slots.count):
            async with slots.held(f"{WARMING} {number}") as slot:
                await prefixes.hold(slot, expert.name, persona)

    # -- experts with servers of their own ----------------------------------------------------

    async def _ask_own(
        self, expert: Expert, made: Callable[[Expert], Request], conversation: str
    ) -> AsyncGenerator[Event, None]:
        """Yield an answer of the first server that gives one."""
        name = expert.name
        rank = partial(self._rank, conversation=conversation)
        attempts = Attempts(partial(self.find, name), rank)
        while True:
            expert, instance = await attempts.next()
            if attempts.wakes(instance):
                yield Hitch.WAKING
            begun = False
            asked = self._ask(instance, made(expert), conversation, attempts.patience(instance))
            try:
                async with aclosing(asked) as chunks:
                    async for chunk in chunks:
                        begun = begun or has_text(chunk)
                        yield chunk
            except FAILURES as error:
                if begun:
                    raise _broken(expert, instance, error) from error
                if await attempts.failed(expert, instance, error):
                    yield Hitch.REPLACED
                continue
            if not begun:
                raise UnavailableError(f"The {name} expert has nothing to say.")
            return

    def _rank(self, instance: Instance, conversation: str) -> tuple[bool, int, float]:
        """Return what makes a server the better one the smaller it is.

        A conversation's prompt is in one server, where it need not be read again.
        """
        slots = self._slots.get(instance.url)
        strange = slots is None or not slots.has(conversation)
        return strange, slots.busy if slots else 0, instance.latency_ms or 0.0

    async def _ask(
        self, instance: Instance, request: Request, conversation: str, patience: tuple[float, float]
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an answer's chunks, and take note of how long the first token took."""
        async with self._slot(instance, conversation) as slot:
            began = time.monotonic()
            asking = self._fitting(instance, request, slot=slot, patience=patience)
            async with aclosing(asking) as chunks:
                async for chunk in chunks:
                    # How long a sleeper takes to wake is another matter.
                    if began and has_text(chunk) and not instance.asleep:
                        self.directory.took(instance.url, time.monotonic() - began)
                        began = 0.0
                    yield chunk

    async def _fitting(
        self, instance: Instance, request: Request, **how: Any
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an answer's chunks; of a conversation that does not fit, to its last turn."""
        try:
            async with aclosing(self._clients.stream(instance, request, **how)) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        except FAILURES as error:
            if not is_overfull(error):
                raise
            shorter = [request.messages[0], *last_turn(request.messages[1:])]
            if len(shorter) == len(request.messages):
                raise TooLongError("That is more than the expert can take in.") from error
        request = replace(request, messages=shorter)
        async with aclosing(self._clients.stream(instance, request, **how)) as chunks:
            async for chunk in chunks:
                yield chunk

    @asynccontextmanager
    async def _slot(self, instance: Instance, conversation: str) -> AsyncIterator[int | None]:
        """Hold the conversation's slot of a server; None where the server has none."""
        if instance.external:
            yield None
            return
        slots = await self._slots_of(instance)
        async with slots.held(conversation) as number:
            yield number

    async def _slots_of(self, instance: Instance) -> Slots:
        known = self._slots.get(instance.url)
        if known and instance.slots in (None, known.count):
            return known
        # A sleeper is asked nothing; its first slot is there in any case.
        count = instance.slots or (1 if instance.asleep else await count_slots(instance))
        known = self._slots.get(instance.url)
        if known is None or known.count != count:
            self._slots[instance.url] = Slots(count)
        return self._slots[instance.url]

    # -- experts that share the main server ---------------------------------------------------

    async def _ask_shared(
        self, expert: Expert, made: Callable[[Expert], Request], conversation: str
    ) -> AsyncGenerator[Event, None]:
        """Yield an answer of the main server's, which is waited for where it starts anew."""
        if self._shared is None:
            raise UnavailableError(f"The {expert.name} expert has no server.")
        server = self._shared.server
        async with held_slot(server, self._shared.slot) as slot:
            for attempt in range(2):
                instance, begun = Instance(f"{server.url}/v1"), False
                patience = (CONNECT_SECS, READ_SECS)
                how = {"slot": slot, "patience": patience, "key": server.api_key}
                try:
                    async with aclosing(self._fitting(instance, made(expert), **how)) as chunks:
                        async for chunk in chunks:
                            begun = begun or has_text(chunk)
                            yield chunk
                    return
                except FAILURES as error:
                    if begun:
                        raise _broken(expert, instance, error) from error
                    if not attempt and await server.wait_healthy(RESTART_SECS):
                        continue
                    if isinstance(error, OSError):
                        raise UnavailableError(f"The {expert.name} expert was cut off.") from error
                    raise

    async def close(self) -> None:
        """Release the connections."""
        await self._clients.close()


def _request(
    expert: Expert, *, persona: str, messages: Sequence[Message], sampling: Sampling
) -> Request:
    """Return what an expert is asked: its persona, and as much of the conversation as fits."""
    service = expert.service or Service(())
    system: Message = {"role": "system", "content": persona}
    if service.context:
        # A small context leaves half of itself to the question.
        answer = min(sampling.max_tokens or LONGEST_ANSWER, service.context // 2)
        messages = fitting(messages, service.context - answer - size(system))
    parameters = sampling.parameters(LONGEST_ANSWER)
    return Request([system, *messages], service.model or expert.name, parameters)


def _broken(expert: Expert, instance: Instance, error: BaseException) -> BrokenError:
    logger.warning(f"The {expert.name} expert at {instance.url} broke off: {reason_of(error)}")
    return BrokenError(f"The {expert.name} expert broke off in its answer.")


def has_text(chunk: ChatCompletionChunk) -> bool:
    """Tell whether there are words in a chunk."""
    return bool(chunk.choices and chunk.choices[0].delta.content)

"""The language model as a session uses it: answers, decisions and prefilling."""

import asyncio
import math
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

from openai.types.chat.chat_completion_token_logprob import TopLogprob

from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import FAILURES, LlamaClient, Slot
from pipecatapp.runtime.inference.fitting import Message
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.prefix_cache import PrefixCache
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.runtime.inference.slots import Slots
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.llm.chunks import Chunks
from pipecatapp.twin.llm.filler import with_filler

LONGEST_ANSWER = 320
"""Tokens; an answer that is spoken had better be short."""
UNLIKELY = 1e-6
"""The probability of a first token that is not among the likeliest."""


class LlamaModel:
    """The language model with one session's slot of llama-server and system prompt."""

    def __init__(
        self,
        server: ModelServer,
        conversation: Conversation,
        slot: int,
        system: str,
        clock: TurnClock,
        *,
        sampling: Sampling | None = None,
        filler: bool = True,
    ):
        """Make a model.

        Args:
            server: The server that runs the model.
            conversation: The conversation; its history is cut when it does not fit.
            slot: The slot of llama-server that holds the conversation's prefix.
            system: The system prompt.
            clock: Takes the times of each turn.
            sampling: How answers are written; None for the usual way.
            filler: Whether a filler comes before an answer that is slow to come.
        """
        self._server = server
        self._conversation = conversation
        self._slot = slot
        self._system = system
        self._clock = clock
        self._sampling = sampling or Sampling()
        self._filler = filler
        self._client = LlamaClient(server, server.wait_healthy)
        self._prefilling: asyncio.Task[None] | None = None

    # -- requests ---------------------------------------------------------------------------

    def stream(self, messages: Messages) -> Chunks:
        """Return an answer's chunks, with a filler before them when the first is slow to come.

        Args:
            messages: The prompt without the system prompt; the last message is answered.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
            httpx2.HTTPError: The connection broke.
        """
        request = self._request(messages, **self._sampling.parameters(LONGEST_ANSWER))
        chunks = self._client.stream(request, slot=self._held(), cut=self._cut)
        return with_filler(chunks, self._clock, aloud=self._filler)

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        """Return what the model adds under a grammar.

        Args:
            messages: The prompt without the system prompt; a last message of the assistant is
                continued.
            grammar: The grammar in GBNF.
            max_tokens: Most tokens of the completion.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        request = ChatRequest.under_grammar(self._whole(messages), grammar, max_tokens)
        return await self._client.complete(request, slot=self._held(), cut=self._cut)

    async def agrees(self, messages: Messages) -> float:
        """Return the log-odds of a yes against a no to what the last message asks.

        Args:
            messages: The prompt without the system prompt.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        request = self._request(messages)
        first = await self._client.first_token(request, slot=self._held(), cut=self._cut)
        return _chance(first, "yes") - _chance(first, "no")

    def _request(self, messages: Messages, **parameters: Any) -> ChatRequest:
        return ChatRequest(self._whole(messages), parameters)

    def _whole(self, messages: Messages) -> list[Message]:
        return [{"role": "system", "content": self._system}, *cast(list[Message], messages)]

    def _held(self) -> Slot:
        return Slots.of(self._server).held(self._slot)

    def _cut(self, request: ChatRequest) -> ChatRequest | None:
        """Return the last turn of a request that did not fit, and have the history cut too."""
        shorter = request.last_turn_alone()
        if shorter:
            self._conversation.shrink()
        return shorter

    # -- prefilling -------------------------------------------------------------------------

    def prefill(self, messages: Messages) -> None:
        """Begin to prefill messages in the background, unless a prefill is under way."""
        if self._prefilling is None or self._prefilling.done():
            self._prefilling = asyncio.create_task(self._prefill(messages))

    async def warm_up(self, name: str) -> None:
        """Have the system prompt in the slot before a conversation begins.

        Args:
            name: The name under which the server keeps it on its disk.
        """
        await PrefixCache(self._client).hold(self._held(), name, self._system)

    async def _prefill(self, messages: Messages) -> None:
        # A failure does not matter here: the turn itself meets it and says so.
        with suppress(*FAILURES):
            await self._client.prefill(self._request(messages), slot=self._held())

    async def stop_prefilling(self) -> None:
        """Release the slot; the next request continues what was prefilled."""
        task, self._prefilling = self._prefilling, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def close(self) -> None:
        """Stop prefilling, and close the connection."""
        await self.stop_prefilling()
        await self._client.close()


def _chance(first: Iterable[TopLogprob], word: str) -> float:
    """Return the log probability that a reply begins with a word in any spelling."""
    same = (math.exp(t.logprob) for t in first if t.token.strip().lower() == word)
    return math.log(max(sum(same), UNLIKELY))

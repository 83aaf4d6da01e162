"""Asks llama-server: streams answers, completes actions, prefills what is known already."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Any, TypeVar

import httpx2
from openai import APIConnectionError, APIStatusError, BadRequestError
from openai.types.chat.chat_completion_token_logprob import TopLogprob

from pipecatapp.runtime.inference.model_client import ModelClient
from pipecatapp.runtime.inference.model_server import ModelServer, held_slot
from pipecatapp.runtime.inference.prefix_cache import Prefixes
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.history.prompt import last_turn
from pipecatapp.twin.llm.chunks import Chunks
from pipecatapp.twin.llm.filler import with_filler

LONGEST_ANSWER = 320
"""Tokens; an answer that is spoken had better be short."""
RESTART_SECS = 8.0
"""How long a turn waits for a model server that is being started again."""
LIKELIEST = 20
"""First words of a reply whose probabilities are looked at."""
UNLIKELY = 1e-6
"""The probability of what is not among them."""

Response = TypeVar("Response")


class LlamaModel:
    """The language model as one session uses it: its slot of llama-server, its system prompt."""

    def __init__(
        self,
        server: ModelServer,
        conversation: Conversation,
        slot: int,
        system: str,
        clock: TurnClock,
        *,
        sampling: Sampling | None = None,
        bridging: bool = True,
    ):
        """Make a model.

        Args:
            server: Where it runs.
            conversation: Is told when its history does not fit.
            slot: The slot of llama-server that holds the conversation's prefix.
            system: The system prompt.
            clock: Takes the times of each turn.
            sampling: How answers are written, where it is not as they are spoken.
            bridging: Whether a slow first word is bridged by one of the twin's own.
        """
        self._server = server
        self._conversation = conversation
        self._slot = slot
        self._system = system
        self._clock = clock
        self._sampling = sampling or Sampling()
        self._bridging = bridging
        self._client = ModelClient(server)
        self._prefilling: asyncio.Task[None] | None = None

    # -- requests ---------------------------------------------------------------------------

    async def stream(self, messages: Messages) -> Chunks:
        """Yield an answer's chunks, with a word in between when the first is slow to come.

        Args:
            messages: What to answer, without the system prompt.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
            httpx2.HTTPError: The connection broke.
        """
        answer = with_filler(self._chunks(messages), self._clock, aloud=self._bridging)
        async with aclosing(answer) as chunks:
            async for chunk in chunks:
                yield chunk

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        """Return what the model adds under a grammar.

        Args:
            messages: Without the system prompt; a last one of the assistant is gone on with.
            grammar: In GBNF.
            max_tokens: The most that is written.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        async with held_slot(self._server, self._slot) as slot:

            async def request(fitting: Messages) -> Any:
                return await self._client.completions.create(
                    **self._common(fitting, self._system),
                    max_tokens=max_tokens,
                    temperature=0.0,
                    extra_body={"id_slot": slot, "grammar": grammar},
                )

            answer = await self._persistently(request, messages)
        return answer.choices[0].message.content or ""

    async def agrees(self, messages: Messages) -> float:
        """Return the log-odds of a yes against a no to what the last message asks.

        Args:
            messages: Without the system prompt.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        async with held_slot(self._server, self._slot) as slot:

            async def request(fitting: Messages) -> Any:
                return await self._client.completions.create(
                    **self._common(fitting, self._system),
                    max_tokens=1,
                    temperature=0.0,
                    logprobs=True,
                    top_logprobs=LIKELIEST,
                    extra_body={"id_slot": slot},
                )

            answer = await self._persistently(request, messages)
        first = answer.choices[0].logprobs.content[0].top_logprobs
        return _chance(first, "yes") - _chance(first, "no")

    async def _chunks(self, messages: Messages) -> Chunks:
        async with held_slot(self._server, self._slot) as slot:

            async def request(fitting: Messages) -> Any:
                return await self._client.completions.create(
                    **self._common(fitting, self._system),
                    **self._sampling.parameters(LONGEST_ANSWER),
                    stream=True,
                    stream_options={"include_usage": True},
                    extra_body={"id_slot": slot},
                )

            stream = await self._persistently(request, messages)
            try:
                async for chunk in stream:
                    yield chunk
            finally:
                await stream.close()

    async def _persistently(
        self, request: Callable[[Messages], Awaitable[Response]], messages: Messages
    ) -> Response:
        """Make a request; a server that is down is waited for, a full context emptied, once."""
        try:
            return await request(messages)
        except BadRequestError as error:
            last = last_turn(messages)
            if "context" not in str(error) or len(last) == len(messages):
                raise
            self._conversation.shrink()
            messages = last
        except (APIConnectionError, APIStatusError):
            if not await self._server.wait_healthy(RESTART_SECS):
                raise
        return await request(messages)

    @staticmethod
    def _common(messages: Messages, system: str) -> dict[str, Any]:
        return {"model": "twin", "messages": [{"role": "system", "content": system}, *messages]}

    # -- prefilling -------------------------------------------------------------------------

    def prefill(self, messages: Messages) -> None:
        """Have messages prefilled in the background, unless something is being prefilled."""
        if self._prefilling is None or self._prefilling.done():
            self._prefilling = asyncio.create_task(self._prefill(messages))

    async def warm_up(self, name: str) -> None:
        """Have the system prompt in the slot, before there is a conversation.

        Args:
            name: Under which the server keeps it on its disk.
        """
        async with held_slot(self._server, self._slot) as slot:
            prefixes = Prefixes(self._server.url, self._server.api_key)
            await prefixes.hold(slot, name, self._system)

    async def _prefill(self, messages: Messages) -> None:
        # A failure here is no loss: the turn itself will meet it and say so.
        with suppress(APIConnectionError, APIStatusError, httpx2.HTTPError):
            async with held_slot(self._server, self._slot) as slot:
                await self._client.completions.create(
                    **self._common(messages, self._system),
                    max_tokens=1,
                    extra_body={"id_slot": slot, "n_predict": 0},
                )

    async def stop_prefilling(self) -> None:
        """Let go of the slot: the request that comes next continues what was prefilled."""
        task, self._prefilling = self._prefilling, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def close(self) -> None:
        """Release the connection."""
        await self.stop_prefilling()
        await self._client.close()


def _chance(first: Iterable[TopLogprob], word: str) -> float:
    """Return the log probability that a reply begins with a word, however it is written."""
    same = (math.exp(t.logprob) for t in first if t.token.strip().lower() == word)
    return math.log(max(sum(same), UNLIKELY))

"""The TwinService: Pipecat's OpenAI service, made to think on one's own llama-server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
from loguru import logger
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, BadRequestError
from openai.types.chat import ChatCompletionChunk
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.llm import OpenAILLMService

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.twin.conversation import Conversation
from pipecatapp.twin.model_server import ModelServer
from pipecatapp.twin.phrases import PHRASES, is_stop
from pipecatapp.voice.ahead import AnswerAhead

LONGEST_ANSWER = 320
"""Tokens; an answer that is spoken had better be short."""
RESTART_SECS = 8.0
"""How long a turn waits for a model server that is being started again."""
SILENCE_SECS = 7.0
"""How long the model may think before the user hears that it is thinking."""


class TwinService(OpenAILLMService):
    """Decides what a turn needs and answers it, a sentence at a time.

    It never stays silent: a model server that is down, restarting, slow or that dies in the
    middle of an answer ends in a spoken sentence.
    """

    # llama-server's chat templates know no "developer" role.
    supports_developer_role = False

    def __init__(
        self,
        *,
        server: ModelServer,
        conversation: Conversation,
        slot: int,
        persona: str,
        clock: TurnClock,
        ahead: AnswerAhead | None = None,
        **kwargs: Any,
    ):
        """Make the service of one session.

        Args:
            server: Where the model runs.
            conversation: The history this session continues.
            slot: The slot of llama-server that holds the conversation's prefix.
            persona: The system prompt.
            clock: Takes the times of each turn.
            ahead: Begins to speak answers that are still held back; `None` for text alone.
            **kwargs: For Pipecat's service.
        """
        self._server = server
        self._conversation = conversation
        self._slot = slot
        self._persona = persona
        self._clock = clock
        self._ahead = ahead
        self._prefilling: asyncio.Task[None] | None = None
        super().__init__(
            api_key=server.api_key,
            base_url=f"{server.url}/v1",
            settings=OpenAILLMService.Settings(
                model="twin",
                system_instruction=persona,
                temperature=0.3,
                extra={"max_tokens": LONGEST_ANSWER, "extra_body": {"id_slot": slot}},
            ),
            **kwargs,
        )

    def create_client(  # type: ignore[override] # accounts at OpenAI have no place here
        self, api_key: str | None = None, base_url: str | None = None, **kwargs: Any
    ) -> AsyncOpenAI:
        """Make a client that fails fast: a restart is waited for here, not by blind retries.

        Connections are not kept: llama-server closes idle ones after five seconds, and a request
        on a connection that is just being closed is lost. On loopback a new one costs nothing.
        """
        return AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            http_client=httpx2.AsyncClient(
                timeout=httpx2.Timeout(120.0, connect=2.0),
                limits=httpx2.Limits(max_keepalive_connections=0),
                trust_env=False,
            ),
        )

    # -- answering --------------------------------------------------------------------------

    async def get_chat_completions(  # type: ignore[override] # Pipecat only iterates and closes it
        self, context: LLMContext
    ) -> AsyncIterator[ChatCompletionChunk]:
        """Return the stream of the answer to the last message; it always says something."""
        await self._stop_prefilling()
        if self._ahead:
            await self._ahead.drop()
        words = _last_words(context)
        if is_stop(words):
            return _nothing()
        return self._spoken(context)

    async def _spoken(self, context: LLMContext) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the answer; where it breaks, a sentence that says so."""
        said = False
        self._clock.requested()
        try:
            async for chunk in self._patient(context):
                if _text(chunk):
                    self._clock.first_token()
                    said = True
                self._count(chunk)
                yield chunk
        except BadRequestError as error:
            logger.warning(f"the model server refused the request: {error}")
            yield _say(PHRASES.too_long)
        except (APIConnectionError, APIStatusError, httpx2.HTTPError, TimeoutError) as error:
            logger.warning(f"the model server failed: {error!r}")
            yield _say(f" {PHRASES.broken_off}" if said else PHRASES.unavailable)

    async def _patient(self, context: LLMContext) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the model's chunks, with a word in between when the first is slow to come."""
        chunks = self._request(context)
        pending = asyncio.ensure_future(anext(chunks))
        try:
            done, _ = await asyncio.wait({pending}, timeout=SILENCE_SECS)
            if not done:
                yield _say(PHRASES.thinking)
            yield await pending
            async for chunk in chunks:
                yield chunk
        except StopAsyncIteration:
            return
        finally:
            pending.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await pending
            await chunks.aclose()

    async def _request(self, context: LLMContext) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield the model's chunks; a server that is down is waited for, once."""
        for attempt in (1, 2):
            try:
                stream = await self._create(context)
                break
            except BadRequestError:
                # The context is full: the last turn alone has the best chance to fit.
                if attempt == 2 or not self._conversation.trim(most=1, keep=1):
                    raise
                context = self._conversation.context
            except (APIConnectionError, APIStatusError):
                if attempt == 2 or not await self._server.wait_healthy(RESTART_SECS):
                    raise
        try:
            async for chunk in stream:
                yield chunk
        finally:
            await stream.close()

    async def _create(self, context: LLMContext) -> Any:
        parameters = await self.get_llm_adapter().get_llm_invocation_params(
            LLMContext(self._conversation.prompt(context.messages), context.tools),
            system_instruction=self._persona,
            convert_developer_to_user=True,
        )
        return await self._client.chat.completions.create(
            **self.build_chat_completion_params(parameters)
        )

    def _count(self, chunk: ChatCompletionChunk) -> None:
        """Note the model's own counts, which come with the last chunk."""
        if chunk.usage is None:
            return
        timings = (chunk.model_extra or {}).get("timings") or {}
        details = chunk.usage.prompt_tokens_details
        cached = timings.get("cache_n", (details and details.cached_tokens) or 0)
        self._clock.tokens(
            chunk.usage.prompt_tokens, int(cached), timings.get("predicted_per_second")
        )

    # -- speaking ahead ---------------------------------------------------------------------

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """Push a frame; text that the gate holds back is already being synthesized."""
        if self._ahead and self._speculation_gate.is_speculating:
            if isinstance(frame, LLMTextFrame):
                await self._ahead.add(frame.text)
            elif isinstance(frame, LLMFullResponseEndFrame):
                await self._ahead.end()
        await super().push_frame(frame, direction)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Prepare for a voice that starts; drop what was prepared for a withdrawn answer."""
        if isinstance(frame, InputAudioRawFrame):
            # Nothing behind the model listens, and fifty frames a second take their toll.
            return
        if isinstance(frame, UserStartedSpeakingFrame) and direction == FrameDirection.DOWNSTREAM:
            self._prefill_turn()
        if isinstance(frame, (EagerEndOfTurnCancelFrame, InterruptionFrame)) and self._ahead:
            await self._ahead.drop()
        await super().process_frame(frame, direction)

    # -- prefilling -------------------------------------------------------------------------

    def _prefill_turn(self) -> None:
        """Have everything before the words prefilled while the user is still speaking."""
        stamp = self._conversation.begin_turn()
        messages = [
            *self._conversation.prompt(self._conversation.context.messages),
            {"role": "user", "content": stamp.rstrip()},
        ]
        self._start_prefilling(messages)

    def prefill_history(self) -> None:
        """Have the history prefilled in idle time, after a start or a trim."""
        messages = self._conversation.prompt(self._conversation.context.messages)
        self._start_prefilling(messages)

    def _start_prefilling(self, messages: list[Any]) -> None:
        if self._prefilling is None or self._prefilling.done():
            self._prefilling = asyncio.create_task(self._prefill(messages))

    async def _prefill(self, messages: list[Any]) -> None:
        system = {"role": "system", "content": self._persona}
        # A failure here is no loss: the turn itself will meet it and say so.
        with suppress(APIConnectionError, APIStatusError, httpx2.HTTPError):
            await self._client.chat.completions.create(
                model="twin",
                messages=[system, *messages],
                max_tokens=1,
                extra_body={"id_slot": self._slot, "n_predict": 0},
            )

    async def _stop_prefilling(self) -> None:
        """Let go of the slot: the request that comes next continues what was prefilled."""
        task, self._prefilling = self._prefilling, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def cleanup(self) -> None:
        """Release the connection at the session's end."""
        await self._stop_prefilling()
        await self._client.close()
        await super().cleanup()


def _last_words(context: LLMContext) -> str:
    message: Any = context.messages[-1] if context.messages else {}
    content = message.get("content")
    return content if message.get("role") == "user" and isinstance(content, str) else ""


def _text(chunk: ChatCompletionChunk) -> str | None:
    return chunk.choices[0].delta.content if chunk.choices else None


def _say(text: str) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate(
        {
            "id": "twin",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "twin",
            "choices": [{"index": 0, "delta": {"content": f"{text} "}, "finish_reason": None}],
        }
    )


async def _nothing() -> AsyncIterator[ChatCompletionChunk]:
    """An answer of no words: what is wanted of somebody who was told to stop."""
    return
    yield

"""The TwinService: Pipecat's OpenAI service, extended to decide, act and answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx2
from loguru import logger
from openai import APIConnectionError, APIStatusError, BadRequestError
from openai.types.chat import ChatCompletionChunk
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    EagerEndOfTurnCancelFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.llm import OpenAILLMService

from pipecatapp.runtime.idle_monitor import IdleMonitor, Presence
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.text.language import language
from pipecatapp.twin.history.context import late_result
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.llm.chunks import say, text_of
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.turn.pending_results import Untold
from pipecatapp.twin.turn.responder import Responder
from pipecatapp.twin.turn.tool_calls import late_message
from pipecatapp.twin.turn.turn_context import TurnContext
from pipecatapp.voice.ahead import AnswerAhead

VOICE, ANSWER, SPEECH = "voice", "answer", "speech"
"""What goes on in a session."""


class TwinService(OpenAILLMService):
    """Decides what a turn needs, acts, and answers, a sentence at a time.

    It never stays silent: a model server that is down, restarting, slow or that dies in the
    middle of an answer ends in a spoken sentence.
    """

    # llama-server's chat templates know no "developer" role.
    supports_developer_role = False

    def __init__(
        self,
        context: TurnContext,
        server: ModelServer,
        slot: int,
        *,
        ahead: AnswerAhead | None = None,
        presence: Presence | None = None,
        **kwargs: Any,
    ):
        """Make the service of one session.

        Args:
            context: What the turns work with; the service itself knows when a turn is certain.
            server: Where the model runs.
            slot: The slot of llama-server that holds the conversation's prefix.
            ahead: Begins to speak answers that are still held back; `None` for text alone.
            presence: Is told when the client speaks, is answered, and hears the answer.
            **kwargs: For Pipecat's service.
        """
        self._conversation = context.conversation
        self._clock = context.clock
        self._ahead = ahead
        self._presence = presence or IdleMonitor().presence(context.conversation.id)
        self._turn_certain = asyncio.Event()
        system = context.agent.system
        self._model = LlamaModel(server, context.conversation, slot, system, context.clock)
        self._responder = Responder(self._model, replace(context, confirmed=self._until_certain))
        super().__init__(
            api_key=server.api_key,
            base_url=f"{server.url}/v1",
            settings=OpenAILLMService.Settings(model="twin", system_instruction=system),
            **kwargs,
        )

    @property
    def decision(self) -> Decision:
        """What was decided for the last turn."""
        return self._responder.decision

    # -- answering --------------------------------------------------------------------------

    async def get_chat_completions(  # type: ignore[override] # Pipecat only iterates and closes it
        self, context: LLMContext
    ) -> AsyncIterator[ChatCompletionChunk]:
        """Return the stream of the answer to the last message."""
        # From here on others may add to the context: another tab, or the end of a call.
        turn = self._conversation.turn(context.messages)
        await self._model.stop_prefilling()
        if self._ahead:
            await self._ahead.drop()
        return self._spoken(turn)

    async def _spoken(self, turn: ActiveTurn) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the answer; where it breaks, a sentence that says so."""
        said = False
        self._presence.begin(ANSWER)
        try:
            async with aclosing(self._responder.respond(turn)) as chunks:
                async for chunk in chunks:
                    said = said or bool(text_of(chunk))
                    yield chunk
        except BadRequestError as error:
            logger.warning(f"the model server refused the request: {error}")
            yield say(language().phrases.too_long)
        except (APIConnectionError, APIStatusError, httpx2.HTTPError, TimeoutError) as error:
            logger.warning(f"the model server failed: {error!r}")
            yield say(
                f" {language().phrases.broken_off}" if said else language().phrases.unavailable
            )
        finally:
            self._presence.end(ANSWER)

    async def _until_certain(self) -> None:
        """Wait until the turn that is answered speculatively has really ended.

        A turn that goes on instead has its answer cancelled, and this wait with it.
        """
        while self._speculation_gate.is_speculating:
            self._turn_certain.clear()
            await self._turn_certain.wait()

    async def tell(self, untold: list[Untold]) -> None:
        """Open a turn that tells how calls ended, or what is announced, once nobody is speaking."""
        if not self._clock.running:
            self._clock.typed()
        self._responder.tell(untold)
        results = [late_result(late_message(one)) for one in untold]
        # The assistant's aggregator keeps this back while anybody speaks, and then asks anew.
        frame = LLMMessagesAppendFrame(results, run_llm=True)
        frame.interruptible = False
        await self.push_frame(frame)

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
        self._note_presence(frame)
        if isinstance(frame, UserStartedSpeakingFrame) and direction == FrameDirection.DOWNSTREAM:
            self._prefill_turn()
        if isinstance(frame, (EagerEndOfTurnCancelFrame, InterruptionFrame)) and self._ahead:
            await self._ahead.drop()
        await super().process_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame):
            self._turn_certain.set()

    def _note_presence(self, frame: Frame) -> None:
        """Say when the client speaks and when it hears an answer."""
        for what, begins, ends in (
            (VOICE, UserStartedSpeakingFrame, UserStoppedSpeakingFrame),
            (SPEECH, BotStartedSpeakingFrame, BotStoppedSpeakingFrame),
        ):
            if isinstance(frame, begins):
                self._presence.begin(what)
            elif isinstance(frame, ends):
                self._presence.end(what)

    # -- prefilling -------------------------------------------------------------------------

    def _prefill_turn(self) -> None:
        """Have everything before the words prefilled while the user is still speaking."""
        stamp = self._conversation.begin_turn()
        history = self._conversation.prompt()
        self._model.prefill([*history, {"role": "user", "content": stamp.rstrip()}])

    def prefill_history(self) -> None:
        """Have the history prefilled in idle time, after a start or a trim."""
        self._model.prefill(self._conversation.prompt())

    async def cleanup(self) -> None:
        """Release the connections at the session's end."""
        self._presence.leave()
        await self._model.close()
        await self._client.close()
        await super().cleanup()

"""A pipeline that runs while a test takes part in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.written_answer import WrittenAnswers
from pipecatapp.voice.turns import SpeculativeSpeechTimeout


class Listener(FrameProcessor):
    """Hears what the twin says, an answer at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._heard = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMFullResponseStartFrame):
            self._heard = ""
        elif isinstance(frame, LLMTextFrame):
            self._heard += frame.text
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._answers.put_nowait(self._heard.strip())
        await self.push_frame(frame, direction)

    async def answer(self) -> str:
        """Wait for the next answer that is complete."""
        return await asyncio.wait_for(self._answers.get(), 20)

    @property
    def silent(self) -> bool:
        return self._answers.empty()


class Client(FrameProcessor):
    """Stands where the transport is, and keeps what a client is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            message: dict[str, Any] = frame.message
            if message["type"] == "server-message":
                self.messages.append(message["data"])
        await self.push_frame(frame, direction)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["kind"] == kind]


class Line:
    """The pipeline of one session, without voice."""

    def __init__(self, conversation: Conversation, twin: TwinService, *voice: FrameProcessor):
        """Make the pipeline.

        Args:
            conversation: What it continues.
            twin: Answers.
            voice: Stands where the voice is; nothing where what is written is heard at once.
        """
        self.conversation = conversation
        self.listener, self.client, self.written = Listener(), Client(), WrittenAnswers()
        strategies = UserTurnStrategies(
            start=[VADUserTurnStartStrategy()], stop=[SpeculativeSpeechTimeout()]
        )
        self.aggregators = LLMContextAggregatorPair(
            conversation.view(self.written.message),
            user_params=LLMUserAggregatorParams(user_turn_strategies=strategies),
        )
        user, assistant = self.aggregators.user(), self.aggregators.assistant()
        self.worker = PipelineWorker(
            Pipeline(
                [
                    user,
                    twin,
                    self.written,
                    *voice,
                    self.client,
                    self.listener,
                    self.written.heard(),
                    assistant,
                ]
            ),
            cancel_on_idle_timeout=False,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Have the pipeline run."""
        started = asyncio.Event()

        async def note_start(*_: Any) -> None:
            started.set()

        self.worker.add_event_handler("on_pipeline_started", note_start)
        runner = WorkerRunner()
        await runner.add_workers(self.worker)
        running = asyncio.create_task(runner.run())
        try:
            await asyncio.wait_for(started.wait(), 20)
            yield
        finally:
            await self.worker.cancel()
            await running

    async def type(self, words: str) -> None:
        """Type something, as a client does."""
        message: Any = {"role": "user", "content": words}
        await self.worker.queue_frame(LLMMessagesAppendFrame([message], run_llm=True))

    async def say(self, words: str) -> str:
        """Type something, and return the answer."""
        await self.type(words)
        return await self.listener.answer()


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what another task brings about."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - no event tells of what is watched
            await asyncio.sleep(0.01)

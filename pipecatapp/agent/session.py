"""One open page, or one command-line client: a socket, its pipeline, and what it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    LLMConfigureOutputFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMContextAggregatorPair,
    UserTurnMessageAddedMessage,
)
from pipecat.processors.frameworks.rtvi import RTVIProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame

from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.tools.execution.runner import ToolEvent, ToolRun, ToolRunner
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import LogEntry
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.pending_results import PendingToolResults
from pipecatapp.voice.microphone import MicrophoneGate
from pipecatapp.voice.recognizer import SAMPLE_RATE


class ClockObserver(BaseObserver):
    """Takes the marks that only the pipeline's frames show."""

    def __init__(self, clock: TurnClock, on_typed: Callable[[str], None]):
        """Make an observer.

        Args:
            clock: Takes the marks.
            on_typed: Called with each text that the client typed.
        """
        super().__init__(observe_every_push=False)
        self._clock = clock
        self._on_typed = on_typed

    async def on_push_frame(self, data: FramePushed) -> None:
        """Mark the moments of a turn."""
        frame = data.frame
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            self._clock.voice_paused(frame.stop_secs)
        elif isinstance(frame, UserStoppedSpeakingFrame):
            self._clock.turn_ended()
        elif isinstance(frame, RTVISendTextFrame):
            self._clock.typed()
            self._on_typed(frame.text)
        elif isinstance(frame, BotStartedSpeakingFrame):
            self._clock.audio_sent()


@dataclass(frozen=True)
class Exchange:
    """A finished turn.

    Attributes:
        said: The user's words.
        answered: The twin's.
        before: The one or two turns before, oldest first, as `(said, answered)`.
        decision: What the turn came to.
    """

    said: str
    answered: str
    before: tuple[tuple[str, str], ...]
    decision: Decision


class Session:
    """Connects one client's pipeline with the conversation that it shares."""

    def __init__(
        self,
        worker: PipelineWorker,
        conversation: Conversation,
        clock: TurnClock,
        microphone: MicrophoneGate,
        twin: TwinService,
        runner: ToolRunner,
        pending_results: PendingToolResults,
        on_turn: Callable[[TurnTimings], None],
        on_exchange: Callable[[Exchange], Awaitable[None]],
        on_cut: Callable[[Conversation], Awaitable[None]],
    ):
        """Prepare a session; `attach` begins it.

        Args:
            worker: The client's pipeline.
            conversation: What its tabs share.
            clock: The pipeline's clock.
            microphone: The pipeline's microphone gate.
            twin: The pipeline's language model service.
            runner: Runs the twin's tools.
            pending_results: The conversation's calls that outlive their turn.
            on_turn: Called with the timings of each finished turn.
            on_exchange: Called with what was said and answered in each finished turn.
            on_cut: Called when turns have left the conversation.
        """
        self._worker = worker
        self._conversation = conversation
        self._clock = clock
        self._microphone = microphone
        self._twin = twin
        self._runner = runner
        self._pending_results = pending_results
        self._on_turn = on_turn
        self._on_exchange = on_exchange
        self._on_cut = on_cut
        self._said: list[str] = []
        self._telling: set[asyncio.Task[None]] = set()

    def attach(self, aggregators: LLMContextAggregatorPair) -> None:
        """Listen to the pipeline's events and to the other tabs."""
        rtvi = self._worker.rtvi
        user, assistant = aggregators.user(), aggregators.assistant()
        rtvi.add_event_handler("on_client_ready", self._on_client_ready)
        rtvi.add_event_handler("on_client_message", self._on_client_message)
        user.add_event_handler("on_user_turn_message_added", self._on_user_message)
        assistant.add_event_handler("on_assistant_turn_stopped", self._on_assistant_turn)
        self._worker.add_observer(ClockObserver(self._clock, self._on_text))
        self._conversation.listeners.add(self._tell)
        self._conversation.replaced.add(self._on_replaced)
        self._runner.listen(self._conversation.id, self._tell_of_call)

    async def detach(self) -> None:
        """Stop listening to the other tabs; with the last of them gone, nobody can say yes."""
        self._conversation.listeners.discard(self._tell)
        self._conversation.replaced.discard(self._on_replaced)
        self._runner.unlisten(self._conversation.id, self._tell_of_call)
        if self._pending_results.detach(self._outcome):
            for run in self._runner.runs(self._conversation.id):
                await run.withdraw()

    # -- from the client --------------------------------------------------------------------

    async def _on_client_ready(self, rtvi: RTVIProcessor) -> None:
        await self._send(
            {
                "kind": "session",
                "input_sample_rate": SAMPLE_RATE,
                "output_sample_rate": SAMPLE_RATE,
                "conversation_id": self._conversation.id,
            }
        )
        # The first turn should not have to wait for what is known before it.
        self._twin.prefill_history()
        await self._pending_results.attach(self._outcome)

    async def _on_client_message(self, rtvi: RTVIProcessor, message: Any) -> None:
        match message.type:
            case "mute" | "unmute":
                self._microphone.muted = message.type == "mute"
            case "audio-on" | "audio-off":
                skip = message.type == "audio-off"
                await self._worker.queue_frame(LLMConfigureOutputFrame(skip_tts=skip))
            case "stop":
                await rtvi.interrupt_bot()

    # -- from the pipeline ------------------------------------------------------------------

    async def _on_user_message(self, _: Any, message: UserTurnMessageAddedMessage) -> None:
        if message.content:
            self._heard(message.content)

    def _on_text(self, text: str) -> None:
        self._heard(text)

    def _heard(self, words: str) -> None:
        self._pending_results.prefer(self._outcome)
        self._said.append(words)
        self._conversation.record("user", words, by=self._tell)

    async def _on_assistant_turn(self, _: Any, message: AssistantTurnStoppedMessage) -> None:
        timings = self._clock.finish()
        figures = timings.as_dict() if timings else None
        if message.content:
            self._conversation.record("assistant", message.content, timings=figures, by=self._tell)
        if timings and figures:
            self._on_turn(timings)
            await self._send({"kind": "action", "action": self._twin.decision.as_dict()})
            await self._send({"kind": "timings", **figures})
        said, self._said = " ".join(self._said), []
        if said and message.content:
            before = self._conversation.turns()[-3:-1]
            await self._on_exchange(
                Exchange(said, message.content, tuple(before), self._twin.decision)
            )
        if self._conversation.end_turn():
            await self._on_cut(self._conversation)
            self._twin.prefill_history()

    async def _outcome(self, runs: list[ToolRun]) -> None:
        """Have the twin tell how calls ended; a turn that nobody began."""
        if not self._clock.running:
            self._clock.typed()
        await self._twin.tell(runs)

    def _on_replaced(self) -> None:
        """The conversation is another: cleared, loaded, or with something forgotten."""
        self._send_soon({"kind": "history"})
        self._twin.prefill_history()

    # -- to the client ----------------------------------------------------------------------

    def _tell(self, entry: LogEntry) -> None:
        """Show this client a message of another tab."""
        data = {"kind": "turn", "id": entry.id, "role": entry.role, "text": entry.text}
        self._send_soon({**data, "at": entry.at, "timings": entry.timings})

    def _tell_of_call(self, event: ToolEvent) -> None:
        """Show this client what becomes of a call."""
        self._send_soon(event.as_dict())

    def _send_soon(self, data: dict[str, Any]) -> None:
        task = asyncio.create_task(self._send(data))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _send(self, data: dict[str, Any]) -> None:
        await self._worker.rtvi.send_server_message(data)

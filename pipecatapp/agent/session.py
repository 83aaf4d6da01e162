"""One open page or command-line client: connects its pipeline with the conversation it shares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

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

from pipecatapp.agent.announcements import Announcements, OpenClient
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.tools.execution.runner import ToolEvent
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.turn_context import TurnContext
from pipecatapp.twin.written_answer import WrittenAnswers
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


class SessionListener(Protocol):
    """What a session reports to the agent."""

    def turn_finished(self, timings: TurnTimings) -> None:
        """Take the figures of a finished turn."""

    async def exchanged(self, conversation_id: str, person: str | None, exchange: Exchange) -> None:
        """Take what was said and answered in a finished turn."""

    async def condense(self, conversation: Conversation) -> None:
        """Take note that turns have left a conversation."""

    @property
    def announcements(self) -> Announcements:
        """Tells people in their sessions what has fallen due."""


class Session:
    """Connects one client's pipeline with the conversation that it shares."""

    def __init__(
        self,
        context: TurnContext,
        worker: PipelineWorker,
        microphone: MicrophoneGate,
        twin: TwinService,
        written: WrittenAnswers,
        listener: SessionListener,
    ):
        """Prepare a session; `attach` begins it.

        Args:
            context: What its turns work with.
            worker: The client's pipeline.
            microphone: The pipeline's microphone gate.
            twin: The pipeline's language model service.
            written: Knows what it writes.
            listener: Is told of finished turns.
        """
        self._worker = worker
        self._conversation = context.conversation
        self._clock = context.clock
        self._runner = context.agent.runner
        self._pending_results = context.pending_results
        self._person = context.person
        self._microphone = microphone
        self._twin = twin
        self._written = written
        self._listener = listener
        self._client = OpenClient(self._conversation.id, context.person, self._send_soon)
        self._said: list[LogEntry] = []
        self._interrupting: LogEntry | None = None
        self._telling: set[asyncio.Task[None]] = set()

    def attach(self, aggregators: LLMContextAggregatorPair) -> None:
        """Listen to the pipeline's events and to the other tabs."""
        rtvi = self._worker.rtvi
        user, assistant = aggregators.user(), aggregators.assistant()
        rtvi.add_event_handler("on_client_ready", self._on_client_ready)
        rtvi.add_event_handler("on_client_message", self._on_client_message)
        user.add_event_handler("on_user_turn_message_added", self._on_user_message)
        assistant.add_event_handler("on_assistant_turn_stopped", self._on_assistant_turn)
        self._worker.add_observer(ClockObserver(self._clock, self._heard))
        self._conversation.listeners.add(self._tell)
        self._conversation.replaced.add(self._on_replaced)
        self._runner.listen(self._conversation.id, self._tell_of_call)

    async def detach(self) -> None:
        """Stop listening to the other tabs; with the last of them gone, nobody can say yes."""
        self._conversation.listeners.discard(self._tell)
        self._conversation.replaced.discard(self._on_replaced)
        self._runner.unlisten(self._conversation.id, self._tell_of_call)
        self._listener.announcements.detach(self._client)
        if self._pending_results.detach(self._twin.tell):
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
        await self._pending_results.attach(self._twin.tell)
        await self._listener.announcements.attach(self._client)

    async def _on_client_message(self, rtvi: RTVIProcessor, message: Any) -> None:
        match message.type:
            case "mute" | "unmute":
                self._microphone.muted = message.type == "mute"
            case "audio-on" | "audio-off":
                skip = message.type == "audio-off"
                await self._worker.queue_frame(LLMConfigureOutputFrame(skip_tts=skip))
            case "stop":
                self._listener.announcements.heard(self._client)
                await rtvi.interrupt_bot()

    # -- from the pipeline ------------------------------------------------------------------

    async def _on_user_message(self, _: Any, message: UserTurnMessageAddedMessage) -> None:
        if message.content:
            self._heard(message.content)

    def _heard(self, words: str) -> None:
        self._pending_results.prefer(self._twin.tell)
        self._listener.announcements.heard(self._client)
        entry = self._conversation.record("user", words, by=self._tell)
        if self._written.open:
            self._interrupting = self._interrupting or entry
        self._said.append(entry)

    async def _on_assistant_turn(self, _: Any, message: AssistantTurnStoppedMessage) -> None:
        timings = self._clock.finish()
        figures = timings.as_dict() if timings else None
        interrupting, self._interrupting = self._interrupting, None
        if not message.interrupted:
            interrupting = None
        self._record_answer(message, figures, interrupting)
        if timings and figures:
            self._listener.turn_finished(timings)
            await self._send({"kind": "action", "action": self._twin.decision.as_dict()})
            await self._send({"kind": "timings", **figures})
        said = self._take_said(interrupting)
        if said and message.content:
            before = self._conversation.turns()[-3:-1]
            exchange = Exchange(said, message.content, tuple(before), self._twin.decision)
            await self._listener.exchanged(self._conversation.id, self._person, exchange)
        if self._conversation.end_turn():
            await self._listener.condense(self._conversation)
            self._twin.prefill_history()

    def _record_answer(
        self,
        message: AssistantTurnStoppedMessage,
        timings: dict[str, Any] | None,
        interrupting: LogEntry | None,
    ) -> None:
        """Add to the log what was written, with a mark where not all of it was heard."""
        answer = self._written.message(message.content)
        self._written.recorded()
        if answer.text:
            self._conversation.record(
                "assistant",
                answer.text,
                timings=timings,
                heard=answer.heard,
                before=interrupting,
                by=self._tell,
            )

    def _take_said(self, interrupting: LogEntry | None) -> str:
        """Return what the user said up to the answer; what interrupted it waits for the next."""
        place = self._said.index(interrupting) if interrupting in self._said else len(self._said)
        said, self._said = self._said[:place], self._said[place:]
        return " ".join(entry.text for entry in said)

    def _on_replaced(self) -> None:
        """Show a history that was replaced: cleared, loaded, or with something forgotten."""
        self._send_soon({"kind": "history"})
        self._twin.prefill_history()

    # -- to the client ----------------------------------------------------------------------

    def _tell(self, entry: LogEntry) -> None:
        """Show this client a message of another tab."""
        data = {"kind": "turn", "id": entry.id, "role": entry.role, "text": entry.text}
        self._send_soon({**data, "at": entry.at, "timings": entry.timings, "heard": entry.heard})

    def _tell_of_call(self, event: ToolEvent) -> None:
        """Show this client what becomes of a call."""
        self._send_soon(event.as_dict())

    def tell_of_lists(self) -> None:
        """Tell this client that the lists of the household have changed."""
        self._send_soon({"kind": "lists"})

    def _send_soon(self, data: dict[str, Any]) -> None:
        task = asyncio.create_task(self._send(data))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _send(self, data: dict[str, Any]) -> None:
        await self._worker.rtvi.send_server_message(data)

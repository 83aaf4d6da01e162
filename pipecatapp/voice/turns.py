"""Endpointing strategies that have a turn answered before its end is certain.

The silence that proves the end of a turn need not be idle time. As soon as the voice pauses and
a transcript is there, an answer is generated and held back. It is released when the silence has
lasted long enough, and dropped when the voice goes on. Pipecat holds it back
(`pipecat.turns.speculation_gate`); the strategies here say when to start, release and withdraw it.
"""

from typing import Any

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult, UserTurnSpeculation
from pipecat.turns.user_stop import (
    SpeechTimeoutUserTurnStopStrategy,
    TurnAnalyzerUserTurnStopStrategy,
)
from pipecat.turns.user_stop.base_user_turn_stop_strategy import BaseUserTurnStopStrategy

from pipecatapp.voice.whisper import SpeechPendingFrame


class Speculation(BaseUserTurnStopStrategy):
    """A mixin for stop strategies that has every final transcript answered speculatively.

    It also keeps a turn open while speech of it waits for a transcript: where recognition is slow,
    or audio comes late and all at once, several stretches may wait.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._heard: list[str] = []
        self._answering: str | None = None
        self._pending = 0
        self._unanswered = False
        self._is_due = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Start an answer at a transcript, and withdraw it when the voice goes on."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._is_due = False
            await self._withdraw()
        elif isinstance(frame, SpeechPendingFrame):
            self._pending = frame.stretches
        elif isinstance(frame, EagerEndOfTurnCancelFrame):
            self._answering = None
        elif isinstance(frame, TranscriptionFrame):
            self._heard.append(frame.text.strip())
            self._unanswered = True
        result = await super().process_frame(frame)
        if not self._pending:
            if self._is_due:
                await self.trigger_user_turn_stopped()
            elif self._unanswered:  # the base class has not ended the turn on this frame
                await self._answer_ahead()
        return result or ProcessFrameResult.CONTINUE

    async def _answer_ahead(self) -> None:
        self._unanswered = False
        await self._withdraw()
        self._answering = " ".join(self._heard)
        await self.trigger_user_turn_inference_triggered(
            speculation=UserTurnSpeculation(text=self._answering)
        )

    async def _withdraw(self) -> None:
        if self._answering is not None:
            self._answering = None
            await self.trigger_user_turn_speculation_cancelled()

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        """End the turn once nothing of it waits for a transcript any more.

        An answer to all that was heard is released, any other withdrawn.
        """
        self._is_due = self._pending > 0
        if self._is_due:
            return
        if self._answering is not None and self._answering == " ".join(self._heard):
            self._answering = None
            await self.trigger_user_turn_finalized(
                enable_user_speaking_frames=enable_user_speaking_frames, confirms_speculation=True
            )
            return
        await self._withdraw()
        await super().trigger_user_turn_stopped(
            enable_user_speaking_frames=enable_user_speaking_frames
        )

    async def handle_user_turn_started(self) -> None:
        """Forget the turn before this one."""
        self._forget()
        await super().handle_user_turn_started()

    async def handle_user_turn_stopped(self) -> None:
        """Withdraw the answer to a turn that ended in another way."""
        self._forget()
        await self._withdraw()
        await super().handle_user_turn_stopped()

    def _forget(self) -> None:
        self._heard = []
        self._unanswered = self._is_due = False


class SpeculativeSpeechTimeout(Speculation, SpeechTimeoutUserTurnStopStrategy):
    """Ends a turn after a fixed silence, which is cheap enough for a Core 2 Duo."""


class SpeculativeTurnAnalyzer(Speculation, TurnAnalyzerUserTurnStopStrategy):
    """Ends a turn when a model of intonation says so (smart-turn)."""

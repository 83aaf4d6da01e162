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


class Speculation(BaseUserTurnStopStrategy):
    """A mixin for stop strategies that has every final transcript answered speculatively."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._heard: list[str] = []
        self._answering: str | None = None

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Start an answer at a transcript, and withdraw it when the voice goes on."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            await self._withdraw()
        elif isinstance(frame, EagerEndOfTurnCancelFrame):
            self._answering = None
        elif isinstance(frame, TranscriptionFrame):
            self._heard.append(frame.text.strip())
        heard = len(self._heard)
        result = await super().process_frame(frame)
        # If the base class has ended the turn on this frame, no speculation is needed.
        if isinstance(frame, TranscriptionFrame) and heard == len(self._heard):
            await self._answer_ahead()
        return result or ProcessFrameResult.CONTINUE

    async def _answer_ahead(self) -> None:
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
        """End the turn; release an answer to all that was heard, withdraw any other."""
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
        self._heard = []
        await super().handle_user_turn_started()

    async def handle_user_turn_stopped(self) -> None:
        """Withdraw the answer to a turn that ended in another way."""
        self._heard = []
        await self._withdraw()
        await super().handle_user_turn_stopped()


class SpeculativeSpeechTimeout(Speculation, SpeechTimeoutUserTurnStopStrategy):
    """Ends a turn after a fixed silence, which is cheap enough for a Core 2 Duo."""


class SpeculativeTurnAnalyzer(Speculation, TurnAnalyzerUserTurnStopStrategy):
    """Ends a turn when a model of intonation says so (smart-turn)."""

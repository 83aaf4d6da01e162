"""Speech recognition of one session, which starts as soon as a voice seems to pause."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import numpy as np
from loguru import logger
from pipecat.frames.frames import (
    DataFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.voice.recognizer import Recognizer

PREROLL_SECS = 2.0
"""Audio that is kept from before a voice was detected. Pipecat's own second is too short where a
sentence begins softly: of a whole question only "of France." was heard."""
PAUSE_SECS = 0.08
"""Silence after which a transcription begins, before voice detection reports a pause."""
LONGEST_PAUSE_SECS = 0.36
"""Voice detection has reported a pause by then; see VAD_STOP_SECS in app.py."""
PAUSE_LEVEL = 0.05
"""Audio is silence below this share of the utterance's loudest sound, by RMS amplitude."""

Transcription = asyncio.Task[str]
"""Transcribes one stretch of speech."""


@dataclass
class SpeechPendingFrame(DataFrame):
    """Tells how many stretches of speech wait for their transcript, each time that changes.

    It follows the transcript of a stretch that had words.

    Attributes:
        stretches: Their number.
    """

    stretches: int


class WhisperSpeechToText(WhisperSTTService):
    """Pipecat's Whisper service on a model that all sessions share.

    It begins to transcribe as soon as the voice seems to pause, before voice detection is sure. If
    nothing more is said until then, the transcript is ready that much sooner.

    On a slow machine several stretches of speech may wait for their transcripts while the next one
    is spoken: each keeps the transcription that was begun for it.
    """

    def __init__(self, recognizer: Recognizer, clock: TurnClock, **kwargs: Any):
        self._recognizer = recognizer
        self._clock = clock
        self._heard_before = ""
        self._level = 0.0
        self._silence = 0.0
        self._early: Transcription | None = None
        self._queued: deque[Transcription | None] = deque()
        super().__init__(
            device="cpu",
            settings=WhisperSTTService.Settings(model=recognizer.name, language=Language.EN),
            **kwargs,
        )

    def _load(self) -> None:
        """Load nothing, as the recognizer holds the model."""

    async def start(self, frame: StartFrame) -> None:
        """Keep more audio from before a voice than Pipecat does."""
        await super().start(frame)
        self._audio_buffer_size_1s = int(PREROLL_SECS * self.sample_rate) * 2

    async def cleanup(self) -> None:
        """End the transcription task, which would outlive a pipeline that is cancelled early."""
        await self._cancel_segment_task()
        self._drop_early()
        for early in filter(None, self._queued):
            early.cancel()
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Forget a turn's words at its end, as they do not help with the next turn."""
        if isinstance(frame, UserStoppedSpeakingFrame):
            self._heard_before = ""
        await super().process_frame(frame, direction)

    async def process_audio_frame(
        self, frame: InputAudioRawFrame, direction: FrameDirection
    ) -> None:
        """Buffer audio, and begin to transcribe it where the voice seems to pause."""
        await super().process_audio_frame(frame, direction)
        samples = np.frombuffer(frame.audio, dtype=np.int16).astype(np.float32) / 32768.0
        level = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
        if not self._user_speaking:
            self._level = self._silence = 0.0
        elif level > PAUSE_LEVEL * self._level:
            self._level = max(level, self._level)
            self._silence = 0.0
            self._drop_early()
        else:
            self._silence += len(samples) / self.sample_rate
            # Voice detection decides what is voice: if it still hears one, the supposed pause was
            # soft speech, and its transcript holds only a part of the words.
            if self._silence > LONGEST_PAUSE_SECS:
                self._silence = 0.0
                self._drop_early()
            if self._silence >= PAUSE_SECS and self._early is None:
                self._begin_early()

    async def _handle_user_stopped_speaking(self, frame: VADUserStoppedSpeakingFrame) -> None:
        """Queue what was said with the transcription that was begun for it."""
        kept = self.is_usable
        await super()._handle_user_stopped_speaking(frame)
        # Pipecat has just queued the audio; `run_stt` has not asked for its transcription yet.
        if kept:
            self._queued.append(self._early)
            self._early = None
            await self.push_frame(SpeechPendingFrame(len(self._queued)))
        self._drop_early()

    def _begin_early(self) -> None:
        pcm = bytes(self._audio_buffer) + self._trailing_silence()
        self._early = asyncio.create_task(self._transcribe(pcm))
        # Nobody waits for a transcription that more speech has overtaken, so its error is dropped.
        self._early.add_done_callback(lambda task: task.cancelled() or task.exception())

    def _drop_early(self) -> None:
        """Withdraw the transcription of unfinished speech, which would only delay the next one."""
        if self._early:
            self._early.cancel()
            self._early = None

    async def _transcribe(self, pcm: bytes) -> str:
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / 32768.0
        return await self._recognizer.transcribe_async(samples, context=self._heard_before)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """Transcribe one stretch of speech.

        Args:
            audio: PCM16 mono at 16 kHz.

        Yields:
            A final transcription, nothing when there were no words, or an error frame; and then how
            many stretches still wait.
        """
        await self.start_processing_metrics()
        early = self._queued[0] if self._queued else None
        try:
            text = await (early or self._transcribe(audio))
        except Exception as error:
            logger.exception("speech recognition failed")
            yield ErrorFrame(error=f"I could not make out what was said: {error}")
        else:
            logger.debug(f"Heard {text!r}")
            self._clock.transcribed()
            if text:
                self._heard_before = f"{self._heard_before} {text}".strip()
                yield TranscriptionFrame(
                    text, self._user_id, time_now_iso8601(), Language.EN, finalized=True
                )
        await self.stop_processing_metrics()
        if self._queued:
            self._queued.popleft()
        yield SpeechPendingFrame(len(self._queued))

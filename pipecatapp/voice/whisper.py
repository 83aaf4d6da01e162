"""Speech recognition by faster-whisper, with a window cut to what was said."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment
from loguru import logger
from pipecat.frames.frames import ErrorFrame, Frame, TranscriptionFrame
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from pipecatapp.runtime.turn_clock import TurnClock

SAMPLE_RATE = 16_000
FRAMES_PER_SECOND = 100
FULL_WINDOW = 3_000

# Whisper always encodes 30 s. Most of that is silence for a short question, and the encoder is
# what takes the time: with base on two cores 0.2 s instead of 0.8 s. Windows that end less than
# 4 s after the speech, or that are shorter than 8 s, make it repeat itself (tried with 32 spoken
# sentences); what still repeats is caught below and heard again with the full window.
SILENCE_AFTER_SPEECH = 4 * FRAMES_PER_SECOND
SHORTEST_WINDOW = 8 * FRAMES_PER_SECOND

# Above this ratio of text length to its compressed length, the text is a loop. The threshold is
# that of the Whisper paper (Radford et al. 2022, section 4.5).
LOOP_COMPRESSION_RATIO = 2.4

# Nobody speaks faster than this many tokens a second; it bounds what a loop can cost.
TOKENS_PER_SECOND = 8


class WindowedWhisperModel(WhisperModel):  # type: ignore[misc] # faster-whisper has no types
    """A Whisper model whose encoder sees only the first `window` frames of 10 ms."""

    window = FULL_WINDOW

    def encode(self, features: npt.NDArray[np.float32]) -> object:
        """Encode log-mel features of shape (mels, frames), cut to the window."""
        return super().encode(np.ascontiguousarray(features[..., : self.window]))


class Recognizer:
    """One loaded Whisper model, shared by every session; it hears one utterance at a time."""

    def __init__(
        self, model_dir: Path, *, language: str = "en", hot_words: str = "", threads: int = 2
    ):
        """Load the model.

        Args:
            model_dir: A CTranslate2 model directory.
            language: ISO 639-1 code of what is spoken.
            hot_words: Names to expect, separated by commas.
            threads: Threads for the matrix products; more than the cores only hurts.
        """
        self.name = model_dir.name
        self._language = language
        self._hot_words = hot_words or None
        self._model = WindowedWhisperModel(
            str(model_dir), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="whisper")

    def transcribe(self, audio: npt.NDArray[np.float32], *, context: str = "") -> str:
        """Return what is said in `audio`.

        Args:
            audio: Mono samples at 16 kHz in [-1, 1].
            context: What was said just before, which helps with a sentence cut by a pause.
        """
        seconds = len(audio) / SAMPLE_RATE
        window = int(seconds * FRAMES_PER_SECOND) + SILENCE_AFTER_SPEECH
        window = min(FULL_WINDOW, max(SHORTEST_WINDOW, window))
        with self._lock:
            segments = self._hear(audio, window, context)
            looped = any(s.compression_ratio > LOOP_COMPRESSION_RATIO for s in segments)
            if window < FULL_WINDOW and (looped or _repeats(segments)):
                segments = self._hear(audio, FULL_WINDOW, context)
        return " ".join(s.text.strip() for s in segments if s.no_speech_prob < 0.6).strip()

    def _hear(self, audio: npt.NDArray[np.float32], window: int, context: str) -> list[Segment]:
        self._model.window = window
        seconds = len(audio) / SAMPLE_RATE
        segments, _ = self._model.transcribe(
            audio,
            language=self._language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            initial_prompt=context or None,
            hotwords=self._hot_words,
            max_new_tokens=min(200, 12 + int(TOKENS_PER_SECOND * min(seconds, 30))),
        )
        return list(segments)

    async def transcribe_async(self, audio: npt.NDArray[np.float32], *, context: str = "") -> str:
        """Like `transcribe`, in the recognizer's own thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._executor, lambda: self.transcribe(audio, context=context)
        )

    def warm_up(self) -> None:
        """Hear a second of silence, so that the first turn does not pay for first use."""
        self.transcribe(np.zeros(SAMPLE_RATE, dtype=np.float32))

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(cancel_futures=True)


def _repeats(segments: list[Segment]) -> bool:
    """Tell whether a sentence stands three times or more; too short a loop to compress well."""
    words = " ".join(s.text for s in segments).replace("?", ".").replace("!", ".").split(".")
    sentences = [w.strip().lower() for w in words if w.strip()]
    return len(sentences) >= 3 and len(set(sentences)) == 1


class WhisperSpeechToText(WhisperSTTService):
    """Pipecat's Whisper service on a model that all sessions share."""

    def __init__(self, recognizer: Recognizer, clock: TurnClock, **kwargs: Any):
        self._recognizer = recognizer
        self._clock = clock
        self._heard_before = ""
        super().__init__(
            device="cpu",
            settings=WhisperSTTService.Settings(model=recognizer.name, language=Language.EN),
            **kwargs,
        )

    def _load(self) -> None:
        """Load nothing: the recognizer holds the model."""

    async def cleanup(self) -> None:
        """End the transcription task, which outlives a pipeline that is cancelled as it starts."""
        await self._cancel_segment_task()
        await super().cleanup()

    def forget_context(self) -> None:
        """A turn is over: what was said in it does not help with the next."""
        self._heard_before = ""

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """Transcribe one stretch of speech.

        Args:
            audio: PCM16 mono at 16 kHz.

        Yields:
            A final transcription, nothing when there were no words, or an error frame.
        """
        await self.start_processing_metrics()
        samples = np.frombuffer(audio, dtype=np.int16).astype(np.float32) / 32768.0
        try:
            text = await self._recognizer.transcribe_async(samples, context=self._heard_before)
        except Exception as error:
            logger.exception("speech recognition failed")
            yield ErrorFrame(error=f"I could not make out what was said: {error}")
            return
        finally:
            await self.stop_processing_metrics()
        self._clock.transcribed()
        if text:
            self._heard_before = f"{self._heard_before} {text}".strip()
            yield TranscriptionFrame(
                text, self._user_id, time_now_iso8601(), Language.EN, finalized=True
            )

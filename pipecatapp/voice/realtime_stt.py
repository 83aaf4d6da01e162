"""Speech recognition by RealtimeSTT (STT_SERVICE=realtimestt), an extra.

It shows words while they are spoken. It brings torch, which a Core 2 Duo cannot run, and needs
Python below 3.13; that is why faster-whisper is the default.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pipecat.audio.vad
from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
)
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from pipecatapp.errors import UserError
from pipecatapp.runtime.turn_clock import TurnClock

# RealtimeSTT would otherwise download its own.
SILERO_MODEL = Path(pipecat.audio.vad.__path__[0]) / "data" / "silero_vad.onnx"

SILENCE_SECS = 0.3
"""Silence after which RealtimeSTT makes the final transcript."""


def require_realtime_stt() -> Any:
    """Return RealtimeSTT's recorder class.

    Raises:
        UserError: The extra is not installed, or does not run on this machine.
    """
    try:
        from RealtimeSTT import AudioToTextRecorder
    except (ImportError, OSError) as error:
        raise UserError(
            "STT_SERVICE=realtimestt needs the extra `realtimestt` and Python below 3.13 "
            f"({error}): run `.venv/bin/pip install -e '.[realtimestt]'`, or set "
            "STT_SERVICE=faster-whisper."
        ) from error
    return AudioToTextRecorder


class RealtimeSpeechToText(STTService):
    """Feeds audio to RealtimeSTT's recorder, and pushes its transcripts."""

    def __init__(self, model_dir: Path, clock: TurnClock, *, language: str, **kwargs: Any):
        """Make the service; the recorder starts with the pipeline.

        Args:
            model_dir: The CTranslate2 Whisper model for RealtimeSTT.
            clock: Takes the time of each transcript.
            language: ISO 639-1 code.
            **kwargs: For Pipecat's STTService.

        Raises:
            UserError: The extra is missing.
        """
        super().__init__(settings=STTSettings(model=model_dir.name, language=language), **kwargs)
        self._recorder_class = require_realtime_stt()
        self._model_dir = model_dir
        self._clock = clock
        self._language = Language(language)
        self._recorder: Any = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    async def start(self, frame: StartFrame) -> None:
        """Load the recorder in a thread, and listen to it."""
        await super().start(frame)
        loop = asyncio.get_running_loop()
        self._recorder = await loop.run_in_executor(None, self._make_recorder, loop)
        self._thread = threading.Thread(
            target=self._listen, args=(loop,), name="realtimestt", daemon=True
        )
        self._thread.start()

    def _make_recorder(self, loop: asyncio.AbstractEventLoop) -> Any:
        return self._recorder_class(
            model=str(self._model_dir),
            realtime_model_type=str(self._model_dir),
            use_main_model_for_realtime=True,
            language=self._language.value,
            device="cpu",
            compute_type="int8",
            beam_size=1,
            beam_size_realtime=1,
            silero_backend="raw_onnx",
            silero_onnx_model_path=str(SILERO_MODEL),
            use_microphone=False,
            spinner=False,
            no_log_file=True,
            post_speech_silence_duration=SILENCE_SECS,
            enable_realtime_transcription=True,
            on_realtime_transcription_stabilized=lambda text: self._push(loop, text, final=False),
        )

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._closing.is_set():
            text = self._recorder.text()
            if text and not self._closing.is_set():
                self._push(loop, text, final=True)

    def _push(self, loop: asyncio.AbstractEventLoop, text: str, *, final: bool) -> None:
        """Pass words from a thread of the recorder to the pipeline."""
        at = time_now_iso8601()
        frame: Frame
        if final:
            frame = TranscriptionFrame(text, "", at, self._language, finalized=True)
        else:
            frame = InterimTranscriptionFrame(text, "", at, self._language)

        async def push() -> None:
            if final:
                self._clock.transcribed()
            await self.push_frame(frame)

        asyncio.run_coroutine_threadsafe(push(), loop)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Feed PCM16 mono audio to the recorder; its threads push the words."""
        if self._recorder is not None:
            self._recorder.feed_audio(audio, self.sample_rate)
        yield None

    async def stop(self, frame: EndFrame) -> None:
        """End the recorder."""
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        """End the recorder."""
        await super().cancel(frame)
        await self._close()

    async def _close(self) -> None:
        if self._recorder is None or self._closing.is_set():
            return
        self._closing.set()
        logger.debug("Ending RealtimeSTT")
        await asyncio.to_thread(self._recorder.shutdown)

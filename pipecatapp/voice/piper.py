"""Speech synthesis by Piper: one loaded voice for all sessions, ahead of the turn's end."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from loguru import logger
from pipecat.frames.frames import ErrorFrame, Frame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from piper import PiperVoice
from piper.config import PiperConfig

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.voice.clauses import CLAUSE_ENDINGS, AnswerAggregator, ClauseAggregator
from pipecatapp.voice.code import CODE, spoken_code

SYNTHESIS_THREADS = 1
"""The model generates at the same time: two threads delayed the first audio by 0.07 s."""
SENTENCE_ENDINGS = ".!?:;\N{HORIZONTAL ELLIPSIS}"
SYNTHESIS_PATIENCE_SECS = 30.0
PHRASE_GAP_SECS = 0.05
"""Silence that is left behind a piece in mid-sentence, before the next piece."""
SILENT = 300
"""Synthesized speech is silence below this amplitude, of 32768."""


class Speaker:
    """A loaded Piper voice; it speaks one piece of text at a time, in its own thread."""

    def __init__(self, model: Path):
        """Load the voice.

        Args:
            model: The voice's .onnx file, its .onnx.json beside it.
        """
        self.name = model.stem
        self._voice = _load(model)
        self.sample_rate: int = self._voice.config.sample_rate
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="piper")

    async def speak(self, text: str) -> bytes:
        """Return `text` as PCM16 mono at `sample_rate`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self.speak_now, text)

    def speak_now(self, text: str) -> bytes:
        """Like `speak`, in the caller's thread."""
        ends = text.rstrip()[-1:] in SENTENCE_ENDINGS
        # Without a mark the voice falls as at the end of a sentence; a comma keeps it up.
        spoken = text if ends or text.rstrip()[-1:] in CLAUSE_ENDINGS else f"{text},"
        pcm = b"".join(chunk.audio_int16_bytes for chunk in self._voice.synthesize(spoken))
        return pcm if ends else _cut_silence(pcm, self.sample_rate)

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(cancel_futures=True)


def _cut_silence(pcm: bytes, sample_rate: int) -> bytes:
    """Return PCM16 mono with at most PHRASE_GAP_SECS of silence at its end."""
    samples = np.abs(np.frombuffer(pcm, dtype=np.int16).astype(np.int32))
    voiced = np.flatnonzero(samples > SILENT)
    if len(voiced) == 0:
        return pcm
    return pcm[: 2 * (int(voiced[-1]) + int(PHRASE_GAP_SECS * sample_rate))]


def _load(model: Path) -> PiperVoice:
    """Load a voice whose threads sleep while they wait.

    While a piece is synthesized the model generates the next one on the same cores. Spinning
    threads, onnxruntime's default, would take processor time from the model for nothing.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = SYNTHESIS_THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        str(model), sess_options=options, providers=["CPUExecutionProvider"]
    )
    config = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
    return PiperVoice(session=session, config=PiperConfig.from_dict(config))


class SpeechAhead:
    """Pieces of a speculative answer, synthesized before the turn is certain to have ended.

    Pipecat's speculation gate holds the answer itself back. When the gate releases it, its first
    pieces are ready; when the answer is withdrawn, they are dropped.
    """

    LIMIT = 2
    """More than two pieces would only take processor time from the model."""

    def __init__(self, speaker: Speaker, clock: TurnClock):
        self._speaker = speaker
        self._clock = clock
        self._pieces: dict[str, asyncio.Task[bytes]] = {}

    def begin(self, text: str) -> None:
        """Start to synthesize a piece, unless `LIMIT` pieces are under way."""
        if text and text not in self._pieces and len(self._pieces) < self.LIMIT:
            self._clock.first_clause()
            self._pieces[text] = asyncio.create_task(self._speak(text))

    async def _speak(self, text: str) -> bytes:
        audio = await self._speaker.speak(text)
        self._clock.first_speech()
        return audio

    async def take(self, text: str) -> bytes:
        """Return a piece's audio; synthesize it now if that was not begun."""
        self._clock.first_clause()
        task = self._pieces.pop(text, None)
        if task is not None:
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                # A dropped piece must not end the speech service that waits for it; the service
                # ends only if it was cancelled itself.
                if not task.cancelled():
                    raise
        return await self._speak(text)

    def drop(self) -> None:
        """Forget all pieces of an answer that was withdrawn or has ended."""
        for task in self._pieces.values():
            task.cancel()
        self._pieces.clear()


class PiperTextToSpeech(TTSService):
    """Speaks with a shared Piper voice; an answer's first clause comes first."""

    def __init__(self, speaker: Speaker, ahead: SpeechAhead, **kwargs: Any):
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            # An old processor may need long for a sentence: the answer goes on after it.
            stop_frame_timeout_s=SYNTHESIS_PATIENCE_SECS,
            # An answer of punctuation alone is silent, which is not an error.
            max_consecutive_zero_audio_contexts=0,
            settings=TTSSettings(model=None, voice=speaker.name, language=None),
            text_transforms=[(CODE, spoken_code)],
            **kwargs,
        )
        self._speaker = speaker
        self._ahead = ahead
        self._text_aggregator = ClauseAggregator(language=self._text_aggregator.language)
        self._skipped_text_aggregator = AnswerAggregator(language=self._text_aggregator.language)

    def can_generate_metrics(self) -> bool:
        """Tell Pipecat that this service reports its times."""
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Synthesize one piece of an answer.

        Yields:
            Audio frames at the pipeline's output rate, or an error frame.
        """

        async def audio() -> AsyncIterator[bytes]:
            yield await self._ahead.take(text.strip())

        try:
            async for frame in self._stream_audio_frames_from_iterator(
                audio(), in_sample_rate=self._speaker.sample_rate, context_id=context_id
            ):
                await self.stop_ttfb_metrics()
                yield frame
        except Exception as error:
            logger.exception("speech synthesis failed")
            yield ErrorFrame(error=f"I could not speak that: {error}")

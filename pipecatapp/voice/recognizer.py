"""Whisper, loaded once for all sessions, with its window cut to the length of the speech."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from pipecatapp.text.language import load_language
from pipecatapp.text.numbers import number
from pipecatapp.text.sentences import sentences
from pipecatapp.text.words import spoken_words, undivided_words
from pipecatapp.voice.compounds import Compounds
from pipecatapp.voice.near_names import NearNames
from pipecatapp.voice.speech_evidence import AudioEvidence, Recognition, is_speech

SAMPLE_RATE = 16_000
FRAMES_PER_SECOND = 100
FULL_WINDOW = 3_000

# Whisper always encodes 30 s, most of which is silence after a short question. The encoder takes
# most of the time: a cut window takes base on two cores 0.2 s instead of 0.8 s. Windows that end
# less than 3 s after the speech, or that are shorter than 6 s, make Whisper repeat itself (measured
# with 32 spoken sentences); repetitions that remain are removed below.
SILENCE_AFTER_SPEECH = 3 * FRAMES_PER_SECOND
SHORTEST_WINDOW = 6 * FRAMES_PER_SECOND

# Above this ratio of text length to its compressed length, the text is a loop. The threshold is
# that of the Whisper paper (Radford et al. 2022, section 4.5).
LOOP_COMPRESSION_RATIO = 2.4

# More silence before the speech only makes Whisper doubt that there is speech.
SILENCE_BEFORE_SPEECH = 0.3
SILENT_SHARE = 0.05
"""Audio is silence below this share of the loudest 20 ms, by RMS amplitude."""

# Nobody speaks more tokens a second; the limit bounds the cost of a loop.
TOKENS_PER_SECOND = 8


class WindowedWhisperModel(WhisperModel):  # type: ignore[misc] # faster-whisper has no types
    """A Whisper model whose encoder sees only the first `window` frames of 10 ms."""

    window = FULL_WINDOW

    def encode(self, features: npt.NDArray[np.float32]) -> object:
        """Encode log-mel features of shape (mels, frames), cut to the window."""
        return super().encode(np.ascontiguousarray(features[..., : self.window]))


class Recognizer:
    """A loaded Whisper model that all sessions share; it transcribes one utterance at a time."""

    def __init__(
        self, model_dir: Path, *, language: str = "en", hot_words: str = "", threads: int = 2
    ):
        """Load the model.

        Args:
            model_dir: A CTranslate2 model directory.
            language: ISO 639-1 code of the spoken language.
            hot_words: Names to expect, separated by commas.
            threads: Threads for the matrix products; more threads than cores slow it down.
        """
        self.name = model_dir.name
        self._language = language
        self._hot_words = hot_words or None
        compounds = load_language(language).vocabulary.compounds
        names = [*compounds, *(word.strip() for word in hot_words.split(","))]
        self._compounds = Compounds(names)
        self._near_names = NearNames(names, self._is_word)
        self._noise_words = load_language(language).vocabulary.noise_words
        self._model = WindowedWhisperModel(
            str(model_dir), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="whisper")

    def transcribe(self, audio: npt.NDArray[np.float32], *, context: str = "") -> str:
        """Return the words in `audio`.

        Args:
            audio: Mono samples at 16 kHz in [-1, 1].
            context: The words before, which help with a sentence that a pause has cut.
        """
        audio = without_leading_silence(audio)
        seconds = len(audio) / SAMPLE_RATE
        window = int(seconds * FRAMES_PER_SECOND) + SILENCE_AFTER_SPEECH
        window = min(FULL_WINDOW, max(SHORTEST_WINDOW, window))
        with self._lock:
            segments = self._hear(audio, window, context)
            looped = any(s.compression_ratio > LOOP_COMPRESSION_RATIO for s in segments)
            if window < FULL_WINDOW and looped:
                segments = self._hear(audio, FULL_WINDOW, context)
        evidence = AudioEvidence.of(audio)
        sure = (segment for segment in segments if is_speech(self._recognition(segment), evidence))
        spoken = " ".join(segment.text.strip() for segment in sure)
        once = spoken.strip() if window == FULL_WINDOW else without_echoed_sentences(spoken)
        return self._near_names.corrected(self._compounds.joined(once))

    def _is_word(self, word: str) -> bool:
        # Whisper's vocabulary holds some 25,000 words in one piece, which it writes after a space.
        return self._model.hf_tokenizer.token_to_id(f"\u0120{word}") is not None

    def _recognition(self, segment: Segment) -> Recognition:
        words = " ".join(spoken_words(segment.text))
        return Recognition(segment.no_speech_prob, segment.avg_logprob, words in self._noise_words)

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
        """Transcribe a second of silence, so that the first turn is not slowed by the first use."""
        self.transcribe(np.zeros(SAMPLE_RATE, dtype=np.float32))

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(cancel_futures=True)


def without_leading_silence(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return `audio`, mono at 16 kHz, from 0.3 s before its first sound."""
    step = SAMPLE_RATE // 50
    pieces = audio[: len(audio) // step * step].reshape(-1, step)
    levels = np.sqrt(np.mean(pieces**2, axis=1))
    voiced = np.flatnonzero(levels > SILENT_SHARE * levels.max(initial=0.0))
    if len(voiced) == 0:
        return audio
    return audio[max(0, int(voiced[0]) * step - int(SILENCE_BEFORE_SPEECH * SAMPLE_RATE)) :]


def without_echoed_sentences(text: str) -> str:
    """Return `text` without sentences that only repeat the one before them.

    A cut window makes Whisper repeat a short sentence, especially with hot words; a person who
    repeats one means nothing more by it. The repetition may be broken off: "Run it. Run". Digits
    and letters that somebody dictates follow themselves, and stay: "Four. Four. Two."
    """
    said: list[str] = []
    for sentence in sentences(text):
        if not said or _is_dictated(sentence) or not _echoes(sentence, said[-1]):
            said.append(sentence)
    return " ".join(said)


def _is_dictated(sentence: str) -> bool:
    """Tell whether a sentence is nothing but digits, numbers or single letters."""
    words = undivided_words(sentence)
    return bool(words) and all(len(word) == 1 or number(word) is not None for word in words)


def _echoes(sentence: str, before: str) -> bool:
    words, earlier = undivided_words(sentence), undivided_words(before)
    whole = sentence.rstrip()[-1:] in ".?!"
    return words == earlier if whole else words == earlier[: len(words)]

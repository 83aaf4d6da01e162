"""A person who says a sentence in the ways in which this machine hears it best.

How a processor rounds decides which of two similar words a recognizer hears, and one way of saying
a sentence may be the wrong one there. Each way sounds the same each time.
"""

import functools
import itertools
import wave
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from piper import PiperVoice, SynthesisConfig

from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer

Samples = npt.NDArray[np.float64]

SILENCE_SECONDS = 4
"""A microphone hears for a while before anybody speaks."""
WAYS = ((1.25, 1.4), (1.25, 1.25), (1.0, 1.15), (1.15, 1.25), (0.9, 1.0), (1.0, 1.0))
"""How much higher than the agent's a voice is, and how slowly it spoke before it was raised."""
ENOUGH = 2
"""So many ways that are heard word for word will do."""


def speech(models: Path, text: str) -> Samples:
    """Return `text` as another person than the agent says it, at 16 kHz in [-1, 1].

    Whoever asks again gets another rendition, as of a person who was misheard.

    Args:
        models: The models' directory.
        text: What is said.
    """
    return next(_again(models, text))


@functools.cache
def _again(models: Path, text: str) -> Iterator[Samples]:
    return itertools.cycle(renditions(models, text))


@functools.cache
def renditions(models: Path, text: str) -> list[Samples]:
    """Return renditions of `text` at 16 kHz in [-1, 1], the one that is heard best first."""
    ranked: list[tuple[float, int, Samples]] = []
    for number, (pitch, pace) in enumerate(WAYS):
        samples = _spoken(models, text, pitch, pace)
        likeness = min(
            _likeness(text, recognizer.transcribe(samples.astype(np.float32)))
            for recognizer in _recognizers(models)
        )
        ranked.append((-likeness, number, samples))
        if sum(-unlike == 1.0 for unlike, _, _ in ranked) == ENOUGH:
            break
    return [samples for _, _, samples in sorted(ranked, key=lambda entry: entry[:2])]


def _likeness(said: str, heard: str) -> float:
    """Return how much of what was said was heard, of 1; spaces and marks do not count."""
    plain = ["".join(filter(str.isalnum, text.lower())) for text in (said, heard)]
    return SequenceMatcher(None, *plain).ratio()


def _spoken(models: Path, text: str, pitch: float, pace: float) -> Samples:
    voice = _voice(models)
    steady = SynthesisConfig(length_scale=pace, noise_scale=0.0, noise_w_scale=0.0)
    parts = [part.audio_float_array for part in voice.synthesize(text, steady)]
    # Played faster than it was spoken, slowly, a voice is higher and no faster.
    samples = soxr.resample(np.concatenate(parts), voice.config.sample_rate * pitch, SAMPLE_RATE)
    return np.asarray(np.clip(samples, -1, 1), dtype=np.float64)


@functools.cache
def _voice(models: Path) -> PiperVoice:
    (voice,) = models.glob("en_US-joe-medium/*.onnx")
    return PiperVoice.load(voice)


@functools.cache
def _recognizers(models: Path) -> list[Recognizer]:
    """Return those of which an agent takes one."""
    return [Recognizer(directory) for directory in sorted(models.glob("faster-whisper-*"))]


def write_microphone(path: Path, *spoken: Samples, pause: int = SILENCE_SECONDS) -> None:
    """Write what a microphone hears of somebody.

    Args:
        path: Of a WAV file.
        spoken: What is said, one after the other, at 16 kHz in [-1, 1].
        pause: Seconds of silence after each.
    """
    parts = [np.zeros(SILENCE_SECONDS * SAMPLE_RATE)]
    for samples in spoken:
        parts += [samples, np.zeros(pause * SAMPLE_RATE)]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((np.concatenate(parts) * 32767).astype(np.int16).tobytes())

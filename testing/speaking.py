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
Way = tuple[float, float]
"""How high a voice is, of the agent's, and how slowly it spoke before it was raised."""
HIGHER: tuple[Way, ...] = ((1.25, 1.25), (1.25, 1.4), (1.15, 1.25), (1.35, 1.4))
ALIKE: tuple[Way, ...] = ((1.0, 1.15), (1.0, 1.0), (1.0, 1.3))
ENOUGH = 3
"""So many ways that are heard word for word will do."""
MICROPHONE_RATE = 48_000
NOISE = 0.0005
"""Standard deviation of a quiet room's noise, of 1."""


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
    return itertools.cycle(renditions(models, text, HIGHER))


@functools.cache
def renditions(
    models: Path, text: str, ways: tuple[Way, ...] = ALIKE + HIGHER, by: str = "faster-whisper-*"
) -> list[Samples]:
    """Return renditions of `text` at 16 kHz in [-1, 1], the one that is heard best first.

    Args:
        models: The models' directory.
        text: What is said.
        ways: How it may be said.
        by: Which recognizers have to hear it: a pattern of their names.
    """
    ranked: list[tuple[float, int, Samples]] = []
    for number, way in enumerate(ways):
        samples = _spoken(models, text, way)
        ranked.append((-_heard(models / by, text, samples), number, samples))
        if sum(-unlike == 1.0 for unlike, _, _ in ranked) == ENOUGH:
            break
    return [samples for _, _, samples in sorted(ranked, key=lambda entry: entry[:2])]


def _heard(by: Path, text: str, samples: Samples) -> float:
    """Return how much of a text is heard, of 1, by the recognizer that hears least.

    Spaces and marks do not count.
    """
    said = _plain(text)
    heard = (
        _plain(recognizer.transcribe(audio.astype(np.float32)))
        for audio in (samples, _through_a_microphone(samples))
        for recognizer in _recognizers(by)
    )
    return min(SequenceMatcher(None, said, words).ratio() for words in heard)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _through_a_microphone(samples: Samples) -> Samples:
    """Return what a page takes from a microphone, with some of the room before and after."""
    there = soxr.resample(samples, SAMPLE_RATE, MICROPHONE_RATE)
    back = soxr.resample(there, MICROPHONE_RATE, SAMPLE_RATE)
    padded = np.pad(back, (SAMPLE_RATE // 2, SAMPLE_RATE // 5))
    return np.asarray(padded + np.random.default_rng(5).normal(0, NOISE, len(padded)))


def _spoken(models: Path, text: str, way: Way) -> Samples:
    voice, (pitch, pace) = _voice(models), way
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
def _recognizers(by: Path) -> list[Recognizer]:
    return [Recognizer(directory) for directory in sorted(by.parent.glob(by.name))]


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

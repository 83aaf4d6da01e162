from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from piper import PiperVoice, SynthesisConfig

from pipecatapp.settings import Settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer

Samples = npt.NDArray[np.float32]

PITCHES = (1.0, 1.1, 0.95, 1.2)


def _model(name: str) -> Path:
    directory = Settings().models_dir / name
    if not directory.is_dir():
        pytest.skip(f"{name} is not on this machine: run `pipecatapp models fetch {name}`.")
    return directory


@pytest.fixture(scope="session")
def speaker() -> Iterator[Speaker]:
    speaker = Speaker(_model("en_US-joe-medium") / "en_US-joe-medium.onnx")
    yield speaker
    speaker.close()


@pytest.fixture(scope="session")
def recognizer() -> Iterator[Recognizer]:
    recognizer = Recognizer(_model("faster-whisper-tiny.en"))
    yield recognizer
    recognizer.close()


@pytest.fixture(scope="session")
def voice() -> PiperVoice:
    """A voice to be heard, for `said`."""
    return PiperVoice.load(_model("en_US-joe-medium") / "en_US-joe-medium.onnx")


def said(voice: PiperVoice, text: str, *, pitch: float = 1.0) -> Samples:
    """Return speech that is the same each time: mono at 16 kHz in [-1, 1].

    Args:
        voice: Whose.
        text: What is said.
        pitch: The higher, the faster.
    """
    alike = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    spoken = np.concatenate([c.audio_float_array for c in voice.synthesize(text, alike)])
    samples = soxr.resample(
        spoken.astype(np.float32), voice.config.sample_rate * pitch, SAMPLE_RATE
    )
    return np.asarray(np.clip(samples, -1, 1), dtype=np.float32)


@pytest.fixture(scope="session")
def capital_of_france(voice: PiperVoice, recognizer: Recognizer) -> Samples:
    """Somebody asks for the capital of France: mono at 16 kHz in [-1, 1].

    Which of several voices is heard word for word depends on how the processor rounds.
    """
    voices = [said(voice, "What is the capital of France?", pitch=pitch) for pitch in PITCHES]
    heard = (samples for samples in voices if "capital of france" in words(recognizer, samples))
    return next(heard, voices[0])


def words(recognizer: Recognizer, samples: Samples) -> str:
    return recognizer.transcribe(samples).lower()

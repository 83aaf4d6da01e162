from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from piper import PiperVoice, SynthesisConfig

from pipecatapp.settings import Settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.whisper import SAMPLE_RATE, Recognizer

Samples = npt.NDArray[np.float32]


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
def capital_of_france() -> Samples:
    """Somebody asks for the capital of France, each time alike: mono at 16 kHz in [-1, 1]."""
    voice = PiperVoice.load(_model("en_US-joe-medium") / "en_US-joe-medium.onnx")
    alike = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    chunks = voice.synthesize("What is the capital of France?", alike)
    pcm = np.concatenate([chunk.audio_float_array for chunk in chunks])
    resampled = soxr.resample(pcm.astype(np.float32), voice.config.sample_rate, SAMPLE_RATE)
    return np.asarray(np.clip(resampled, -1, 1), dtype=np.float32)

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

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
def capital_of_france(speaker: Speaker) -> Samples:
    """Somebody asks for the capital of France: mono at 16 kHz in [-1, 1]."""
    pcm = np.frombuffer(speaker.speak_now("What is the capital of France?"), np.int16)
    resampled = soxr.resample(pcm.astype(np.float32), speaker.sample_rate, SAMPLE_RATE)
    return np.asarray(np.clip(resampled / 32768, -1, 1), dtype=np.float32)

"""A person who says a sentence in the way in which this machine hears it best."""

import re
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from piper import PiperVoice, SynthesisConfig

from pipecatapp.settings import Settings
from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer

SILENCE_SECONDS = 4
"""A microphone hears for a while before anybody speaks."""
ENOUGH = 3
"""So many recordings that are heard rightly will do."""
WAYS = ((1.25, 1.4), (1.25, 1.25), (1.0, 1.15), (1.15, 1.25), (0.9, 1.0), (1.0, 1.0))
"""How high a voice is, and how slowly it was spoken before it was raised."""


@dataclass(frozen=True)
class Sentence:
    """What is said, and the words without which it means something else.

    Attributes:
        text: What is said.
        words: Regular expressions of them, in lower case.
    """

    text: str
    words: tuple[str, ...]

    def missed(self, heard: str) -> int:
        """Return how many of the words were not heard."""
        return sum(re.search(word, heard.lower()) is None for word in self.words)


class Voice:
    """Speaks each sentence in several ways, the same each time.

    Args:
        recognizer: The name of the model that will hear it.
    """

    def __init__(self, recognizer: str) -> None:
        models = Settings().models_dir
        (voice,) = models.glob("en_US-joe-medium/*.onnx")
        self._voice = PiperVoice.load(voice)
        self._recognizer = Recognizer(models / recognizer)

    def renditions(self, sentence: Sentence, directory: Path) -> list[Path]:
        """Return recordings of a sentence, those first of which most is heard rightly.

        How a processor rounds decides which of two similar words a recognizer hears.
        """
        recordings: list[tuple[int, Path]] = []
        for number, (pitch, pace) in enumerate(WAYS):
            spoken = self._spoken(sentence.text, pace)
            rate = int(self._voice.config.sample_rate * pitch)
            heard = self._recognizer.transcribe(
                np.asarray(soxr.resample(spoken, rate, SAMPLE_RATE), dtype=np.float32)
            )
            path = directory / f"microphone-{number}.wav"
            write(path, spoken, rate)
            recordings.append((sentence.missed(heard), path))
            if sum(missed == 0 for missed, _ in recordings) == ENOUGH:
                break
        return [path for _, path in sorted(recordings)]

    def _spoken(self, text: str, pace: float) -> npt.NDArray[np.float32]:
        steady = SynthesisConfig(length_scale=pace, noise_scale=0.0, noise_w_scale=0.0)
        parts = [part.audio_float_array for part in self._voice.synthesize(text, steady)]
        return np.asarray(np.concatenate(parts), dtype=np.float32)

    def close(self) -> None:
        self._recognizer.close()


def write(path: Path, spoken: npt.NDArray[np.float32], rate: int) -> None:
    """Write what a microphone hears of mono samples in [-1, 1]."""
    silence = bytes(2 * rate * SILENCE_SECONDS)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(
            silence + (spoken.clip(-1, 1) * 32767).astype(np.int16).tobytes() + silence
        )

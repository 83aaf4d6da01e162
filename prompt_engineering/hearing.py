"""What the agent hears where words are said aloud: spoken by Piper, recognized by Whisper."""

import numpy as np
import numpy.typing as npt
import soxr
from piper import PiperVoice, SynthesisConfig

from pipecatapp.settings import Settings
from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer

VOICE = "en_US-joe-medium"
RECOGNIZER = "faster-whisper-base"
"""The one that an unburdened machine of two modern cores chooses."""
SLOWLY = 1.15
"""How much longer than the voice's own words take, as of somebody who is understood."""
QUIET_ROOM = 0.0005
"""Standard deviation of a room's noise, of 1."""


class Hearing:
    """One speaker, and one listener of the agent's own."""

    def __init__(self, settings: Settings):
        """Load both from the models' directory.

        Args:
            settings: For the directory and the language.
        """
        models = settings.models_dir
        (voice,) = (models / VOICE).glob("*.onnx")
        self._voice = PiperVoice.load(voice)
        self._recognizer = Recognizer(models / RECOGNIZER, language=settings.language)

    def heard(self, words: str) -> str:
        """Return what is heard where somebody says some words; the same each time."""
        return self._recognizer.transcribe(self._spoken(words))

    def _spoken(self, words: str) -> npt.NDArray[np.float32]:
        """Return words as mono samples at 16 kHz in [-1, 1], with some of the room around them."""
        steady = SynthesisConfig(length_scale=SLOWLY, noise_scale=0.0, noise_w_scale=0.0)
        parts = [part.audio_float_array for part in self._voice.synthesize(words, steady)]
        samples = soxr.resample(np.concatenate(parts), self._voice.config.sample_rate, SAMPLE_RATE)
        padded = np.pad(samples, (SAMPLE_RATE // 2, SAMPLE_RATE // 5))
        noise = np.random.default_rng(5).normal(0, QUIET_ROOM, len(padded))
        return np.clip(padded + noise, -1, 1).astype(np.float32)

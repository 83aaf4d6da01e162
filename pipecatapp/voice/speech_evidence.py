"""Tells speech from noise that a recognizer has put words to.

Whisper writes something for any sound: "You" for a second of silence, "Thank you." for a fan. What
decides is how sure it was and what the audio is like; only where both are in doubt does it count
that the words are among those that it writes for noise.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
STEP = SAMPLE_RATE // 50
"""Samples of which one level is taken: 20 ms."""
LOUD, QUIET = 95, 10
"""Percentiles of the levels that stand for the speech and for the room."""
BRIGHT_HZ = 1_000
"""Consonants and most vowels have much of their energy above this; a hum and an "mm" do not."""
SILENCE = 1e-5
"""Level of digital silence, of 1."""

NO_SPEECH = 0.6
UNSURE_LOG_PROBABILITY = -0.7
"""A segment to which Whisper gives at least this probability of no speech, while it is unsure of
its words, is none. Noise had 0.66 and -0.89; speech after a second of silence had 0.77, but never
less than -0.61."""
DOUBTFUL_NO_SPEECH = 0.3
DOUBTFUL_LOG_PROBABILITY = -0.5
"""The same for words that Whisper writes for noise."""
STEADY_DB = 4.0
"""Sound whose loud parts are no more than this above its quiet ones is a hum, a fan, a room."""
SURE_NO_SPEECH = 0.1
SURE_LOG_PROBABILITY = -0.3
"""Someone may speak as loudly as the noise around: the recognizer is then sure all the same."""
DARK = 0.01
"""Share of the energy above BRIGHT_HZ below which a sound holds no consonant."""


@dataclass(frozen=True)
class AudioEvidence:
    """What the audio of an utterance is like.

    Attributes:
        contrast_db: How far its loud parts are above its quiet ones, in dB.
        brightness: Share, from 0 to 1, of its energy above 1 kHz.
    """

    contrast_db: float
    brightness: float

    @classmethod
    def of(cls, audio: npt.NDArray[np.float32]) -> Self:
        """Measure audio: mono at 16 kHz in [-1, 1], of any length."""
        pieces = audio[: len(audio) // STEP * STEP].reshape(-1, STEP)
        if len(pieces) == 0:
            return cls(0.0, 0.0)
        levels = np.sqrt(np.mean(pieces.astype(np.float64) ** 2, axis=1)) + SILENCE
        loud, quiet = np.percentile(levels, [LOUD, QUIET])
        # The loud half is the voice, if there is one; the rest is the room.
        voiced = pieces[levels >= np.median(levels)]
        energy = np.sum(np.abs(np.fft.rfft(voiced, axis=1)) ** 2, axis=0)
        bright = energy[int(BRIGHT_HZ * STEP / SAMPLE_RATE) :].sum()
        return cls(
            float(20 * np.log10(loud / quiet)), float(bright / max(energy.sum(), SILENCE**2))
        )


@dataclass(frozen=True)
class Recognition:
    """What Whisper says of a segment.

    Attributes:
        no_speech: Probability of no speech, from 0 to 1.
        log_probability: Mean log-probability of its tokens.
        is_usual_for_noise: Whether the words are among those that Whisper writes for noise.
    """

    no_speech: float
    log_probability: float
    is_usual_for_noise: bool


def is_speech(heard: Recognition, audio: AudioEvidence) -> bool:
    """Tell whether a segment is sure enough to be speech that a turn may come of it."""
    if heard.no_speech >= NO_SPEECH and heard.log_probability <= UNSURE_LOG_PROBABILITY:
        return False
    sure = heard.no_speech <= SURE_NO_SPEECH and heard.log_probability >= SURE_LOG_PROBABILITY
    if audio.contrast_db < STEADY_DB and not sure:
        return False
    if not heard.is_usual_for_noise:
        return True
    doubtful = (
        heard.no_speech >= DOUBTFUL_NO_SPEECH or heard.log_probability <= DOUBTFUL_LOG_PROBABILITY
    )
    return not doubtful and audio.brightness >= DARK

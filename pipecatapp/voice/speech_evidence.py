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
LOUD, QUIET = 98, 10
"""Percentiles of the levels that stand for the speech and for the room. A word of a third of a
second in three seconds of noise is a tenth of them."""
BRIGHT_HZ = 1_000
"""Consonants and most vowels have much of their energy above this; a hum and an "mm" do not."""
SILENCE = 1e-5
"""Level of digital silence, of 1."""

# Measured with base and tiny.en on 21 sounds without words and 20 short utterances, soft ones and
# some in noise 12 times softer than they: docs/benchmarks.md. How likely no speech is tells them
# apart, and how sure the words are hardly does: a clear "Bye." had -0.99, a chime that became "Beep
# Beep" -0.51.
SURELY_NO_SPEECH = 0.85
"""From this probability of no speech on a segment is none. Speech after a second of silence had
0.77."""
NO_SPEECH, UNSURE_LOG_PROBABILITY = 0.6, -0.7
"""The same where the words are this unsure, too: noise had 0.66 and -0.89."""
MAYBE_NO_SPEECH, WILD_LOG_PROBABILITY = 0.55, -1.2
"""The same where the words are a guess: a knock became "BAM!" with 0.59 and -1.47. A soft "Stop!"
had 0.50 and -1.53."""
DOUBTFUL_NO_SPEECH = 0.4
"""The same for words that Whisper writes for noise, and for sounds that are dark. Such words had
0.32 at most where they were spoken, and 0.47 at least where they were not."""
STEADY_NO_SPEECH = 0.15
"""The same for steady sound."""
STEADY_DB = 5.0
"""Sound whose loud parts are no more than this above its quiet ones is a hum, a fan, a room: pink
noise has 4.1, a short word in noise 12 times softer 8.9."""
DARK = 0.01
"""Share of the energy above BRIGHT_HZ below which a sound holds no consonant. A chime had 0.003,
the darkest of seven recorded voices 0.023."""


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
    least = SURELY_NO_SPEECH
    if heard.log_probability <= UNSURE_LOG_PROBABILITY:
        least = NO_SPEECH
    if heard.log_probability <= WILD_LOG_PROBABILITY:
        least = MAYBE_NO_SPEECH
    if heard.is_usual_for_noise or audio.brightness < DARK:
        least = DOUBTFUL_NO_SPEECH
    if audio.contrast_db < STEADY_DB:
        least = STEADY_NO_SPEECH
    return heard.no_speech < least

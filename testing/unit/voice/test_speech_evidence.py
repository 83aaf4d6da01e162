"""What the audio and the recognizer's figures say of words, without the model."""

import numpy as np
import numpy.typing as npt
import pytest

from pipecatapp.voice.speech_evidence import (
    DARK,
    SAMPLE_RATE,
    STEADY_DB,
    AudioEvidence,
    Recognition,
    is_speech,
)

Samples = npt.NDArray[np.float32]

TIMES = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
VOICE = AudioEvidence(contrast_db=30.0, brightness=0.2)


def noise(level: float) -> Samples:
    return np.asarray(np.random.default_rng(7).normal(0, level, len(TIMES)), dtype=np.float32)


def hum(level: float, hertz: float = 100.0) -> Samples:
    waves = [np.sin(2 * np.pi * hertz * n * TIMES) / n**2 for n in range(1, 6)]
    return np.asarray(level * np.sum(waves, axis=0), dtype=np.float32)


def syllables(level: float) -> Samples:
    """Return bursts of a bright sound, four a second, as speech has them."""
    loud = np.sin(2 * np.pi * 4 * TIMES) > 0
    sound = level * loud * np.sin(2 * np.pi * 1500 * TIMES) + noise(level / 100)
    return np.asarray(sound, dtype=np.float32)


@pytest.mark.parametrize("level", [0.001, 0.01, 0.1])
def test_what_goes_on_evenly_has_no_contrast_however_loud_it_is(level: float) -> None:
    assert AudioEvidence.of(noise(level)).contrast_db < STEADY_DB
    assert AudioEvidence.of(hum(level)).contrast_db < STEADY_DB


@pytest.mark.parametrize("level", [0.003, 0.03, 0.3])
def test_what_rises_and_falls_has_contrast_however_soft_it_is(level: float) -> None:
    measured = AudioEvidence.of(syllables(level))
    assert measured.contrast_db > 20
    assert measured.brightness > 0.5


def test_a_hum_is_dark() -> None:
    assert AudioEvidence.of(hum(0.1, hertz=120)).brightness < DARK


@pytest.mark.parametrize("length", [0, 10, SAMPLE_RATE])
def test_digital_silence_and_no_audio_have_nothing_of_it(length: int) -> None:
    assert AudioEvidence.of(np.zeros(length, dtype=np.float32)) == AudioEvidence(0.0, 0.0)


@pytest.mark.parametrize(
    ("heard", "audio", "speech"),
    [
        # Clearly said, whatever the words, and however unsure a short word is.
        (Recognition(0.07, -0.5, is_usual_for_noise=True), VOICE, True),
        (Recognition(0.14, -1.0, is_usual_for_noise=True), VOICE, True),
        (Recognition(0.08, -1.3, is_usual_for_noise=False), VOICE, True),
        # Speech after a second of silence looks like none to Whisper, but its words are sure.
        (Recognition(0.77, -0.6, is_usual_for_noise=False), VOICE, True),
        # No speech, more or less surely so.
        (Recognition(0.95, -0.4, is_usual_for_noise=False), VOICE, False),
        (Recognition(0.66, -0.9, is_usual_for_noise=False), VOICE, False),
        (Recognition(0.5, -1.7, is_usual_for_noise=False), VOICE, False),
        # Words that Whisper writes for noise.
        (Recognition(0.45, -0.2, is_usual_for_noise=True), VOICE, False),
        # A hum, an "mm" or a chime has no consonants.
        (Recognition(0.5, -0.2, is_usual_for_noise=False), AudioEvidence(40.0, 0.003), False),
        (Recognition(0.1, -0.2, is_usual_for_noise=False), AudioEvidence(40.0, 0.003), True),
        # Steady sound, unless Whisper is sure that somebody speaks in it.
        (Recognition(0.2, -0.2, is_usual_for_noise=False), AudioEvidence(2.0, 0.3), False),
        (Recognition(0.1, -0.7, is_usual_for_noise=False), AudioEvidence(2.0, 0.3), True),
    ],
)
def test_measures_decide_whether_words_were_spoken(
    heard: Recognition, audio: AudioEvidence, speech: bool
) -> None:
    assert is_speech(heard, audio) is speech

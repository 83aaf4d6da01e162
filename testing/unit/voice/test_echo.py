"""Echoes in simulated rooms, of real speech."""

from dataclasses import dataclass

import numpy as np
import pytest
from piper import PiperVoice

from pipecatapp.voice.echo import AFTERMATH_SECS, BLOCK_SECS, EchoDetector, EchoVerdict
from pipecatapp.voice.microphone import BLOCKS_TO_OPEN
from pipecatapp.voice.timeline import SAMPLE_RATE, Samples, Timeline

from .conftest import said

ANSWER = (
    "Once upon a time there was a dragon who lived in the mountains, and he loved to read books."
)
QUESTION = "What is the capital of France?"
LEAD_SECS = 1.0
"""The room is quiet for so long before the agent speaks."""
QUIET_VOICE = 0.03
"""A person is no quieter than this, however soft the loudspeaker."""
ASKED_SECS = 2.0
"""When somebody starts to speak over it."""


@dataclass(frozen=True)
class Acoustics:
    """From the loudspeaker to the microphone."""

    gain: float = 0.5
    delay: float = 0.2
    reverberation: float = 0.0
    snr_db: float = 30.0


ROOMS = [
    Acoustics(),
    Acoustics(gain=0.05, delay=0.0),
    Acoustics(gain=1.0, delay=0.4, reverberation=1.0),
    Acoustics(gain=0.3, delay=0.9, reverberation=0.5, snr_db=15),
]


def spoken(voice: PiperVoice, text: str, *, pitch: float = 1.0) -> Samples:
    """Return speech at 16 kHz with a level of 0.1; the higher its pitch, the faster it is."""
    samples = said(voice, text, pitch=pitch).astype(np.float64)
    return 0.1 * samples / level(samples)


def level(samples: Samples) -> float:
    loud = np.abs(samples) > 0.02 * np.abs(samples).max()
    return float(np.sqrt(np.mean(samples[loud] ** 2)))


def heard_in(room: Acoustics, played: Samples, over: Samples | None = None) -> Samples:
    """Return what a microphone hears of `played`, and of a voice at least as loud."""
    random = np.random.default_rng(11)
    at = np.arange(int(0.2 * SAMPLE_RATE)) / SAMPLE_RATE
    path = random.normal(0, room.reverberation * 0.06, len(at)) * np.exp(-at / 0.03)
    path[0] = 1.0
    echo = room.gain * np.convolve(played, path)
    before = np.zeros(int((LEAD_SECS + room.delay) * SAMPLE_RATE))
    heard: Samples = np.concatenate([before, echo, np.zeros(SAMPLE_RATE)])
    if over is not None:
        begin = int((LEAD_SECS + ASKED_SECS) * SAMPLE_RATE)
        heard[begin : begin + len(over)] += over * max(level(echo), QUIET_VOICE) / level(over)
    heard += random.normal(0, level(echo) * 10 ** (-room.snr_db / 20), len(heard))
    return heard


def openings(played: Samples, heard: Samples) -> list[float]:
    """Return when a gate would open to a voice, in seconds after the agent began to speak."""
    now, found, voices = 0.0, [], 0
    detector = EchoDetector(lambda: now)
    step, block = SAMPLE_RATE // 50, int(BLOCK_SECS * SAMPLE_RATE)
    for end in range(step, len(heard) + 1, step):
        now = end / SAMPLE_RATE
        begin = end - step - int(LEAD_SECS * SAMPLE_RATE)
        if begin >= 0 and len(played[begin : begin + step]):
            detector.played(played[begin : begin + step])
        detector.heard(heard[end - step : end])
        if end % block == 0 and detector.listening():
            voices = voices + 1 if detector.judge() is EchoVerdict.VOICE else 0
            if voices == BLOCKS_TO_OPEN:
                found.append(now - LEAD_SECS)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_an_echo_is_no_voice(voice: PiperVoice, room: Acoustics) -> None:
    played = spoken(voice, ANSWER)
    assert openings(played, heard_in(room, played)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_voice_over_an_echo_is_one(voice: PiperVoice, room: Acoustics) -> None:
    played, question = spoken(voice, ANSWER), spoken(voice, QUESTION, pitch=1.3)
    found = openings(played, heard_in(room, played, question))
    assert found
    assert ASKED_SECS < found[0] < ASKED_SECS + len(question) / SAMPLE_RATE


def test_a_voice_is_one_where_no_echo_is_heard(voice: PiperVoice) -> None:
    played, question = spoken(voice, ANSWER), spoken(voice, QUESTION, pitch=1.3)
    heard = np.zeros(len(played) + 2 * SAMPLE_RATE)
    begin = int((LEAD_SECS + ASKED_SECS) * SAMPLE_RATE)
    heard[begin : begin + len(question)] = question
    (opened,) = openings(played, heard)
    assert ASKED_SECS < opened < ASKED_SECS + 0.5


def test_it_listens_only_while_an_echo_can_be_heard() -> None:
    now = 100.0
    detector = EchoDetector(lambda: now)
    assert not detector.listening()
    detector.played(np.ones(1600))
    assert detector.listening()
    now += AFTERMATH_SECS - 0.1
    assert detector.listening()
    now += 0.2
    assert not detector.listening()


def test_a_gap_in_a_stream_is_silence_and_jitter_is_none() -> None:
    timeline = Timeline(2.0)
    timeline.add(np.full(1600, 1.0), 10.0)
    timeline.add(np.full(1600, 2.0), 10.15)  # 50 ms late: the player had that much in hand
    timeline.add(np.full(1600, 3.0), 11.1)
    assert timeline.between(10.0, 1600).tolist() == [2.0] * 1600
    assert not timeline.between(10.1, 14_400).any()
    assert timeline.between(11.0, 3200).tolist() == [3.0] * 1600 + [0.0] * 1600

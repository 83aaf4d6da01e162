"""Voices at any level, as the real voice detection finds them behind the gain."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pipecat.audio.vad.vad_analyzer import VADState
from pipecat.frames.frames import (
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from pipecatapp.app import vad_analyzer
from pipecatapp.voice.gain import AutomaticGain, LevelControl

RATE = 16_000
CHUNK = RATE // 50
RECORDINGS = sorted((Path(__file__).parents[2] / "recordings").glob("*.wav"))
QUIET_ROOM, LOUDER_ROOM = -78.0, -62.0

Samples = npt.NDArray[np.int16]


def recording(path: Path, peak: float) -> Samples:
    """Return a recording with its highest sample at `peak` dBFS, a second of silence around it."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    scaled = samples / np.abs(samples).max() * amplitude(peak)
    return np.pad(scaled, RATE).astype(np.int16)


def amplitude(dbfs: float) -> float:
    return float(32767 * 10 ** (dbfs / 20))


def in_room(*voices: Samples, noise: float = QUIET_ROOM) -> Samples:
    heard = np.concatenate(voices)
    hiss = np.random.default_rng(3).normal(0, amplitude(noise), len(heard))
    return np.asarray((heard + hiss).clip(-32768, 32767).astype(np.int16))


async def stretches(audio: Samples) -> list[tuple[float, float]]:
    """Return when voices are detected behind the gain, from and to, in seconds."""
    detector, level = vad_analyzer(), LevelControl(RATE)
    detector.set_sample_rate(RATE)
    found: list[tuple[float, float]] = []
    state, began = VADState.QUIET, 0.0
    for start in range(0, len(audio) - CHUNK, CHUNK):
        raised = level.apply(audio[start : start + CHUNK])
        now = await detector.analyze_audio(raised.tobytes())
        if now is VADState.SPEAKING and state is not VADState.SPEAKING:
            state, began = now, start / RATE
            level.voice_started()
        elif now is VADState.QUIET and state is VADState.SPEAKING:
            state = now
            found.append((began, start / RATE))
            level.voice_stopped()
    return found


def seconds(found: list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in found)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_a_person_is_heard_alike_at_any_level(path: Path) -> None:
    loud = await stretches(in_room(recording(path, -3)))
    assert loud
    for peak in (-15.0, -30.0, -45.0):
        found = await stretches(in_room(recording(path, peak)))
        assert len(found) == len(loud)
        assert seconds(found) == pytest.approx(seconds(loud), abs=0.35)


async def test_somebody_far_away_is_not_raised_once_somebody_near_has_spoken() -> None:
    near, far = recording(RECORDINGS[2], -12), recording(RECORDINGS[0], -40)
    alone = await stretches(in_room(far))
    after = await stretches(in_room(near, far))
    assert len(alone) == 1
    assert [end < len(near) / RATE for _, end in after] == [True]


async def test_a_near_voice_is_heard_after_a_far_one() -> None:
    far, near = recording(RECORDINGS[0], -40), recording(RECORDINGS[2], -6)
    assert len(await stretches(in_room(far, near))) == 2


async def test_a_room_is_no_voice() -> None:
    for noise in (QUIET_ROOM, LOUDER_ROOM, -45.0):
        silence = np.zeros(8 * RATE, np.int16)
        assert await stretches(in_room(silence, noise=noise)) == []


def test_nothing_is_cut_off_where_somebody_suddenly_shouts() -> None:
    level = LevelControl(RATE)
    level.apply(in_room(recording(RECORDINGS[2], -45)))
    shout = recording(RECORDINGS[2], -1.5)
    heard = level.apply(shout)
    assert len(heard) == len(shout)
    assert np.abs(heard.astype(int)).max() <= amplitude(-0.9)


@pytest.mark.parametrize("length", [0, 1, 159, 161, 1024])
def test_as_many_samples_come_out_as_went_in(length: int) -> None:
    samples = np.arange(length, dtype=np.int16)
    assert len(LevelControl(RATE).apply(samples)) == length


async def test_the_gain_learns_from_the_voices_that_are_detected_behind_it() -> None:
    gain = AutomaticGain(RATE)
    quiet = in_room(recording(RECORDINGS[2], -40))
    frame = InputAudioRawFrame(quiet.tobytes(), RATE, 1)
    heard, _ = await run_test(gain, frames_to_send=[frame])
    (raised,) = [each for each in heard if isinstance(each, InputAudioRawFrame)]
    assert np.abs(np.frombuffer(raised.audio, np.int16)).max() > 8 * np.abs(quiet).max()
    upstream = [VADUserStartedSpeakingFrame(), VADUserStoppedSpeakingFrame()]
    _, passed = await run_test(
        gain, frames_to_send=upstream, frames_to_send_direction=FrameDirection.UPSTREAM
    )
    assert [type(each) for each in passed] == [type(each) for each in upstream]

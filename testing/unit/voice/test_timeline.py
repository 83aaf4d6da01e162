import numpy as np
import pytest

from pipecatapp.voice.timeline import GAP_SECS, SAMPLE_RATE, Timeline

SECOND = np.ones(SAMPLE_RATE)


def test_samples_are_found_at_the_time_of_their_playing() -> None:
    timeline = Timeline(3)
    timeline.add(SECOND, at=10.0)
    assert timeline.end == pytest.approx(10.0)
    assert timeline.between(9.5, SAMPLE_RATE).sum() == pytest.approx(SAMPLE_RATE / 2)


def test_what_was_never_played_is_silence() -> None:
    timeline = Timeline(3)
    assert not timeline.between(0.0, 100).any()
    timeline.add(SECOND, at=10.0)
    assert not timeline.between(2.0, SAMPLE_RATE).any()
    assert not timeline.between(10.0, SAMPLE_RATE).any()


def test_a_pause_is_silence_and_a_short_gap_is_none() -> None:
    timeline = Timeline(5)
    timeline.add(SECOND, at=10.0)
    timeline.add(SECOND, at=12.0)
    assert not timeline.between(10.1, SAMPLE_RATE // 2).any()
    timeline.add(SECOND, at=13.0 + GAP_SECS / 2)
    assert timeline.end == pytest.approx(13.0)
    assert timeline.between(11.0, 2 * SAMPLE_RATE).all()


def test_a_burst_after_a_stall_does_not_run_ahead_of_the_clock() -> None:
    timeline = Timeline(5)
    for _ in range(3):
        timeline.add(SECOND, at=10.0)
    assert timeline.end == pytest.approx(10.0 + GAP_SECS)

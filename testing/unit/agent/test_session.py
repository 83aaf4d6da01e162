import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import FramePushed
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame

from pipecatapp.agent.session import ClockObserver
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings


class Clock(TurnClock):
    """A clock that a test sets."""

    time = 100.0

    @staticmethod
    def now() -> float:
        return Clock.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(Clock, "time", 100.0)
    return Clock()


async def push(clock: Clock, frame: Frame, at: float) -> list[str]:
    """Show the observer a frame, and return what it took for typed."""
    Clock.time = at
    typed: list[str] = []
    processor = IdentityFilter()
    pushed = FramePushed(processor, processor, frame, FrameDirection.DOWNSTREAM, timestamp=0)
    await ClockObserver(clock, typed.append).on_push_frame(pushed)
    return typed


def finish(clock: Clock, at: float) -> TurnTimings:
    Clock.time = at
    timings = clock.finish()
    assert timings is not None
    return timings


async def test_a_spoken_turn_is_counted_from_its_last_voiced_sample(clock: Clock) -> None:
    # The voice ended at 100.0; the detector knows after 0.2 s of silence.
    await push(clock, VADUserStoppedSpeakingFrame(stop_secs=0.2), 100.2)
    await push(clock, UserStoppedSpeakingFrame(), 100.7)
    await push(clock, BotStartedSpeakingFrame(), 100.9)
    timings = finish(clock, 102.0)
    assert timings.turn_end_ms == pytest.approx(700)
    assert timings.first_audio_ms == pytest.approx(900)
    assert timings.total_ms == pytest.approx(2000)


async def test_a_typed_turn_is_counted_from_its_arrival(clock: Clock) -> None:
    assert await push(clock, RTVISendTextFrame(msg_id="1", text="hello"), 100.0) == ["hello"]
    await push(clock, BotStartedSpeakingFrame(), 100.5)
    timings = finish(clock, 101.0)
    assert timings.turn_end_ms is None
    assert timings.first_audio_ms == pytest.approx(500)


async def test_other_frames_are_no_marks(clock: Clock) -> None:
    assert await push(clock, BotStartedSpeakingFrame(), 100.5) == []
    assert clock.finish() is None

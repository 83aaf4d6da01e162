import pytest

from pipecatapp.runtime.turn_clock import TIMING_NAMES, TurnClock, TurnTimings


class Clock(TurnClock):
    """A clock that a test sets, in seconds."""

    time = 0.0

    @staticmethod
    def now() -> float:
        return Clock.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(Clock, "time", 0.0)
    return Clock()


def finish(clock: Clock) -> TurnTimings:
    timings = clock.finish()
    assert timings is not None
    return timings


def test_the_names_are_those_that_users_know() -> None:
    assert TIMING_NAMES[:7] == (
        "turn_end_ms",
        "stt_ms",
        "decide_ms",
        "ttft_ms",
        "tts_first_ms",
        "first_audio_ms",
        "total_ms",
    )
    assert TIMING_NAMES[7:] == ("prompt_tokens", "cached_tokens", "tokens_per_s")


def test_each_stage_of_a_spoken_turn(clock: Clock) -> None:
    Clock.time = 10.2
    clock.voice_paused(0.2)
    Clock.time = 10.5
    clock.transcribed()
    clock.requested()
    Clock.time = 10.6
    clock.first_token()
    Clock.time = 10.65
    clock.first_clause()
    Clock.time = 10.7
    clock.turn_ended()
    Clock.time = 10.8
    clock.first_speech()
    Clock.time = 10.9
    clock.audio_sent()
    clock.tokens(100, 90, 20.04)
    Clock.time = 12.0
    assert finish(clock).as_dict() == {
        "turn_end_ms": 700.0,
        "stt_ms": 300.0,
        "decide_ms": None,
        "ttft_ms": 100.0,
        "tts_first_ms": 150.0,
        "first_audio_ms": 900.0,
        "total_ms": 2000.0,
        "prompt_tokens": 100,
        "cached_tokens": 90,
        "tokens_per_s": 20.0,
    }


def test_a_withdrawn_answer_leaves_no_figures(clock: Clock) -> None:
    clock.voice_paused(0)
    clock.requested()
    Clock.time = 1.0
    clock.first_token()
    clock.first_clause()
    Clock.time = 1.5
    clock.first_speech()
    # The voice goes on: another answer is begun.
    Clock.time = 3.0
    clock.voice_paused(0)
    clock.requested()
    Clock.time = 3.25
    clock.first_token()
    clock.first_clause()
    Clock.time = 3.5
    clock.first_speech()
    timings = finish(clock)
    assert (timings.ttft_ms, timings.tts_first_ms, timings.total_ms) == (250, 250, 500)


def test_only_the_first_token_and_the_first_audio_count(clock: Clock) -> None:
    clock.typed()
    clock.requested()
    for Clock.time in (1.0, 2.0):
        clock.first_token()
        clock.first_clause()
        clock.first_speech()
        clock.audio_sent()
    timings = finish(clock)
    assert (timings.ttft_ms, timings.tts_first_ms, timings.first_audio_ms) == (1000, 0, 1000)


def test_a_typed_turn_has_no_transcript_to_wait_for(clock: Clock) -> None:
    clock.voice_paused(0)
    clock.finish()
    clock.typed()
    clock.transcribed()
    assert finish(clock).stt_ms is None


def test_a_turn_knows_nothing_of_the_one_before(clock: Clock) -> None:
    clock.typed()
    clock.requested()
    clock.first_token()
    clock.tokens(10, 5, 1.0)
    finish(clock)
    assert clock.finish() is None
    clock.typed()
    assert finish(clock) == TurnTimings(total_ms=0.0)

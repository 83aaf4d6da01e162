import pytest

from pipecatapp.benchmark.latency import QUESTIONS, summarize
from pipecatapp.client.twin_client import TurnResult


def turn(total: float, *, cached: int = 0, prompt: int = 100, heard: bool = True) -> TurnResult:
    timings = {"total_ms": total, "decide_ms": None, "cached_tokens": cached}
    return TurnResult(
        timings={**timings, "prompt_tokens": prompt},
        voice_ended=1.0,
        first_audio=1.0 + total / 1000 if heard else None,
    )


def test_ten_turns_are_spoken() -> None:
    assert len(QUESTIONS) == 10


def test_median_and_95th_percentile_of_each_stage() -> None:
    stages = summarize([turn(total) for total in range(100, 1100, 100)])["stages"]
    assert stages["total_ms"] == {"median": 550, "p95": 955, "count": 10}
    assert stages["voice_to_voice_ms"] == {"median": 550, "p95": 955, "count": 10}
    assert "decide_ms" not in stages


def test_a_turn_without_audio_is_not_counted_as_fast() -> None:
    stages = summarize([turn(100), turn(300, heard=False)])["stages"]
    assert stages["voice_to_voice_ms"]["count"] == 1
    assert stages["total_ms"]["count"] == 2


def test_the_first_turn_has_nothing_to_find_in_the_cache() -> None:
    report = summarize([turn(1, cached=0), turn(1, cached=90), turn(1, cached=280, prompt=300)])
    assert report["cached_share_from_second_turn"] == pytest.approx(0.925)
    assert summarize([turn(1)])["cached_share_from_second_turn"] is None

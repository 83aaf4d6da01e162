from prometheus_client import REGISTRY

from pipecatapp.benchmark.metrics import observe_turn
from pipecatapp.runtime.turn_clock import TurnTimings


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_turn_is_counted_in_seconds_and_tokens() -> None:
    names = ("pipecatapp_turns_total", "pipecatapp_prompt_tokens_total")
    cached = "pipecatapp_cached_tokens_total"
    before = [value(name) for name in (*names, cached)]
    total = value("pipecatapp_turn_stage_seconds_sum", stage="total")
    decided = value("pipecatapp_turn_stage_seconds_count", stage="decide")
    observe_turn(TurnTimings(total_ms=1500, prompt_tokens=100, cached_tokens=90))
    after = [value(name) for name in (*names, cached)]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 100, 90]
    assert value("pipecatapp_turn_stage_seconds_sum", stage="total") - total == 1.5
    assert value("pipecatapp_turn_stage_seconds_count", stage="decide") == decided

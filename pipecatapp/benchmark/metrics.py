"""Prometheus figures of the turns."""

from prometheus_client import Counter, Histogram

from pipecatapp.runtime.turn_clock import TurnTimings

_SECONDS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)

TURNS = Counter("pipecatapp_turns", "Finished turns of conversation")
STAGES = Histogram(
    "pipecatapp_turn_stage_seconds",
    "What each stage of a turn took",
    ["stage"],
    buckets=_SECONDS,
)
PROMPT_TOKENS = Counter("pipecatapp_prompt_tokens", "Tokens of all prompts")
CACHED_TOKENS = Counter("pipecatapp_cached_tokens", "Tokens that the prefix cache served")


def observe_turn(timings: TurnTimings) -> None:
    """Count a finished turn."""
    TURNS.inc()
    for name, value in timings.as_dict().items():
        if name.endswith("_ms") and value is not None:
            STAGES.labels(name.removesuffix("_ms")).observe(value / 1000)
    PROMPT_TOKENS.inc(timings.prompt_tokens or 0)
    CACHED_TOKENS.inc(timings.cached_tokens or 0)

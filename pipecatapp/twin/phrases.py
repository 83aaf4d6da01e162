"""What the twin says by itself, without its model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Sentences for the moments in which the model cannot speak."""

    unavailable: str = (
        "I cannot think right now: my language model is not running. "
        "It is being started again, please ask me once more in a moment."
    )
    broken_off: str = "Sorry, my language model stopped in the middle of that. Please ask me again."
    thinking: str = "One moment."
    too_long: str = "That is more than I can take in at once. Please make it shorter."


PHRASES = Phrases()

STOP_WORDS = frozenset(
    {"stop", "stop it", "stop please", "please stop", "stop talking", "be quiet", "quiet", "shush"}
    | {"shut up", "silence", "enough", "that's enough", "cancel", "never mind", "nevermind"}
    | {"okay stop", "ok stop", "no stop", "stop stop", "stop stop stop"}
    # What Whisper makes of one "Stop!" in four; by itself it is no request that could be answered.
    | {"start"}
)


def is_stop(words: str) -> bool:
    """Tell whether someone only wants silence, which needs no answer."""
    plain = "".join(c for c in words.lower() if c.isalpha() or c in " '")
    return " ".join(plain.split()) in STOP_WORDS

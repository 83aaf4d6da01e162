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
    asks: str = "I need your yes to {purpose}. I am waiting for it on your screen."
    unasked: str = (
        "I may {purpose} only with a person's yes, and nobody can be asked here: "
        "ask me on the page of Mission Control."
    )
    denied: str = "All right, I did not {purpose}."
    expired: str = "Nobody said yes in time, so I did not {purpose}."
    withdrawn: str = "I was no longer waiting for a yes, so I did not {purpose}."
    stopped: str = "All right, I have stopped that."
    takes_long: str = "This takes a while. I will tell you when it is done."
    ended: str = "By the way, I am done: I was to {purpose}."
    expert_wakes: str = "One moment, the {name} expert has to wake up."
    expert_replaced: str = "One moment, I am asking another {name} expert."
    expert_away: str = "The {name} expert does not answer, so I do it myself."
    expert_broke_off: str = (
        "Sorry, the {name} expert stopped in the middle of that. Please ask me again."
    )
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

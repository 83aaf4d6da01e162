"""As much of a conversation as an expert's context takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipecatapp.runtime.inference.tokens import tokens

AROUND_A_MESSAGE = 8
"""Tokens that a chat template puts around a message, at most."""
BLOCK = 4
"""Turns are left out by so many at once: what comes first stays the same for some turns, and with
it what the server has read already."""

Message = Mapping[str, Any]


def fitting(messages: Sequence[Message], room: int) -> list[Message]:
    """Return the last turns of a conversation that fit; the last turn always.

    Args:
        messages: Of user and assistant, oldest first.
        room: Tokens that they may take.
    """
    begins = [i for i, message in enumerate(messages) if message.get("role") == "user"]
    for start in range(0, len(begins), BLOCK):
        kept = messages[begins[start] :]
        if sum(map(size, kept)) <= room:
            return list(kept)
    for start in begins[-BLOCK:]:
        kept = messages[start:]
        if sum(map(size, kept)) <= room:
            return list(kept)
    return last_turn(messages)


def last_turn(messages: Sequence[Message]) -> list[Message]:
    """Return the last thing that the user said, and what follows it."""
    begins = [i for i, message in enumerate(messages) if message.get("role") == "user"]
    return list(messages[begins[-1] if begins else 0 :])


def size(message: Message) -> int:
    """Return at least as many tokens as a message takes."""
    text = str(message.get("content") or "")
    return AROUND_A_MESSAGE + tokens(text) + text.count("\n")

"""Cuts a conversation that does not fit the model's context."""

from collections.abc import Mapping, Sequence
from typing import Any

from openai import APIStatusError

from pipecatapp.runtime.inference.tokens import tokens

AROUND_A_MESSAGE = 8
"""Tokens that a chat template puts around a message, at most."""
BLOCK = 4
"""How many turns are cut at once. The beginning stays the same for some turns then, so that the
prefix cache serves it."""
RESULT_PREFIX = "Result of "
"""How a message with a tool's result begins. Its role is `user`, but it belongs to the turn in
which the tool was called."""

Message = Mapping[str, Any]


def is_overflow(error: BaseException) -> bool:
    """Return whether a server refused a request because its context is too small."""
    return (
        isinstance(error, APIStatusError) and error.status_code == 400 and "context" in str(error)
    )


def fitting(messages: Sequence[Message], room: int) -> list[Message]:
    """Return the last turns of a conversation that fit, and always the very last.

    Args:
        messages: The conversation without a system prompt, oldest message first.
        room: How many tokens they may take.
    """
    begins = _turns(messages)
    for start in [*begins[::BLOCK], *begins[-BLOCK:]]:
        kept = messages[start:]
        if sum(map(size, kept)) <= room:
            return list(kept)
    return last_turn(messages)


def last_turn(messages: Sequence[Message]) -> list[Message]:
    """Return the last message of the user that is no tool's result, and what follows it."""
    begins = _turns(messages)
    return list(messages[begins[-1] if begins else 0 :])


def size(message: Message) -> int:
    """Return an upper bound of the tokens that a message takes."""
    text = str(message.get("content") or "")
    return AROUND_A_MESSAGE + tokens(text) + text.count("\n")


def _turns(messages: Sequence[Message]) -> list[int]:
    """Return the index of each turn's first message."""
    return [
        number
        for number, message in enumerate(messages)
        if message.get("role") == "user"
        and not str(message.get("content") or "").startswith(RESULT_PREFIX)
    ]

"""What memory needs of the language model."""

from collections.abc import Sequence
from typing import Protocol

Message = dict[str, str]
"""`role` (system, user or assistant) and `content`."""


class Complete(Protocol):
    """Asks the model to go on with a conversation, at temperature 0."""

    async def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> str:
        """Return the text that the model adds.

        Args:
            messages: All of them, the system prompt first. All but the last are the same in every
                request of one kind: llama-server's prefix cache serves them.
            grammar: What is admitted, in GBNF.
            max_tokens: The most that is written.
        """


def user(content: str) -> Message:
    """Return a message of the user."""
    return {"role": "user", "content": content}


def shots(instruction: str, examples: Sequence[tuple[str, str]]) -> list[Message]:
    """Return a prompt's stable part: an instruction, and examples as turns already taken."""
    messages = [{"role": "system", "content": instruction}]
    for asked, answered in examples:
        messages += [user(asked), {"role": "assistant", "content": answered}]
    return messages

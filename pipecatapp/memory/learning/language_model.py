"""The interface of the language model that learning needs, and prompts for it."""

from collections.abc import Sequence
from typing import Protocol

Message = dict[str, str]
"""`role` (system, user or assistant) and `content`."""


class Complete(Protocol):
    """Completes a conversation at temperature 0."""

    async def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> str:
        """Return the text that the model adds.

        Args:
            messages: The conversation, the system prompt first. All but the last are the same in
                every request of one kind, so that llama-server's prefix cache serves them.
            grammar: What the model may write, in GBNF.
            max_tokens: The longest answer.
        """


def user(content: str) -> Message:
    """Return a message of the user."""
    return {"role": "user", "content": content}


def shots(instruction: str, examples: Sequence[tuple[str, str]]) -> list[Message]:
    """Return the part that all requests share: an instruction, and examples as earlier turns."""
    messages = [{"role": "system", "content": instruction}]
    for asked, answered in examples:
        messages += [user(asked), {"role": "assistant", "content": answered}]
    return messages

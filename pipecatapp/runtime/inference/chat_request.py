"""A chat request to a language model, and its shorter form when it does not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from pipecatapp.runtime.inference.fitting import Message, last_turn

TWIN_MODEL = "twin"
"""The model's name in requests to a llama-server that has one model and ignores the name."""


@dataclass(frozen=True)
class ChatRequest:
    """A request to a language model.

    Attributes:
        messages: All of them, the system prompt first.
        parameters: How the answer is written, by the names of OpenAI's API.
        model: The model's name; None to leave it out.
        timeout: Seconds to wait for a connection and between two chunks; None for the usual.
        extra: Parameters that only llama-server has, such as a grammar.
    """

    messages: Sequence[Message]
    parameters: Mapping[str, Any]
    model: str | None = TWIN_MODEL
    timeout: httpx2.Timeout | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def under_grammar(
        cls, messages: Sequence[Message], grammar: str, max_tokens: int
    ) -> "ChatRequest":
        """Return a request for the likeliest text that a grammar admits.

        Args:
            messages: All of them, the system prompt first.
            grammar: The grammar in GBNF.
            max_tokens: Most tokens of the answer.
        """
        parameters = {"max_tokens": max_tokens, "temperature": 0.0}
        return cls(messages, parameters, extra={"grammar": grammar})

    def last_turn_alone(self) -> "ChatRequest | None":
        """Return the request with its system prompt and last turn; None if it has no more."""
        shorter = [*self.messages[:1], *last_turn(self.messages[1:])]
        return replace(self, messages=shorter) if len(shorter) < len(self.messages) else None

"""The interface between OpenAI's API and the agent that answers: requests, pieces, failures."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from pipecatapp.mission_control.auth.auth import Identity

TWIN = "twin"
"""The model that remembers, decides and acts; every other model is an expert."""


class Message(NamedTuple):
    """A message of the caller's history."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class CompletionRequest:
    """A validated request for an answer.

    Attributes:
        model: `twin`, or an expert's name.
        instructions: The caller's system messages; may be empty.
        messages: The caller's history, oldest first; the last message is the user's.
        max_tokens: The most tokens to generate; None for no bound of the caller's.
        temperature: From 0 to 2; None for the model's default.
        top_p: From 0 to 1; None for the model's default.
        stop: Texts at which the answer ends.
        seed: Seed of the sampling; None for a random one.
        presence_penalty: From -2 to 2, subtracted once from tokens that the text has already.
        frequency_penalty: From -2 to 2, subtracted for each time that a token occurred.
    """

    model: str
    instructions: str
    messages: Sequence[Message]
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


@dataclass(frozen=True)
class CompletionEnd:
    """The end of an answer.

    Attributes:
        reason: `stop`, or `length` if the answer was cut at `max_tokens`.
        prompt_tokens: How many tokens the prompts had.
        completion_tokens: How many tokens the answer has.
        cached_tokens: How many of the prompt tokens came from the prefix cache.
        timings: The fields of `TurnTimings`.
        action: `{kind, name}`, the action that the router chose.
    """

    reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    timings: dict[str, Any]
    action: dict[str, Any]


Piece = str | CompletionEnd
"""A piece of an answer's text, or the end of the answer."""


class PromptTooLongError(Exception):
    """The conversation does not fit the model's context."""


class RefusedError(Exception):
    """The model's server rejects the request because of what it asks."""


class ModelUnavailableError(Exception):
    """The model does not run, or it died in the middle of the answer."""


class Completions(Protocol):
    """Answers requests of OpenAI's API."""

    def models(self) -> Sequence[str]:
        """Return the names of the models that can answer now, `twin` first."""

    def answer(self, asked: CompletionRequest, caller: Identity) -> AsyncGenerator[Piece, None]:
        """Yield the pieces of an answer, then its `CompletionEnd`.

        Closing or cancelling it at any time stops the model.

        Args:
            asked: The request; its model exists.
            caller: Who asks.

        Raises:
            PromptTooLongError: The conversation does not fit the model's context.
            RefusedError: The model's server rejects the request.
            ModelUnavailableError: The model does not run, or it died.
        """

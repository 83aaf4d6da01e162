"""What the API needs of the agent behind it: who can be asked, and what they answer."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from pipecatapp.mission_control.auth.auth import Identity

TWIN = "twin"
"""The model that remembers, decides and acts; every other one is an expert."""


class Message(NamedTuple):
    """What somebody said."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Asked:
    """A checked request.

    Attributes:
        model: `twin`, or an expert's name.
        instructions: What the caller's program says of the conversation; may be empty.
        messages: The caller's own history, oldest first, the user's last words at its end.
        max_tokens: The most that is written; None where the caller set no bound.
        temperature: How freely words are chosen; None for the model's own way.
        top_p: Likewise.
        stop: What ends the answer.
        seed: Of the random numbers.
        presence_penalty: What a word loses that was written before.
        frequency_penalty: Likewise, for each time.
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
class Ended:
    """The end of an answer.

    Attributes:
        reason: `stop`, or `length` where it was cut at the most that may be written.
        prompt_tokens: Of the prompts that the answer was written from.
        completion_tokens: Of the answer.
        cached_tokens: How many of the prompt's the prefix cache served.
        timings: By the names of `TurnTimings`.
        action: `{kind, name}`: what the turn came to.
    """

    reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    timings: dict[str, Any]
    action: dict[str, Any]


Piece = str | Ended
"""Some words of an answer, or its end."""


class PromptTooLongError(Exception):
    """The conversation does not fit the model's context."""


class RefusedError(Exception):
    """The model's server does not take the request, for a reason of the request's."""


class ModelUnavailableError(Exception):
    """The model does not run, or died in the middle of the answer."""


class Completions(Protocol):
    """Answers the callers of the API."""

    def models(self) -> Sequence[str]:
        """Return the names of those that can be asked now, `twin` first."""

    def answer(self, asked: Asked, caller: Identity) -> AsyncGenerator[Piece, None]:
        """Yield the words of an answer, then its `Ended`.

        It may be closed or cancelled at any time, which ends the model's work on it.

        Args:
            asked: With the name of a model that exists.
            caller: Who asks.

        Raises:
            PromptTooLongError: The conversation does not fit.
            RefusedError: The model's server does not take it.
            UnavailableError: The model does not run, or died.
        """

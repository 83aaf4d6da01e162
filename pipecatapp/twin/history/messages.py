"""The typed messages that a conversation is made of.

A call and its result are joined by the call's id, never by their texts: two calls may have the same
result. What the model reads of these messages is made in `history/prompt.py` alone.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pipecatapp.text.shortening import shortened

if TYPE_CHECKING:  # Pipecat takes seconds to load, and command lines use these messages without it
    from pipecat.processors.aggregators.llm_context import LLMContextMessage

LONGEST_RESULT = 1600
"""Characters of a tool's result that stay in the prompt."""

Messages = list["LLMContextMessage"]
"""A prompt, or part of one, in the form of OpenAI's API; the system prompt is not part of it."""


class NoteKind(StrEnum):
    """What a system note tells the model."""

    TIME = "time"
    MEMORY = "memory"
    EXPERTS = "experts"


class ResultState(StrEnum):
    """Whether a tool's result is there."""

    DONE = "done"
    FAILED = "failed"
    """The call did nothing, or not all of it; the text says why."""
    RUNNING = "running"
    """The call outlived its turn; its result comes later."""
    AWAITS_APPROVAL = "awaits-approval"
    """Likewise, and the turn ended with the words that a person has to approve it."""


@dataclass(frozen=True)
class UserMessage:
    """What the user said, as it was typed or recognized."""

    text: str


@dataclass(frozen=True)
class AssistantMessage:
    """What the twin wrote.

    Attributes:
        text: All of it.
        heard: What had been spoken of it, or shown where nothing is spoken, when somebody
            interrupted it; None where nobody did.
    """

    text: str
    heard: str | None = None

    @property
    def delivered(self) -> str:
        """What the user knows of it, which is what the model reads of it later."""
        return self.text if self.heard is None else self.heard


@dataclass(frozen=True)
class ToolCall:
    """A call that the twin made.

    Attributes:
        id: Joins it with its result; unique.
        name: The tool's, such as `ssh.run_command`.
        arguments: As they were checked, with defaults; as the model gave them where they are wrong.
    """

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolResult:
    """What a call returned, or that it has not returned yet.

    Attributes:
        call_id: The id of its call.
        name: The tool's.
        text: What the model reads, of a failure too; empty while there is no result.
        state: Whether the result is there.
    """

    call_id: str
    name: str
    text: str
    state: ResultState = ResultState.DONE


@dataclass(frozen=True)
class SystemNote:
    """What the system adds to the user's words for the model to read.

    Attributes:
        kind: What it tells.
        text: As the model reads it; empty where there is nothing to tell.
        about: The words that it was looked up for; empty where it does not depend on them.
    """

    kind: NoteKind
    text: str
    about: str = ""


Message = UserMessage | AssistantMessage | ToolCall | ToolResult | SystemNote


def new_call_id() -> str:
    """Return an id for a call that no tool run has given one."""
    return uuid4().hex


def result_of(call_id: str, name: str, text: str, *, failed: bool = False) -> ToolResult:
    """Return the result of a call that has ended, cut to the length that stays in the prompt."""
    state = ResultState.FAILED if failed else ResultState.DONE
    return ToolResult(call_id, name, shortened(text, LONGEST_RESULT), state)

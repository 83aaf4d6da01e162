"""What a conversation is made of: its messages, what belongs to each turn, and its log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.text.language import language
from pipecatapp.tools.tool import shortened

LONGEST_RESULT = 1600
"""Characters of a tool's result that stay in the prompt."""
OF_RESULT = "Result of "
PENDING = "It goes on; its result comes later."
RESULT = "tool_result"
"""The name of messages that bring the result of a call which outlived its turn."""

Messages = list[LLMContextMessage]
"""A prompt, or part of one, in the form of OpenAI's API; the system prompt is not part of it."""

ConversationState = dict[str, Any]
"""A conversation as it is kept in its file and in snapshots; JSON-ready."""


@dataclass
class Notes:
    """What was added to a user's message.

    Attributes:
        stamp: Its date and time.
        words: What was said, as far as `recalled` is about it.
        recalled: What was remembered at it.
        steps: The calls that it led to, each with its result.
        experts: What was said of experts that are not those of the system prompt.
        expert: The expert that answered, if one did.
        aside: Whether the model is not shown this turn, in which it had no part: a small one says
            "I will remember" whatever it is asked, once it has seen itself say so.
    """

    stamp: str = ""
    words: str = ""
    recalled: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)
    aside: bool = False
    experts: str = ""
    expert: str = ""


@dataclass
class LogEntry:
    """One message as people see it."""

    role: str
    text: str
    at: str
    id: str = field(default_factory=lambda: uuid4().hex)
    timings: dict[str, Any] | None = None


def notes_of(state: ConversationState) -> dict[int, Notes]:
    """Return the notes of a kept conversation, of one that an earlier version kept too."""
    notes = {int(turn): Notes(**content) for turn, content in state.get("notes", [])}
    for turn, stamp in state.get("stamps", []):
        notes.setdefault(int(turn), Notes()).stamp = str(stamp)
    for turn, steps in state.get("steps", []):
        notes.setdefault(int(turn), Notes()).steps = steps
    for content in notes.values():
        content.steps = [(str(call), str(result)) for call, result in content.steps]
    return notes


def turns_of(messages: Iterable[LLMContextMessage]) -> list[tuple[str, str]]:
    """Return the words of each turn, oldest first, as `(user, assistant)`."""
    turns: list[tuple[str, str]] = []
    for message in messages:
        content = str(cast(dict[str, Any], message).get("content") or "")
        if is_said(message, "user"):
            turns.append((content, ""))
        elif is_said(message, "assistant") and turns:
            user, said = turns[-1]
            turns[-1] = (user, f"{said} {content}".strip())
    return turns


def is_result(message: LLMContextMessage) -> bool:
    """Tell whether a message brings a result that came after its turn."""
    return cast(dict[str, Any], message).get("name") == RESULT


def settle(prompt: list[LLMContextMessage], result: str) -> bool:
    """Put a late result in the place of the one that was to come, where nothing was said since.

    A small model that reads "I need your yes" before a result says that again, and nothing of the
    result: of 12 results the 0.5B model told 2 with it, and 7 of those put in their place.

    Args:
        prompt: What has been said so far; changed.
        result: As the model reads it.

    Returns:
        Whether the result has found its place.
    """
    entries = [cast(dict[str, Any], message) for message in prompt]
    waits = language().phrases.asks.partition("{purpose}")[2]
    announced = bool(entries) and str(entries[-1]["content"]).endswith(waits)
    place = len(entries) - 1 - int(announced)
    pending = f"{result.partition(chr(10))[0]}\n{PENDING}"
    if place < 0 or entries[place]["content"] != pending:
        return False
    prompt[place:] = [{"role": "user", "content": result}]
    return True


def result_text(name: str, result: str) -> str:
    """Return a tool's result as the model reads it."""
    return f"{OF_RESULT}{name}:\n{shortened(result, LONGEST_RESULT)}"


def last_turn(prompt: list[LLMContextMessage]) -> list[LLMContextMessage]:
    """Return the last thing the user said in a prompt, and the calls that it has led to."""
    start = len(prompt) - 1
    if cast(dict[str, Any], prompt[start])["role"] == "assistant":
        start -= 1  # a reply that is begun already
    while start >= 2 and str(cast(dict[str, Any], prompt[start])["content"]).startswith(OF_RESULT):
        start -= 2
    return prompt[max(0, start) :]


def is_said(message: LLMContextMessage, role: str) -> bool:
    """Tell whether a message is somebody's words, and no late result."""
    return cast(dict[str, Any], message).get("role") == role and not is_result(message)

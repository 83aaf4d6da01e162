"""A conversation as JSON: in its file, and in the snapshots of long-term memory.

`messages` is a flat list of typed messages. What belongs to a whole turn (its notes, whether it is
hidden, which expert answered) stands with the message that opened it.
"""

from collections.abc import Iterable
from typing import Any

from pipecatapp.twin.history.legacy_state import add_legacy_notes, legacy_result
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import (
    AssistantMessage,
    NoteKind,
    ResultState,
    SystemNote,
    ToolCall,
    ToolResult,
    UserMessage,
)
from pipecatapp.twin.history.turn import Turn

ConversationState = dict[str, Any]
"""A conversation as it is kept in its file and in snapshots; JSON-ready."""


def state_of(turns: Iterable[Turn], summary: str, log: Iterable[LogEntry]) -> ConversationState:
    """Return a conversation as JSON-ready dictionary.

    Args:
        turns: Oldest first.
        summary: Of what was said before them; empty for none.
        log: What people see, oldest first.
    """
    return {
        "messages": [message for turn in turns for message in _messages(turn)],
        "summary": summary,
        "log": [vars(entry).copy() for entry in log],
    }


def turns_of(state: ConversationState) -> list[Turn]:
    """Return the turns of a kept conversation, also of one that an earlier version kept.

    Raises:
        LookupError: It is no conversation.
        TypeError: Likewise.
        ValueError: Likewise.
        AttributeError: Likewise.
    """
    turns: list[Turn] = []
    for message in map(dict, state["messages"]):
        if opening := _opening(message):
            turns.append(opening)
            continue
        if not turns:
            turns.append(Turn(None))
        match message["role"]:
            case "tool_call":
                call = ToolCall(message["id"], message["name"], dict(message["arguments"]))
                turns[-1].steps.append(call)
            case "tool_result":
                turns[-1].steps.append(_result(message))
            case "assistant":
                turns[-1].answers.append(_answer(message))
            case role:
                raise ValueError(f"there are no messages of the role {role!r}")
    add_legacy_notes(state, turns)
    return turns


def log_of(state: ConversationState) -> list[LogEntry]:
    """Return the log of a kept conversation.

    Raises:
        LookupError: It has none.
        TypeError: It is no log.
    """
    return [LogEntry(**entry) for entry in state["log"]]


# -- messages as JSON ----------------------------------------------------------------------------


def _messages(turn: Turn) -> list[dict[str, Any]]:
    messages = [] if turn.opening is None else [{**_message(turn.opening), **_about(turn)}]
    if isinstance(turn.opening, ToolResult):
        messages[0]["late"] = True
    return [*messages, *map(_message, turn.steps), *map(_message, turn.answers)]


def _message(message: UserMessage | AssistantMessage | ToolCall | ToolResult) -> dict[str, Any]:
    match message:
        case UserMessage(text):
            return {"role": "user", "content": text}
        case AssistantMessage(text, heard):
            entry = {"role": "assistant", "content": text}
            return entry if heard is None else {**entry, "heard": heard}
        case ToolCall(id_, name, arguments):
            return {"role": "tool_call", "id": id_, "name": name, "arguments": arguments}
        case ToolResult(call_id, name, text, state):
            entry = {"role": "tool_result", "call_id": call_id, "name": name, "content": text}
            return entry if state is ResultState.DONE else {**entry, "state": state.value}


def _about(turn: Turn) -> dict[str, Any]:
    """Return what belongs to a whole turn, as far as there is any."""
    notes = [{**vars(note), "kind": note.kind.value} for note in turn.notes.values()]
    about = {
        "notes": notes,
        "hidden": turn.hidden,
        "expert": turn.expert,
        "asked": turn.asked,
        "told": turn.told,
        "unseen": sorted(turn.unseen),
    }
    return {key: value for key, value in about.items() if value}


def _opening(message: dict[str, Any]) -> Turn | None:
    """Return the turn that a message opens; None where it opens none."""
    if message["role"] == "user":
        text = str(message.get("content") or "")
        late = legacy_result(text) if message.get("name") == "tool_result" else None
        turn = Turn(late or UserMessage(text))
    elif message["role"] == "tool_result" and message.get("late"):
        turn = Turn(_result(message))
    else:
        return None
    for note in message.get("notes", ()):
        kind = NoteKind(note["kind"])
        turn.notes[kind] = SystemNote(kind, str(note["text"]), str(note.get("about", "")))
    turn.hidden, turn.expert = bool(message.get("hidden")), str(message.get("expert", ""))
    turn.asked, turn.told = str(message.get("asked", "")), str(message.get("told", ""))
    turn.unseen = frozenset(map(str, message.get("unseen", ())))
    return turn


def _answer(message: dict[str, Any]) -> AssistantMessage:
    heard = message.get("heard")
    text = str(message.get("content") or "")
    return AssistantMessage(text, None if heard is None else str(heard))


def _result(message: dict[str, Any]) -> ToolResult:
    state = ResultState(message.get("state", ResultState.DONE))
    return ToolResult(message["call_id"], message["name"], str(message["content"]), state)

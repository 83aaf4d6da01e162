"""Conversations as versions up to 0.1 kept them: notes beside the messages, calls as plain text.

`notes` was a list of `[number, note]` by the number of the user's message, late results included;
before that, `stamps` and `steps` likewise. Calls and results had no ids: what was joined by text is
joined by an id here, once.
"""

import json
from collections.abc import Sequence
from typing import Any

from pipecatapp.text.language import language
from pipecatapp.twin.history.messages import (
    NoteKind,
    ResultState,
    ToolCall,
    ToolResult,
    new_call_id,
)
from pipecatapp.twin.history.prompt import PENDING
from pipecatapp.twin.history.turn import Turn

_RESULT_OF = "Result of "


def legacy_result(text: str) -> ToolResult:
    """Return the result that a message of an earlier version brought, with an id of its own."""
    head, _, body = text.partition("\n")
    return ToolResult(new_call_id(), head.removeprefix(_RESULT_OF).rstrip(":"), body)


def add_legacy_notes(state: dict[str, Any], turns: Sequence[Turn]) -> None:
    """Add to turns what an earlier version kept beside the messages; nothing for a newer one.

    Raises:
        LookupError: The notes are malformed.
        TypeError: Likewise.
        ValueError: Likewise.
        AttributeError: Likewise.
    """
    opened = [turn for turn in turns if turn.opening is not None]
    by_number = dict(enumerate(opened))
    for number, stamp in state.get("stamps", []):
        if turn := by_number.get(int(number)):
            turn.add_note(NoteKind.TIME, str(stamp))
    for number, steps in state.get("steps", []):
        if turn := by_number.get(int(number)):
            _add_steps(turn, steps)
    for number, note in state.get("notes", []):
        if turn := by_number.get(int(number)):
            _add_note(turn, note)
    _join_late_results(opened)


def _add_note(turn: Turn, note: dict[str, Any]) -> None:
    if stamp := note.get("stamp"):
        turn.add_note(NoteKind.TIME, str(stamp))
    if words := note.get("words"):
        turn.add_note(NoteKind.MEMORY, str(note.get("recalled", "")), str(words))
    if experts := note.get("experts"):
        turn.add_note(NoteKind.EXPERTS, str(experts))
    turn.hidden, turn.expert = bool(note.get("aside")), str(note.get("expert", ""))
    _add_steps(turn, note.get("steps", []))


def _add_steps(turn: Turn, steps: Sequence[Sequence[str]]) -> None:
    waits = language().phrases.asks.partition("{purpose}")[2]
    asked = bool(turn.answers) and turn.answers[-1].text.endswith(waits)
    for call_text, result_text in steps:
        name, _, arguments = str(call_text).partition(" ")
        result = legacy_result(str(result_text))
        state = ResultState.DONE
        if result.text == PENDING:
            state = ResultState.AWAITS_APPROVAL if asked else ResultState.RUNNING
        text = result.text if state is ResultState.DONE else ""
        turn.steps += [
            ToolCall(result.call_id, name, json.loads(arguments) if arguments else {}),
            ToolResult(result.call_id, result.name, text, state),
        ]


def _join_late_results(turns: Sequence[Turn]) -> None:
    """Give each late result the id of the last call of its tool that still waits for one."""
    waiting: list[ToolResult] = []
    for turn in turns:
        if isinstance(late := turn.opening, ToolResult):
            calls = [result for result in waiting if result.name == late.name]
            if calls:
                turn.opening = ToolResult(calls[-1].call_id, late.name, late.text)
                waiting.remove(calls[-1])
        steps = (step for step in turn.steps if isinstance(step, ToolResult))
        waiting += [step for step in steps if step.state is not ResultState.DONE]

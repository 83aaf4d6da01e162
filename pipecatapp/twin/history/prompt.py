"""Turns typed messages into the form that llama-server reads: the one place where this is done.

What stands before a turn is the same to the byte in each of its requests and in those of later
turns, so that llama-server's prefix cache serves it. There is one exception: a late result replaces
the words that announced it.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal, cast

from pipecatapp.runtime.inference.fitting import RESULT_PREFIX
from pipecatapp.text.telling import without_output_blocks
from pipecatapp.twin.history.messages import (
    Messages,
    NoteKind,
    ResultState,
    ToolCall,
    ToolResult,
)
from pipecatapp.twin.history.turn import Turn

SUMMARY = "(Earlier in this conversation:\n{summary})\n\n"
RESULT_OF = f"{RESULT_PREFIX}{{name}}:\n{{text}}"
PENDING = "It goes on; its result comes later."


def prompt_of(turns: Iterable[Turn], summary: str = "") -> Messages:
    """Return the prompt that some turns make, without the system prompt.

    Args:
        turns: Oldest first.
        summary: Of what was said before the first of them; empty for none.
    """
    prompt: Messages = []
    opening = SUMMARY.format(summary=summary) if summary else ""
    last: Turn | None = None
    for turn in turns:
        if turn.hidden:
            continue
        if last is not None and takes_place_of_pending(turn, last):
            # The words that announced the result would mislead the model: with them in front of it,
            # the 0.5B model told 2 of 12 results; without them, 7.
            del prompt[-1 - len(last.answers) :]
        entries = _entries(turn)
        if opening and entries and entries[0]["role"] == "user":
            entries[0]["content"] = opening + entries[0]["content"]
            opening = ""
        prompt += cast(Messages, entries)
        last = turn
    return prompt


def takes_place_of_pending(turn: Turn, before: Turn) -> bool:
    """Tell whether a turn brings the result for which the turn before it waits.

    It does only if nothing has been said since, except that a person has to approve the call.
    """
    if not isinstance(turn.opening, ToolResult) or not before.steps:
        return False
    pending = before.steps[-1]
    if not isinstance(pending, ToolResult) or pending.call_id != turn.opening.call_id:
        return False
    return pending.state is ResultState.AWAITS_APPROVAL or (
        pending.state is ResultState.RUNNING and not before.answers
    )


def written(name: str, arguments: dict[str, Any]) -> str:
    """Return a call as the model writes it."""
    given = {key: value for key, value in arguments.items() if value is not None}
    if not given:
        return name
    return f"{name} {json.dumps(given, ensure_ascii=False, separators=(',', ':'))}"


def result_text(result: ToolResult) -> str:
    """Return a result as the model reads it."""
    ended = result.state in (ResultState.DONE, ResultState.FAILED)
    text = result.text if ended else PENDING
    return RESULT_OF.format(name=result.name, text=text)


def _entries(turn: Turn) -> list[dict[str, Any]]:
    """Return one turn's part of a prompt."""
    entries: list[dict[str, Any]] = []
    if isinstance(turn.opening, ToolResult):
        entries.append(_said("user", result_text(turn.opening)))
    elif turn.opening is not None:
        noted = turn.note(NoteKind.MEMORY) + turn.note(NoteKind.EXPERTS)
        entries.append(
            _said("user", turn.note(NoteKind.TIME) + (turn.asked or turn.opening.text) + noted)
        )
    for step in turn.steps:
        if isinstance(step, ToolCall):
            entries.append(_said("assistant", written(step.name, step.arguments)))
        else:
            entries.append(_said("user", result_text(step)))
    for answer in turn.answers:
        text = without_output_blocks(answer.delivered)
        if turn.told:
            text = text.removeprefix(turn.told).lstrip()
        if text or not turn.told:
            entries.append(_said("assistant", text))
    return entries


def _said(role: Literal["user", "assistant"], content: str) -> dict[str, Any]:
    return {"role": role, "content": content}

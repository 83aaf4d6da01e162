"""The exact prompt that a conversation makes, the same to the byte for what was said before."""

from typing import Any, cast

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.twin.history.messages import Notes, is_result, settle
from pipecatapp.twin.history.turn_notes import Turn

SUMMARY = "(Earlier in this conversation:\n{summary})\n\n"


def prompt_of(turn: Turn, summary: str) -> list[LLMContextMessage]:
    """Return a turn's messages, each of the user's with what was added to it.

    Args:
        turn: The messages, and the notes on them; left as they are.
        summary: Of what was said before the first of them; empty for none.
    """
    prompt: list[LLMContextMessage] = []
    opening = SUMMARY.format(summary=summary) if summary else ""
    following = iter(turn.notes)
    notes = Notes()
    for message in turn:
        entry = dict(cast(dict[str, Any], message))
        entry.pop("name", None)
        begins = entry.get("role") == "user"
        if begins:
            notes = next(following)
        if notes.aside or (is_result(message) and settle(prompt, entry["content"])):
            continue
        prompt.append(cast(LLMContextMessage, entry))
        if begins and isinstance(entry.get("content"), str):
            if not is_result(message):
                entry["content"] = notes.stamp + entry["content"] + notes.recalled + notes.experts
            entry["content"], opening = opening + entry["content"], ""
            for call, result in notes.steps:
                prompt.append({"role": "assistant", "content": call})
                prompt.append({"role": "user", "content": result})
    return prompt

"""Reads dialogues in LoCoMo's JSON format, and measures the recall of evidence for questions.

Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM Agents" (2024).
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError
from pipecatapp.memory.storage.fact import LONGEST_FACT, NewFact, Source

ANSWERABLE = (1, 2, 3, 4)
"""Categories of questions with an answer in the dialogue; category 5 has none."""
BEFORE = 2
"""The number of earlier turns of a session that are a turn's context."""
AT = (5, 10)

_DATE = "%I:%M %p on %d %B, %Y"


@dataclass(frozen=True)
class Question:
    """A question about a dialogue.

    Attributes:
        text: The question.
        evidence: The positions of the turns that answer it.
    """

    text: str
    evidence: tuple[int, ...]


@dataclass(frozen=True)
class Dialogue:
    """The turns of two people over months, each as a fact, and questions about them."""

    facts: tuple[NewFact, ...]
    questions: tuple[Question, ...]


def load(path: Path) -> list[Dialogue]:
    """Read all dialogues of a file.

    Raises:
        UserError: It is not in this format.
    """
    try:
        return [_dialogue(sample) for sample in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} does not hold dialogues in LoCoMo's JSON format "
            f"({type(error).__name__}: {error}): give a file such as its locomo10.json"
        ) from error


def _dialogue(sample: dict[str, Any]) -> Dialogue:
    spoken = sample["conversation"]
    numbers = sorted(int(found[1]) for key in spoken if (found := re.match(r"session_(\d+)$", key)))
    facts: list[NewFact] = []
    places: dict[str, int] = {}
    for number in numbers:
        at = datetime.strptime(spoken[f"session_{number}_date_time"], _DATE).timestamp()
        session = [turn for turn in spoken[f"session_{number}"] if _words(turn).strip()]
        for place, turn in enumerate(session):
            before = session[max(place - BEFORE, 0) : place]
            context = "\n".join(f"{earlier['speaker']}: {_words(earlier)}" for earlier in before)
            places[turn["dia_id"]] = len(facts)
            text = _words(turn)[:LONGEST_FACT]
            facts.append(
                NewFact(text, Source.IMPORTED, at, told_by=turn["speaker"], context=context)
            )
    asked = [
        (
            entry["question"],
            tuple(sorted({places[id_] for id_ in entry["evidence"] if id_ in places})),
        )
        for entry in sample["qa"]
        if entry["category"] in ANSWERABLE
    ]
    return Dialogue(tuple(facts), tuple(Question(text, found) for text, found in asked if found))


def _words(turn: dict[str, Any]) -> str:
    """Return what was said, with the caption of a photograph that was shown."""
    caption = turn.get("blip_caption")
    return f"{turn['text']} [{caption}]" if caption else str(turn["text"])


def recall(
    questions: Sequence[Question], ids: Sequence[int], find: Callable[[str], Sequence[int]]
) -> dict[int, list[float]]:
    """Return the share of evidence that each question found, for each number of results.

    Args:
        questions: About one dialogue.
        ids: The ids of its facts, by position; turns of the same words share one.
        find: Returns the ids that fit a question best, the best first.
    """
    shares: dict[int, list[float]] = {most: [] for most in AT}
    for question in questions:
        wanted = {ids[place] for place in question.evidence}
        found = find(question.text)
        for most, row in shares.items():
            row.append(len(wanted.intersection(found[:most])) / len(wanted))
    return shares

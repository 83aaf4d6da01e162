"""Scores answers from memory."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prompt_engineering.household import Answered
from prompt_engineering.recollection_cases import RecollectionQuestion
from prompt_engineering.scoring import share

OWNS_UP = re.compile(
    r"\b(?:do not|don't|did not|didn't|not|cannot|can't|haven't|have no|no) (?:\w+ ){0,3}?"
    r"(?:know|told|mention\w*|information|record|recall|remember|said|find|say|have|sure|provided)"
    r"|\bnot (?:yet )?(?:told|mentioned|provided|given)\b|\bno (?:information|record)\b"
    r"|\bnobody has spoken\b|\bfind nothing\b|\bnothing about\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """A question and what was said to it.

    Attributes:
        scene: The id of the scene.
        question: What was asked.
        answered: What was answered.
    """

    scene: str
    question: RecollectionQuestion
    answered: Answered

    @property
    def right(self) -> bool:
        """Whether the answer says what it has to, and nothing that it must not."""
        question, text = self.question, self.answered.text
        if not text or any(_says(text, wrong) for wrong in question.reject):
            return False
        if question.unknown:
            return OWNS_UP.search(text) is not None
        some = sum(_says(text, one) for one in question.any_of)
        enough = some >= question.at_least if question.any_of else True
        return enough and all(_says(text, one) for one in question.expect)


def recollection_report(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the shares of right answers, and the wrong ones; JSON-ready."""
    groups = {
        "all": list(asked),
        "known": [one for one in asked if not one.question.unknown],
        "unknown": [one for one in asked if one.question.unknown],
        "answered by code": [one for one in asked if one.answered.by == "words"],
        "answered by model": [one for one in asked if one.answered.by != "words"],
    }
    return {
        "by": {name: _row(group) for name, group in groups.items()},
        "wrong": [_shown(one) for one in asked if not one.right],
    }


def _row(group: Sequence[Asked]) -> dict[str, Any]:
    rights = [one.right for one in group]
    return {"right": sum(rights), "of": len(group), "share": share(rights)}


def _shown(one: Asked) -> dict[str, str]:
    answered = one.answered
    return {"scene": one.scene, "say": one.question.say, "answer": answered.text, "by": answered.by}


def _says(text: str, expression: str) -> bool:
    return re.search(expression, text, re.IGNORECASE) is not None

"""Compares what was kept with what is worth keeping, and sums up."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pipecatapp.memory.learning.contradiction import Relation
from prompt_engineering.memory_cases import Dialogue, Pair
from prompt_engineering.scoring import milliseconds, share

RELATIONS = get_args(Relation)


@dataclass(frozen=True)
class Kept:
    """What was kept of a dialogue, and what that took.

    Attributes:
        dialogue: The case.
        facts: The statements.
        passed: Whether the gate lets the dialogue pass; where not, nothing is kept with it.
        ms: What the model and its checks took.
    """

    dialogue: Dialogue
    facts: list[str]
    passed: bool
    ms: float

    def gated(self) -> "Kept":
        """Return what the gate leaves of it."""
        return self if self.passed else replace(self, facts=[])

    @property
    def missed(self) -> list[list[str]]:
        """The expected facts that no statement holds."""
        return [
            fact for fact in self.dialogue.expect if not any(holds(s, fact) for s in self.facts)
        ]

    @property
    def false(self) -> list[str]:
        """The statements that hold no expected fact, or none that another does not hold."""
        needed: set[int] = set()
        for fact in self.dialogue.expect:
            holding = [i for i, statement in enumerate(self.facts) if holds(statement, fact)]
            free = [i for i in holding if i not in needed]
            needed.update((free or holding)[:1])
        return [statement for i, statement in enumerate(self.facts) if i not in needed]


def holds(statement: str, fact: Sequence[str]) -> bool:
    """Tell whether a statement holds a fact: all its expressions are found, whatever the case."""
    return all(re.search(expression, statement, re.IGNORECASE) for expression in fact)


@dataclass(frozen=True)
class Judged:
    """A pair, what was made of it, and whether the model was asked."""

    pair: Pair
    got: Relation
    asked: bool


def facts_report(kept: Sequence[Kept]) -> dict[str, Any]:
    """Return the figures of extraction, ready for JSON; shares lie between 0 and 1.

    Precision is the share of the statements that were worth keeping; recall that of the facts
    worth keeping which a statement holds.
    """
    gated = [one.gated() for one in kept]
    speech = [one for one in gated if "speech" in one.dialogue.tags]
    empty = [one for one in gated if not one.dialogue.expect]
    return {
        "with_gate": _figures(gated),
        "without_gate": _figures(kept),
        "dialogues": len(kept),
        "gate_open": sum(one.passed for one in kept),
        "by_style": {
            "speech": _figures(speech),
            "typed": _figures([one for one in gated if one not in speech]),
        },
        "nothing_to_keep": {
            "dialogues": len(empty),
            "nothing_kept": share(not one.facts for one in empty),
            "gate_open": sum(one.passed for one in empty),
        },
        "ms_per_dialogue": milliseconds(one.ms for one in kept),
        "kept": {one.dialogue.id: one.facts for one in kept if one.facts},
        "failures": [
            {
                "id": one.dialogue.id,
                "kept": one.facts,
                "missed": one.missed,
                "false": one.false,
                "gate_open": one.passed,
            }
            for one in kept
            if one.missed or one.false or one.gated().missed
        ],
    }


def _figures(kept: Sequence[Kept]) -> dict[str, float]:
    statements = sum(len(one.facts) for one in kept)
    expected = sum(len(one.dialogue.expect) for one in kept)
    false = sum(len(one.false) for one in kept)
    missed = sum(len(one.missed) for one in kept)
    return {
        "precision": _ratio(statements - false, statements),
        "recall": _ratio(expected - missed, expected),
        "statements": statements,
        "expected": expected,
    }


def judge_report(result: Sequence[Judged]) -> dict[str, Any]:
    """Return the judge's figures: rows of the confusion table are what is right."""
    table = Counter((one.pair.relation, one.got) for one in result)
    replaced = sum(table[right, "replaces"] for right in RELATIONS)
    outdated = sum(table["replaces", got] for got in RELATIONS)
    right = table["replaces", "replaces"]
    return {
        "pairs": len(result),
        "accuracy": share(one.got == one.pair.relation for one in result),
        "confusion": {right: {got: table[right, got] for got in RELATIONS} for right in RELATIONS},
        "replaces": {"precision": _ratio(right, replaced), "recall": _ratio(right, outdated)},
        "model_asked": sum(one.asked for one in result),
        "failures": [
            {**one.pair.model_dump(), "got": one.got}
            for one in result
            if one.got != one.pair.relation
        ],
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0

"""Compares decisions with what is right, and sums up."""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from prompt_engineering.suite import Action, Case, Matches, Scalar, Value

_ABSENT = object()


@dataclass(frozen=True)
class Got:
    """What was decided.

    Attributes:
        action: What kind of thing.
        name: Of the tool or expert; None for an answer.
        arguments: Of the tool.
        by: What decided, such as `head` or `model`.
        invalid: Why it cannot be carried out, or None.
    """

    action: Action
    name: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    invalid: str | None = None


@dataclass(frozen=True)
class Outcome:
    """A case and what came of it, decided in some milliseconds."""

    case: Case
    got: Got
    ms: float

    @property
    def right(self) -> bool:
        """Whether the right thing was chosen, whatever its arguments."""
        expect = self.case.expect
        chosen = (self.got.action, self.got.name) == (expect.action, expect.name)
        return chosen and self.got.invalid is None

    @property
    def right_with_arguments(self) -> bool:
        """Whether the right thing was chosen, and every argument that is compared fits."""
        return self.right and all(
            fits(value, self.got.arguments.get(name, _ABSENT))
            for name, value in self.case.expect.arguments.items()
        )


def fits(expected: Value, got: object) -> bool:
    """Return whether an argument is right.

    Strings are compared trimmed and without regard to case; `5` is not `"5"` and not `True`.

    Args:
        expected: A value, several that are all right, or a regular expression to be found.
        got: The argument; anything that no scalar equals stands for an absent one.
    """
    if isinstance(expected, Matches):
        return isinstance(got, str) and bool(re.search(expected.matches, got, re.IGNORECASE))
    if isinstance(expected, list):
        return any(_equal(value, got) for value in expected)
    return _equal(expected, got)


def _equal(expected: Scalar, got: object) -> bool:
    if expected is None:
        return got is None or got is _ABSENT
    if isinstance(expected, str):
        return isinstance(got, str) and got.strip().casefold() == expected.strip().casefold()
    if isinstance(expected, bool) or isinstance(got, bool):
        return got is expected
    return isinstance(got, int | float) and got == expected


def report(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the figures of some outcomes, ready for JSON; shares lie between 0 and 1."""
    expected = [(outcome, outcome.case.expect) for outcome in outcomes]
    return {
        "accuracy": {
            "all": share(outcome.right for outcome in outcomes),
            "with_arguments": share(outcome.right_with_arguments for outcome in outcomes),
        },
        "cases": len(outcomes),
        "by_action": _grouped((expect.action, outcome) for outcome, expect in expected),
        "by_tool": _grouped((expect.tool, outcome) for outcome, expect in expected if expect.tool),
        "by_expert": _grouped(
            (expect.expert, outcome) for outcome, expect in expected if expect.expert
        ),
        "by_tag": _grouped((tag, outcome) for outcome in outcomes for tag in outcome.case.tags),
        "by_decider": _grouped((outcome.got.by or "?", outcome) for outcome in outcomes),
        "invalid": sum(outcome.got.invalid is not None for outcome in outcomes),
        "ms_per_decision": milliseconds(outcome.ms for outcome in outcomes),
        "failures": [_failure(outcome) for outcome in outcomes if not outcome.right_with_arguments],
    }


def share(rights: Iterable[bool]) -> float:
    """Return the share of those that are true, 0 where there are none."""
    values = list(rights)
    return round(sum(values) / len(values), 4) if values else 0.0


def milliseconds(values: Iterable[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, 0 where there are no values."""
    known = list(values) or [0.0]
    return {
        "median": round(statistics.median(known), 1),
        "p95": round(float(np.percentile(known, 95)), 1),
    }


def _grouped(members: Iterable[tuple[str, Outcome]]) -> dict[str, dict[str, float]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for name, outcome in members:
        groups[name].append(outcome)
    return {
        name: {
            "cases": len(group),
            "accuracy": share(outcome.right for outcome in group),
            "with_arguments": share(outcome.right_with_arguments for outcome in group),
        }
        for name, group in sorted(groups.items())
    }


def _failure(outcome: Outcome) -> dict[str, Any]:
    got = {"action": outcome.got.action, "name": outcome.got.name}
    details = {"arguments": dict(outcome.got.arguments), "invalid": outcome.got.invalid}
    return {
        "id": outcome.case.id,
        "say": outcome.case.say,
        "expected": outcome.case.expect.model_dump(exclude_unset=True),
        "got": got | {key: value for key, value in details.items() if value},
        "by": outcome.got.by,
    }

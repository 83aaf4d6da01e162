"""The evaluator's own work; what decides is scripted here, as only the measure is tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from prompt_engineering.bfcl import Question
from prompt_engineering.evaluator import choose_all, table
from prompt_engineering.scoring import Got, Outcome, report
from prompt_engineering.suite import Case

REPOSITORY = Path(__file__).resolve().parents[3]


class Calls:
    """Makes the calls it was given, in turn."""

    def __init__(self, *calls: tuple[str, dict[str, Any]] | None) -> None:
        self._calls = iter(calls)

    async def choose(
        self, words: str, functions: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]] | None:
        return next(self._calls)


@pytest.mark.parametrize(
    "command", [["prompt_engineering/evaluator.py"], ["-m", "prompt_engineering.evaluator"]]
)
def test_it_runs_by_its_path_and_as_a_module(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- {id: one, say: hi, expect: {action: dance}}")
    run = subprocess.run(
        [sys.executable, *command, "--suite", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert run.returncode == 1
    assert run.stderr.startswith(f"Error: {tmp_path}/bad.yaml: case one: expect.action")
    assert run.stderr.count("\n") == 1


async def test_wrong_calls_are_listed_with_the_reason() -> None:
    functions = [{"name": "f", "parameters": {"properties": {"x": {"type": "integer"}}}}]
    questions = [Question(f"simple_{n}", "", functions, ("f", {"x": [1]})) for n in range(4)]
    calls = Calls(("f", {"x": 1}), ("f", {"x": 2}), None, ("f", {"x": 1}))
    found = await choose_all(questions, calls)
    assert found["accuracy"] == 0.5
    assert [(failure["id"], failure["why"]) for failure in found["failures"]] == [
        ("simple_1", "x has a wrong value"),
        ("simple_2", "no call"),
    ]
    assert json.dumps(found)


def test_the_table_shows_every_group() -> None:
    expect = {"action": "expert", "expert": "coding"}
    case = Case.model_validate({"id": "a", "say": "x", "expect": expect, "tags": ["speech"]})
    found = report([Outcome(case, Got("expert", "coding", by="head"), 3.0)])
    bfcl = {"accuracy": 0.25, "cases": 4}
    shown = [line.split() for line in table(found | {"bfcl": {"simple": bfcl}}).splitlines()]
    assert ["all", "1", "100.0%", "100.0%"] in shown
    for name in ("expert", "coding", "speech", "head"):
        assert [name, "1", "100.0%", "100.0%"] in shown
    assert ["simple", "4", "25.0%"] in shown

"""The measure of memory; what the model does with the suite is the measure's own matter."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.learning.gate import GateExamples
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.settings import Settings
from pipecatapp.tools.memory_requests.parser import asked_to_forget, asked_to_remember
from prompt_engineering.memory_cases import Dialogue, Pair, load_cases
from prompt_engineering.memory_scoring import Judged, Kept, facts_report, judge_report

REPOSITORY = Path(__file__).resolve().parents[3]
SUITE = REPOSITORY / "prompt_engineering" / "memory_suite"


def dialogue(*expect: list[str]) -> Dialogue:
    return Dialogue(id="one", say="hello", reply="hi", expect=list(expect))


def test_the_suite_has_the_promised_cases() -> None:
    halves = [load_cases(SUITE / half) for half in ("dev", "held_out")]
    dialogues = [case for half, _ in halves for case in half]
    assert [len(half) for half, _ in halves] == [25, 25]
    assert [len(pairs) for _, pairs in halves] == [30, 30]
    assert 16 <= sum(not case.expect for case in dialogues) <= 17
    assert 24 <= sum("speech" in case.tags for case in dialogues) <= 26
    assert len({case.say for case in dialogues}) == 50
    # Requests in so many words never come to the model.
    assert not any(asked_to_remember(c.say) or asked_to_forget(c.say) for c in dialogues)


def test_nothing_of_the_suite_is_among_the_examples() -> None:
    examples = read_yaml(Settings().prompts / "memory_gate.yaml", GateExamples)
    shown = (Settings().prompts / "memory_facts.yaml").read_text().lower()
    said = {text.lower() for text in (*examples.keep, *examples.skip)}
    for half in ("dev", "held_out"):
        for case in load_cases(SUITE / half)[0]:
            assert case.say.lower() not in said
            assert case.say.lower() not in shown


def test_precision_and_recall() -> None:
    facts = ["The user's daughter is Ada.", "Ada is seven.", "Cakes are sweet."]
    kept = Kept(dialogue(["daughter", "ada"], ["seven|7"], ["blue"]), facts, True, 1.0)
    assert kept.missed == [["blue"]]
    assert kept.false == ["Cakes are sweet."]
    figures = facts_report([kept])["without_gate"]
    assert figures == {"precision": 0.6667, "recall": 0.6667, "statements": 3, "expected": 3}


def test_one_statement_may_hold_two_facts_but_a_repetition_is_false() -> None:
    both = Kept(dialogue(["ada"], ["seven"]), ["Ada is seven."], True, 1.0)
    assert (both.missed, both.false) == ([], [])
    twice = Kept(dialogue(["ada"]), ["She is Ada.", "Her name is Ada."], True, 1.0)
    assert twice.false == ["Her name is Ada."]


def test_what_the_gate_holds_back_is_missed() -> None:
    report = facts_report([Kept(dialogue(["ada"]), ["She is Ada."], False, 1.0)])
    assert report["without_gate"]["recall"] == 1.0
    assert report["with_gate"]["recall"] == 0.0
    assert report["failures"][0]["gate_open"] is False


def test_the_judges_table() -> None:
    pair = Pair(old="a", new="b", relation="different")
    wrong, right = Judged(pair, "replaces", True), Judged(pair, "different", False)
    outdated = Judged(Pair(old="a", new="b", relation="replaces"), "replaces", True)
    report = judge_report([wrong, right, outdated])
    assert report["confusion"]["different"] == {"same": 0, "replaces": 1, "different": 1}
    assert report["replaces"] == {"precision": 0.5, "recall": 1.0}
    assert report["model_asked"] == 2


def test_a_wrong_case_is_named(tmp_path: Path) -> None:
    (tmp_path / "dialogues.yaml").write_text("- {id: one, say: hi, reply: hi, expect: [['(']]}")
    (tmp_path / "pairs.yaml").write_text("[]")
    with pytest.raises(UserError, match=r"dialogues.yaml: 0.expect: .*no regular expression"):
        load_cases(tmp_path)


def test_it_runs_by_its_path(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "prompt_engineering/memory.py", "--suite", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith(
        f"Error: {tmp_path}/dialogues.yaml cannot be read"
    )

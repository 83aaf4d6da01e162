from typing import Any

import pytest

from prompt_engineering.scoring import Got, Outcome, fits, report
from prompt_engineering.suite import Case, Matches, Value


def case(identity: str, expect: dict[str, Any], **more: Any) -> Case:
    return Case.model_validate({"id": identity, "say": "do it", "expect": expect, **more})


STATUS = {"action": "tool", "tool": "mcp.get_status"}
UPTIME = {"action": "tool", "tool": "ssh.run_command", "arguments": {"host": ["node3", "node-3"]}}


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("Berlin", " berlin "),
        (600, 600),
        (600, 600.0),
        (True, True),
        (["node3", "node-3"], "NODE-3"),
        ([False, None], False),
        ([False, None], None),
        (Matches(matches=r"\bdf\b"), "DF -h /"),
    ],
)
def test_what_fits(expected: Value, got: object) -> None:
    assert fits(expected, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("Berlin", "Bern"),
        ("600", 600),
        (600, "600"),
        (1, True),
        (True, 1),
        (True, "true"),
        (["node3", "node-3"], "node 3"),
        ([False, None], True),
        ([False], None),
        (Matches(matches=r"\bdf\b"), "pdf"),
        (Matches(matches="5"), 5),
    ],
)
def test_what_does_not_fit(expected: Value, got: object) -> None:
    assert not fits(expected, got)


def test_an_argument_that_is_not_given_is_wrong_unless_it_may_be_absent() -> None:
    playbook = {"action": "tool", "tool": "ansible.run_playbook"}
    got = Got("tool", "ansible.run_playbook", {"playbook": "heal_cluster.yaml"})
    may_be_absent = case("a", playbook | {"arguments": {"check": [False, None]}})
    must_be_given = case("b", playbook | {"arguments": {"check": True}})
    assert Outcome(may_be_absent, got, 1).right_with_arguments
    assert not Outcome(must_be_given, got, 1).right_with_arguments


def test_an_argument_that_is_not_compared_may_be_anything() -> None:
    got = Got("tool", "ssh.run_command", {"host": "node3", "command": "uptime"})
    assert Outcome(case("a", UPTIME), got, 1).right_with_arguments


def test_a_tool_is_no_expert_of_the_same_name_and_no_answer() -> None:
    coding = case("a", {"action": "expert", "expert": "coding"})
    assert Outcome(coding, Got("expert", "coding"), 1).right
    assert not Outcome(coding, Got("tool", "coding"), 1).right
    assert not Outcome(coding, Got("answer"), 1).right
    assert not Outcome(case("b", STATUS), Got("tool", "mcp.get_memory_summary"), 1).right


def test_the_report_counts_each_group_apart() -> None:
    outcomes = [
        Outcome(case("a", {"action": "answer"}, tags=["chat"]), Got("answer", by="head"), 10),
        Outcome(case("b", STATUS, tags=["speech"]), Got("answer", by="head"), 20),
        Outcome(
            case("c", UPTIME, tags=["speech"]),
            Got("tool", "ssh.run_command", {"host": "node5"}, by="model"),
            300,
        ),
        Outcome(case("d", UPTIME), Got("tool", "ssh.run_command", {"host": "node3"}), 30),
    ]
    found = report(outcomes)
    assert found["accuracy"] == {"all": 0.75, "with_arguments": 0.5}
    assert found["by_action"]["tool"] == {
        "cases": 3,
        "accuracy": 0.6667,
        "with_arguments": 0.3333,
    }
    assert found["by_tool"]["ssh.run_command"]["with_arguments"] == 0.5
    assert found["by_tool"]["mcp.get_status"]["accuracy"] == 0
    assert found["by_tag"]["speech"] == {"cases": 2, "accuracy": 0.5, "with_arguments": 0}
    assert found["by_decider"]["head"]["accuracy"] == 0.5
    assert found["ms_per_decision"] == {"median": 25, "p95": 259.5}
    assert [failure["id"] for failure in found["failures"]] == ["b", "c"]
    assert found["failures"][1]["expected"] == UPTIME
    assert found["failures"][1]["got"]["arguments"] == {"host": "node5"}
    assert found["invalid"] == 0


def test_a_call_that_cannot_be_carried_out_is_never_right() -> None:
    got = Got("tool", "mcp.get_status", {"x": 1}, invalid="mcp.get_status: x: extra")
    found = report([Outcome(case("a", STATUS), got, 1)])
    assert found["invalid"] == 1
    assert found["accuracy"]["all"] == 0
    assert found["failures"][0]["got"]["invalid"] == "mcp.get_status: x: extra"

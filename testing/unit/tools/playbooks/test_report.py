from typing import Any

import pytest

from pipecatapp.text.telling import OUTPUT
from pipecatapp.tools.playbooks.report import (
    NO_LOGIN,
    NO_ROOT,
    SUDO_REMEDY,
    RunReport,
    clean,
    told_run,
)
from pipecatapp.tools.tool import ToolError


def test_text_of_a_terminal_becomes_one_plain_line() -> None:
    assert clean("\x1b[0;31mfatal:\x1b[0m\r\n  no\x07 luck") == "fatal: no luck"


def test_many_long_failures_are_cut() -> None:
    report = RunReport("a.yaml", check=False)
    list(report.take({"event": "playbook_on_play_start", "event_data": {"name": "p"}}))
    for number in range(50):
        data = {"host": f"node{number}", "task": "t", "res": {"msg": "x" * 5000}}
        (line,) = report.take({"event": "runner_on_failed", "event_data": data})
        assert len(line) <= 160
    text = report.ended(2)
    assert len(text) < 3000
    assert "node0" in text
    assert "and 45 more failures" in text


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"event": kind, "event_data": data}


def begun(check: bool = False) -> RunReport:
    """Return the report of a run that is at its first task."""
    report = RunReport("site.yaml", check)
    started = [event("playbook_on_play_start", name="Set up")]
    started.append(event("playbook_on_task_start", name="Install \x1b[1mvim\x1b[0m"))
    assert [line for it in started for line in report.take(it)] == [
        "play 1: Set up",
        "task 1: Install vim",
    ]
    return report


def failure(message: str, kind: str = "runner_on_failed", **data: Any) -> dict[str, Any]:
    return event(kind, host="node1", task="Install vim", res={"msg": message}, **data)


def stats(**counts: dict[str, int]) -> dict[str, Any]:
    return event("playbook_on_stats", **counts)


def test_a_success_is_told_by_host() -> None:
    report = begun()
    assert list(report.take(stats(ok={"node1": 3, "node2": 2}, changed={"node2": 1}))) == []
    assert report.ended(0) == (
        "site.yaml succeeded.\n"
        "node1, tasks ok: 3, changed something: 0, failed: 0, unreachable: 0, skipped: 0\n"
        "node2, tasks ok: 2, changed something: 1, failed: 0, unreachable: 0, skipped: 0"
    )


def test_a_dry_run_says_that_nothing_was_changed() -> None:
    report = begun(check=True)
    list(report.take(stats(ok={"node1": 1})))
    assert report.ended(0).startswith("site.yaml (dry run) succeeded.\nThis was a dry run: ")


def test_a_run_on_no_host_is_said_to_be_one() -> None:
    report = begun()
    list(report.take(stats()))
    assert "It ran on no host" in report.ended(0)


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("Missing sudo password", SUDO_REMEDY),
        ("sudo: The 'no new privileges' flag is set", NO_ROOT),
        ("me@node1: Permission denied (publickey).", NO_LOGIN),
        ("Host key verification failed.", NO_LOGIN),
    ],
)
def test_a_failure_that_is_known_comes_with_its_remedy(message: str, remedy: str) -> None:
    report = begun()
    kind = "runner_on_unreachable"
    (line,) = report.take(failure(message, kind))
    assert line.startswith('node1 unreachable at "Install vim": ')
    list(report.take(stats(dark={"node1": 1})))
    said = report.ended(4)
    assert said.startswith("site.yaml failed.\n")
    assert said.endswith(f"{clean(message)}\n{remedy}")


def test_a_failure_that_is_ignored_is_not_told() -> None:
    report = begun()
    assert list(report.take(failure("no disk", ignore_errors=True))) == []
    list(report.take(stats(ok={"node1": 1})))
    assert "no disk" not in report.ended(0)


def test_a_failure_that_was_rescued_is_passed_over() -> None:
    report = begun()
    list(report.take(failure("no disk")))
    list(report.take(stats(ok={"node1": 1})))
    said = report.ended(0)
    assert said.startswith("site.yaml succeeded.")
    assert 'passed over: node1 failed at "Install vim": no disk' in said


def test_the_failed_items_of_a_loop_are_told() -> None:
    report = begun()
    items = [{"msg": "fine"}, {"failed": True, "msg": "no such package", "stderr": "E: vmi"}]
    (line,) = report.take(event("runner_on_failed", host="node1", res={"results": items}))
    assert line == 'node1 failed at "Install vim": no such package: E: vmi'


def test_what_no_log_hides_stays_hidden() -> None:
    report = begun()
    result = {"censored": "the output has been hidden"}
    (line,) = report.take(event("runner_on_failed", host="node1", res=result))
    assert line.endswith("the output has been hidden")


def test_a_run_that_cannot_start_says_what_ansible_said() -> None:
    report = RunReport("site.yaml", check=False)
    said = "ERROR! the role 'x' was not found"
    assert list(report.take({"event": "error", "stdout": said})) == []
    with pytest.raises(ToolError, match=rf"^site\.yaml cannot start: {said}$"):
        report.ended(4)


def test_a_run_that_takes_too_long_says_where_it_was() -> None:
    report = begun()
    list(report.take({"event": "output", "stdout": "still waiting"}))
    assert report.timed_out(30) == (
        "site.yaml was ended after 30 minutes, at task 1: Install vim.\nstill waiting"
    )


def test_the_end_of_a_long_message_says_what_is_wrong() -> None:
    report = begun()
    list(report.take(failure("apt-get update " + "Hit:1 http " * 200 + "E: no space left on disk")))
    list(report.take(stats(failures={"node1": 1})))
    said = report.ended(2)
    assert "characters left out" in said
    assert said.endswith("E: no space left on disk")


def test_hosts_are_shown_and_failures_are_spoken() -> None:
    report = begun()
    list(report.take(failure("no disk")))
    hosts = {f"node{number}": 3 for number in range(12)}
    list(report.take(stats(ok=hosts, failures={"node1": 1})))
    spoken, shown = told_run(report.ended(2)).split(OUTPUT)
    assert spoken == 'site.yaml failed. node1 failed at "Install vim": no disk\n'
    assert "node11, tasks ok: 3" in shown

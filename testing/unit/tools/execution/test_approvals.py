import asyncio
import json
import time
from typing import Any

import pytest

from pipecatapp.tools.execution import approvals as module
from pipecatapp.tools.execution.approvals import Approval, Approvals, Verdict, call_digest

COMMAND = {"host": "nas", "command": "uptime"}


def asked(approvals: Approvals, arguments: dict[str, Any] = COMMAND) -> Approval:
    return approvals.request("ssh.run_command", arguments, "mine")


def say(approvals: Approvals, approval: Approval, *, approve: bool = True) -> None:
    approvals.decide("mine", approval.id, approval.digest, approve=approve, by="session")


async def test_a_yes_serves_once() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    say(approvals, approval)
    assert await approval.wait() is Verdict.APPROVED
    assert approval.decided_by == "session"
    assert approval.spend("ssh.run_command", COMMAND)
    assert not approval.spend("ssh.run_command", COMMAND)


async def test_a_yes_serves_for_that_call_alone() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    say(approvals, approval)
    assert not approval.spend("ssh.run_command", {**COMMAND, "command": "reboot"})
    assert not approval.spend("ssh.run_command", {**COMMAND, "port": 22})
    assert not approval.spend("ssh.copy", COMMAND)
    assert approval.spend("ssh.run_command", dict(reversed(COMMAND.items())))


async def test_arguments_changed_after_the_request_are_not_what_was_approved() -> None:
    approvals = Approvals()
    arguments: dict[str, Any] = {"host": "nas", "parts": ["uptime"]}
    approval = asked(approvals, arguments)
    arguments["parts"].append("; rm -rf /")
    assert approval.as_dict()["arguments"]["parts"] == ["uptime"]
    say(approvals, approval)
    assert not approval.spend("ssh.run_command", arguments)


async def test_two_equal_calls_need_two_decisions() -> None:
    approvals = Approvals()
    first, second = asked(approvals), asked(approvals)
    assert first.digest != second.digest
    with pytest.raises(ValueError, match="not the call"):
        approvals.decide("mine", second.id, first.digest, approve=True, by="session")
    say(approvals, first)
    assert not second.settled
    assert not second.spend("ssh.run_command", COMMAND)


@pytest.mark.parametrize("digest", ["", "0" * 64, "\ud800", "ü"])
async def test_another_digest_decides_nothing(digest: str) -> None:
    approvals = Approvals()
    approval = asked(approvals)
    with pytest.raises(ValueError, match=r"."):
        approvals.decide("mine", approval.id, digest, approve=True, by="session")
    assert not approval.settled


async def test_another_conversation_decides_nothing() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    assert approvals.waiting("theirs") == []
    with pytest.raises(LookupError):
        approvals.decide("theirs", approval.id, approval.digest, approve=True, by="session")
    with pytest.raises(LookupError):
        approvals.decide("mine", "unknown", approval.digest, approve=True, by="session")
    assert not approval.settled


async def test_a_decision_stands() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    say(approvals, approval, approve=False)
    with pytest.raises(ValueError, match="settled already"):
        say(approvals, approval, approve=True)
    assert await approval.wait() is Verdict.DENIED
    assert not approval.spend("ssh.run_command", COMMAND)


async def test_what_is_discarded_cannot_be_decided() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    approvals.discard(approval)
    approvals.discard(approval)
    with pytest.raises(LookupError):
        say(approvals, approval)


async def test_a_request_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIFETIME_SECS", 0.0)
    approvals = Approvals()
    approval = asked(approvals)
    with pytest.raises(ValueError, match="settled already"):
        say(approvals, approval)
    assert await approval.wait() is Verdict.EXPIRED
    assert approval.as_dict()["expires_in_s"] == 0.0
    assert not approval.spend("ssh.run_command", COMMAND)


async def test_a_yes_in_time_holds_though_nobody_has_looked_at_it_yet() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    say(approvals, approval)
    approval.expires = time.monotonic()
    assert await approval.wait() is Verdict.APPROVED


async def test_who_gives_up_waiting_does_not_decide() -> None:
    approvals = Approvals()
    approval = asked(approvals)
    waiting = asyncio.create_task(approval.wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    say(approvals, approval)
    assert await approval.wait() is Verdict.APPROVED


async def test_undecided_requests_are_listed_oldest_first() -> None:
    approvals = Approvals()
    first, second, third = (asked(approvals, {"host": name}) for name in "abc")
    say(approvals, second, approve=False)
    assert approvals.waiting("mine") == [first, third]


async def test_a_client_is_shown_what_it_approves() -> None:
    approval = asked(Approvals())
    shown = json.loads(json.dumps(approval.as_dict()))
    assert shown["tool"] == "ssh.run_command"
    assert shown["arguments"] == COMMAND
    assert shown["digest"] == call_digest(approval.id, "ssh.run_command", COMMAND)
    assert 0 < shown["expires_in_s"] <= module.LIFETIME_SECS

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.tools.execution import approvals as approvals_module
from pipecatapp.tools.execution.approvals import Approvals, Verdict
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.runner import (
    STOPPED,
    ApprovalMode,
    RunState,
    ToolEvent,
    ToolRun,
    ToolRunner,
)
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import Call, ToolError, Toolset, tool
from testing.unit.tools.fake_resources import EXAMPLES, FakeConversation, FakeResources


class Bench(Toolset):
    """Tools of every kind, and a record of what has run."""

    namespace = "bench"

    def __init__(self) -> None:
        super().__init__(FakeResources())
        self.ran: list[Any] = []
        self.started = asyncio.Event()
        self.ended = False

    @tool(examples=EXAMPLES, sensitive=True, purpose="run {parts}")
    async def act(self, call: Call, parts: list[str], password: str = "") -> str:
        """Act."""
        call.progress("halfway")
        self.ran.append(parts)
        return f"did {parts}"

    @tool(examples=EXAMPLES, read_only=True)
    async def look(self, call: Call) -> str:
        """Look."""
        self.ran.append("look")
        return "seen"

    @tool(examples=EXAMPLES)
    async def touch(self, call: Call) -> str:
        """Touch."""
        self.ran.append("touch")
        return "touched"

    @tool(examples=EXAMPLES)
    async def fail(self, call: Call) -> str:
        """Fail."""
        raise ToolError("the nas does not answer")

    @tool(examples=EXAMPLES)
    async def break_down(self, call: Call) -> str:
        """Break down."""
        raise KeyError("inner secret detail")

    @tool(examples=EXAMPLES)
    async def go_on(self, call: Call) -> str:
        """Go on until cancelled."""
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True
        return ""


class Workplace:
    """A runner with its bench, and what one conversation hears of it."""

    def __init__(self, path: Path, mode: ApprovalMode = "sensitive") -> None:
        self.bench = Bench()
        self.tools: dict[str, Tool] = {
            made.name.removeprefix("bench."): made for made in tools_of(self.bench)
        }
        self.path = path / "audit" / "audit.jsonl"
        self.approvals = Approvals()
        self.runner = ToolRunner(self.approvals, Audit(self.path), mode)
        self.conversation = FakeConversation()
        self.heard: list[ToolEvent] = []
        self.runner.listen(self.conversation.id, self.heard.append)

    def start(
        self, name: str, arguments: dict[str, Any] | None = None, *, after_result: bool = False
    ) -> ToolRun:
        return self.runner.start(
            self.tools[name], arguments or {}, self.conversation, after_result=after_result
        )

    def act(self) -> ToolRun:
        return self.start("act", {"parts": ["uptime"]})

    async def asked(self) -> None:
        """Wait until a person has been asked."""
        question = asyncio.Event()

        def listener(event: ToolEvent) -> None:
            if event.kind == "approval":
                question.set()

        self.runner.listen(self.conversation.id, listener)
        if not any(event.kind == "approval" for event in self.heard):
            await question.wait()
        self.runner.unlisten(self.conversation.id, listener)

    def decide(self, run: ToolRun, *, approve: bool) -> None:
        assert run.approval
        self.approvals.decide(
            self.conversation.id,
            run.approval.id,
            run.approval.digest,
            approve=approve,
            by="session",
        )

    def trace(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def events(self) -> list[str]:
        return [line["event"] for line in self.trace()]


@pytest.fixture
async def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


async def test_an_approved_call_runs_and_leaves_its_trace(work: Workplace) -> None:
    run = work.start("act", {"parts": ["uptime"], "password": "hunter2"})
    assert run.state is RunState.WAITING
    await work.asked()
    assert work.bench.ran == []
    work.decide(run, approve=True)
    await run.ended()
    assert (run.state, run.result) == (RunState.DONE, "did ['uptime']")
    assert not run.refused
    assert work.bench.ran == [["uptime"]]
    call, approval, result = work.trace()
    assert (call["event"], call["tool"]) == ("call", "bench.act")
    assert call["arguments"] == {"parts": ["uptime"], "password": "***"}
    assert (approval["event"], approval["verdict"], approval["by"]) == (
        "approval",
        "approved",
        "session",
    )
    assert run.approval
    assert approval["digest"] == run.approval.digest
    assert (result["event"], result["text"]) == ("result", "did ['uptime']")
    assert {line["run"] for line in work.trace()} == {run.id}


async def test_a_denied_call_does_not_run(work: Workplace) -> None:
    run = work.act()
    await work.asked()
    work.decide(run, approve=False)
    await run.ended()
    assert work.bench.ran == []
    assert run.refused
    assert (run.state, run.result) == (RunState.FAILED, "It was not run: denied.")
    assert work.trace()[-1]["verdict"] == "denied"


async def test_a_call_that_nobody_decides_does_not_run(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals_module, "LIFETIME_SECS", 0.0)
    run = work.act()
    await run.ended()
    assert work.bench.ran == []
    assert (run.verdict, run.result) == (Verdict.EXPIRED, "It was not run: expired.")
    assert work.trace()[-1]["verdict"] == "expired"
    assert work.approvals.waiting(work.conversation.id) == []


async def test_a_withdrawn_call_does_not_run_and_cannot_be_approved_any_more(
    work: Workplace,
) -> None:
    run = work.act()
    await work.asked()
    assert await run.withdraw()
    assert not await run.withdraw()
    with pytest.raises(LookupError):
        work.decide(run, approve=True)
    assert work.bench.ran == []
    assert work.trace()[-1]["verdict"] == "withdrawn"


async def test_arguments_changed_after_a_yes_do_not_run(work: Workplace) -> None:
    given = {"parts": ["uptime"]}
    run = work.start("act", given)
    await work.asked()
    given["parts"].append("of the caller")
    work.decide(run, approve=True)
    await run.ended()
    assert work.bench.ran == [["uptime"]]

    other = work.act()
    other.arguments["parts"].append("; rm -rf /")
    work.decide(other, approve=True)
    await other.ended()
    assert work.bench.ran == [["uptime"]]
    assert (other.state, other.result) == (
        RunState.FAILED,
        "It was not run: another call was approved.",
    )


@pytest.mark.parametrize(
    ("mode", "name", "after_result", "asks"),
    [
        ("sensitive", "act", False, True),
        ("sensitive", "touch", False, False),
        ("sensitive", "look", False, False),
        ("sensitive", "touch", True, True),
        ("sensitive", "look", True, False),
        ("all", "look", False, True),
        ("all", "touch", False, True),
        ("all", "act", False, True),
        ("none", "act", False, False),
        ("none", "touch", True, False),
    ],
)
async def test_who_has_to_be_asked(
    tmp_path: Path, mode: ApprovalMode, name: str, after_result: bool, asks: bool
) -> None:
    work = Workplace(tmp_path, mode)
    arguments: dict[str, Any] = {"parts": []} if name == "act" else {}
    run = work.start(name, arguments, after_result=after_result)
    if asks:
        await work.asked()
        assert work.bench.ran == []
        work.decide(run, approve=True)
    await run.ended()
    assert run.state is RunState.DONE
    assert len(work.bench.ran) == 1
    assert work.events() == (["call", "approval", "result"] if asks else ["call", "result"])


async def test_wrong_arguments_begin_nothing(work: Workplace) -> None:
    with pytest.raises(ToolError):
        work.start("act", {"parts": "uptime"})
    assert work.runner.runs(work.conversation.id) == []
    assert work.approvals.waiting(work.conversation.id) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("fail", "the nas does not answer"), ("break_down", "It failed: KeyError.")],
)
async def test_a_failure_ends_in_a_sentence_and_a_trace(
    work: Workplace, name: str, sentence: str
) -> None:
    run = work.start(name)
    await run.ended()
    assert (run.state, run.result) == (RunState.FAILED, sentence)
    assert work.events() == ["call", "error"]
    assert work.trace()[-1]["text"] == sentence


@pytest.mark.parametrize("name", ["touch", "act"])
async def test_what_cannot_be_written_down_is_not_run(
    work: Workplace, tmp_path: Path, name: str
) -> None:
    (tmp_path / "audit").write_text("a file where the directory should be")
    run = work.act() if name == "act" else work.start(name)
    await run.ended()
    assert work.bench.ran == []
    assert run.state is RunState.FAILED
    assert run.result
    assert run.result.startswith("It was not run: the audit log cannot be written")
    assert work.approvals.waiting(work.conversation.id) == []
    assert work.runner.runs(work.conversation.id) == []


async def test_an_approval_that_cannot_be_written_down_runs_nothing(
    work: Workplace,
) -> None:
    run = work.act()
    await work.asked()
    work.path.unlink()
    work.path.mkdir()
    work.decide(run, approve=True)
    await run.ended()
    assert work.bench.ran == []
    assert run.state is RunState.FAILED


async def test_a_running_call_can_be_cancelled(work: Workplace) -> None:
    run = work.start("go_on")
    await work.bench.started.wait()
    assert not await run.wait(0)
    assert work.runner.runs(work.conversation.id) == [run]
    await run.cancel()
    assert work.bench.ended
    assert run.over
    assert (run.state, run.result) == (RunState.FAILED, STOPPED)
    assert work.events() == ["call", "cancelled"]
    assert work.runner.runs(work.conversation.id) == []
    await run.cancel()


async def test_a_call_that_is_cancelled_at_once_never_runs(work: Workplace) -> None:
    plain, asking = work.start("touch"), work.act()
    await plain.cancel()
    await asking.cancel()
    assert work.bench.ran == []
    assert (plain.state, plain.result) == (RunState.FAILED, STOPPED)
    assert asking.refused
    assert work.runner.runs(work.conversation.id) == []


async def test_the_end_of_the_agent_ends_every_call(work: Workplace) -> None:
    going = work.start("go_on")
    await work.bench.started.wait()
    waiting = work.act()
    await work.asked()
    barely = work.act()
    await work.runner.close()
    assert all(run.over and run.result == STOPPED for run in (going, waiting, barely))
    assert work.approvals.waiting(work.conversation.id) == []
    assert work.bench.ended
    assert work.bench.ran == []
    assert work.events().count("cancelled") == 2


async def test_a_conversation_hears_of_its_own_calls_alone(work: Workplace) -> None:
    foreign: list[ToolEvent] = []
    work.runner.listen("another", foreign.append)
    run = work.act()
    await work.asked()
    work.decide(run, approve=True)
    await run.ended()
    assert foreign == []
    shown = json.loads(json.dumps([event.as_dict() for event in work.heard]))
    assert [entry["kind"] for entry in shown] == [
        "tool",
        "approval",
        "approval-settled",
        "tool",
        "tool",
        "tool",
    ]
    states = [(entry["state"], entry["line"]) for entry in shown if entry["kind"] == "tool"]
    assert states == [("waiting", None), ("running", None), ("running", "halfway"), ("done", None)]
    assert shown[1]["arguments"] == {"parts": ["uptime"], "password": ""}
    assert shown[2]["verdict"] == "approved"
    assert work.runner.runs("another") == []


async def test_who_stops_listening_hears_no_more(work: Workplace) -> None:
    other: list[ToolEvent] = []
    listener: Callable[[ToolEvent], None] = other.append
    work.runner.listen(work.conversation.id, listener)
    assert not work.runner.unlisten(work.conversation.id, listener)
    await work.start("touch").ended()
    assert other == []
    assert work.heard
    assert work.runner.unlisten(work.conversation.id, work.heard.append)

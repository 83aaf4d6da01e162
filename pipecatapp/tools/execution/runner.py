"""Runs tool calls: checks them, asks for approval, writes the audit log.

A call is a task of its own and outlives the turn that asked for it: the user may interrupt the turn
or close the page, an approval may take a minute and a playbook half an hour. The caller waits as
long as it wants to and can learn of the end later.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from uuid import uuid4

from loguru import logger

from pipecatapp.text.invisible import visible
from pipecatapp.text.shortening import shortened
from pipecatapp.text.telling import told_failure
from pipecatapp.tools.execution.approvals import Approval, Approvals, Verdict
from pipecatapp.tools.execution.audit import Audit, write_or_log
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.tools.tool import (
    LONGEST_RESULT,
    Call,
    NotForThisToolError,
    ShortTermMemory,
    ToolError,
)

ApprovalMode = Literal["sensitive", "all", "none"]

STOPPED = "It was stopped before it was done."
REDACTED = "[private]"
"""Stands in the audit log for memories: those can be forgotten, but the log keeps its lines."""


class RunState(StrEnum):
    """The state of a call."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class ToolEvent:
    """An event for the clients of a conversation; `as_dict` is the server message."""

    kind: Literal["approval", "approval-settled", "tool"]
    details: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the message, ready for JSON."""
        return {"kind": self.kind, **self.details}


@dataclass
class ToolRun:
    """One call of a tool, from its start to its end.

    Attributes:
        tool: The tool.
        arguments: The checked arguments, with defaults.
        conversation: The conversation that asked for it.
        words: What the user said in the turn that asked for it.
        person: Who the user is, where that is known.
        id: Opaque and unique.
        approval: The approval that it needs; None if it needs none.
        verdict: How the approval ended; None before that.
        result: The result, or why the call failed; None before its end.
        state: The state of the call.
        declined: Whether the tool found that it is not for what was asked.
        told: Whether the user has been or will be told how it ended.
        task: Runs the call.
    """

    tool: Tool
    arguments: dict[str, Any]
    conversation: ShortTermMemory
    words: str = ""
    person: str | None = None
    id: str = field(default_factory=lambda: uuid4().hex)
    approval: Approval | None = None
    verdict: Verdict | None = None
    result: str | None = None
    state: RunState = RunState.RUNNING
    declined: bool = False
    told: bool = False
    task: "asyncio.Task[None] | None" = None

    @property
    def refused(self) -> bool:
        """Whether the call was not run because nobody approved it."""
        return self.verdict is not None and self.verdict is not Verdict.APPROVED

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.task is not None and self.task.done()

    @property
    def said(self) -> str | None:
        """What is said of the end, word for word; None where a model is to word the result."""
        if self.result is None:
            return None
        if self.state is RunState.FAILED:
            return told_failure(self.result)
        return self.tool.telling(self.result) if self.tool.spoken else None

    @property
    def purpose(self) -> str:
        """The purpose of the call, for speech."""
        return self.tool.spoken_purpose(self.arguments)

    async def wait(self, seconds: float) -> bool:
        """Wait for the end, at most some seconds; return whether the call is over."""
        if self.task:
            await asyncio.wait({self.task}, timeout=seconds)
        return self.over

    async def ended(self) -> None:
        """Wait for the end of the call."""
        if self.task:
            await asyncio.wait({self.task})

    async def withdraw(self) -> bool:
        """End the call if it still waits for approval; return whether it did."""
        if self.approval is None or not self.approval.settle(Verdict.WITHDRAWN):
            return False
        await self.ended()
        return True

    async def cancel(self) -> None:
        """End the call, whatever it is doing."""
        if not await self.withdraw() and self.task and not self.over:
            self.task.cancel()
            await self.ended()


Listener = Callable[[ToolEvent], None]


class ToolRunner:
    """Runs the calls of all conversations."""

    def __init__(self, approvals: Approvals, audit: Audit, mode: ApprovalMode):
        """Make a runner.

        Args:
            approvals: Takes the decisions of people.
            audit: The audit log.
            mode: Which calls need approval: the sensitive ones, all, or none.
        """
        self.approvals = approvals
        self._audit = audit
        self._mode = mode
        self._runs: dict[str, ToolRun] = {}
        self._listeners: dict[str, set[Listener]] = {}

    def listen(self, conversation_id: str, listener: Listener) -> None:
        """Send the events of a conversation's calls to a client."""
        self._listeners.setdefault(conversation_id, set()).add(listener)

    def unlisten(self, conversation_id: str, listener: Listener) -> bool:
        """Stop sending events to a client; return whether it was the conversation's last one."""
        listeners = self._listeners.get(conversation_id, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(conversation_id, None)
        return not listeners

    def _notify(self, run: ToolRun, event: ToolEvent) -> None:
        for listener in list(self._listeners.get(run.conversation.id, ())):
            listener(event)

    def runs(self, conversation_id: str) -> list[ToolRun]:
        """Return the calls of a conversation that have not ended."""
        return [run for run in self._runs.values() if run.conversation.id == conversation_id]

    def start(
        self,
        tool: Tool,
        arguments: dict[str, Any],
        conversation: ShortTermMemory,
        *,
        after_result: bool = False,
        words: str = "",
        person: str | None = None,
        askable: bool = True,
    ) -> ToolRun:
        """Start a call.

        Args:
            tool: The tool.
            arguments: The arguments as the model gave them.
            conversation: The conversation that asks for it.
            after_result: Whether a tool's result may have led to it.
            words: What the user said in the turn.
            person: Who the user is, where that is known.
            askable: Whether a person can be asked; if not, a call that needs approval is refused.

        Raises:
            ToolError: The arguments are wrong.
        """
        run = ToolRun(tool, tool.check(arguments), conversation, words, person)
        risky = tool.sensitive or (after_result and not tool.read_only)
        if self._mode == "all" or (self._mode == "sensitive" and risky):
            run.approval = self.approvals.request(tool.name, run.arguments, conversation.id)
            run.state = RunState.WAITING
            if not askable:
                run.approval.settle(Verdict.UNASKED)
        self._runs[run.id] = run
        run.task = asyncio.create_task(self._run(run), name=f"call of {tool.name}")
        run.task.add_done_callback(lambda _: self._finish(run))
        return run

    async def _run(self, run: ToolRun) -> None:
        try:
            arguments = REDACTED if run.tool.redact else run.arguments
            await self._audit.write("call", **_audit_fields(run), arguments=arguments)
            if run.approval is None or await self._approved(run, run.approval):
                await self._execute(run)
        except asyncio.CancelledError:
            run.result, run.state = STOPPED, RunState.FAILED
            await write_or_log(self._audit, "cancelled", **_audit_fields(run))
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            logger.error(f"{run.tool.name} was not run: the audit log cannot be written ({reason})")
            run.result = f"It was not run: the audit log cannot be written ({reason})."
            run.state = RunState.FAILED

    def _finish(self, run: ToolRun) -> None:
        if run.result is None:
            # A task that is cancelled before its first step never enters `_run`.
            run.result, run.state = STOPPED, RunState.FAILED
        if run.approval:
            # If the call failed before anybody was asked, nobody must be asked afterwards.
            run.approval.settle(Verdict.WITHDRAWN)
            self.approvals.discard(run.approval)
        self._runs.pop(run.id, None)
        self._notify_state(run)

    async def _approved(self, run: ToolRun, approval: Approval) -> bool:
        self._notify_state(run)
        self._notify(run, ToolEvent("approval", approval.as_dict()))
        try:
            run.verdict = await approval.wait()
        except asyncio.CancelledError:
            approval.settle(Verdict.WITHDRAWN)
            run.verdict = Verdict.WITHDRAWN
            raise
        finally:
            self.approvals.discard(approval)
            settled = {"id": approval.id, "verdict": run.verdict or Verdict.WITHDRAWN}
            self._notify(run, ToolEvent("approval-settled", settled))
        await self._audit.write(
            "approval",
            **_audit_fields(run),
            digest=approval.digest,
            verdict=run.verdict,
            by=approval.decided_by,
        )
        if approval.spend(run.tool.name, run.arguments):
            return True
        reason = "another call was approved" if not run.refused else run.verdict
        run.result, run.state = f"It was not run: {reason}.", RunState.FAILED
        return False

    async def _execute(self, run: ToolRun) -> None:
        run.state = RunState.RUNNING
        self._notify_state(run)
        call = Call(
            run.conversation, lambda line: self._notify_state(run, line), run.words, run.person
        )
        try:
            run.result, run.state = await run.tool.run(call, run.arguments), RunState.DONE
        except ToolError as error:
            run.result = shortened(visible(str(error)), LONGEST_RESULT)
            run.state = RunState.FAILED
            run.declined = isinstance(error, NotForThisToolError)
        except Exception as error:
            # Anyone may add a tool file: its mistakes must not end more than this call.
            logger.exception(f"{run.tool.name} failed")
            run.result, run.state = f"It failed: {type(error).__name__}.", RunState.FAILED
        event = "result" if run.state is RunState.DONE else "error"
        text = REDACTED if run.tool.redact else run.result
        await write_or_log(self._audit, event, **_audit_fields(run), text=text)

    def _notify_state(self, run: ToolRun, line: str | None = None) -> None:
        seen = None if line is None else visible(line)
        shown = {"id": run.id, "tool": run.tool.name, "state": run.state, "line": seen}
        self._notify(run, ToolEvent("tool", shown))

    async def close(self) -> None:
        """End every call."""
        for run in list(self._runs.values()):
            if run.task:
                run.task.cancel()
        await asyncio.gather(
            *(run.task for run in self._runs.values() if run.task), return_exceptions=True
        )


def _audit_fields(run: ToolRun) -> dict[str, Any]:
    return {"run": run.id, "tool": run.tool.name, "conversation": run.conversation.id}

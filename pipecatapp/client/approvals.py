"""Puts tool calls that wait for approval to a person and sends the decisions to the agent."""

import asyncio
from dataclasses import dataclass, fields
from typing import Any, Protocol
from urllib.parse import quote

from pipecatapp.client.api import ask_agent
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings


@dataclass(frozen=True)
class PendingApproval:
    """A tool call that waits for approval.

    Attributes:
        id: The call's id.
        tool: The tool's name, such as `ssh.run_command`.
        arguments: The tool's arguments.
        digest: The call's digest, which the decision must carry.
        expires_in_s: Seconds until the call counts as denied.
    """

    id: str
    tool: str
    arguments: dict[str, Any]
    digest: str
    expires_in_s: float


class Approver(Protocol):
    """Decides about tool calls, for instance by asking a person."""

    async def decide(self, approval: PendingApproval) -> bool:
        """Return whether the call may run; cancelled if the call is settled meanwhile."""

    def settled(self, approval: PendingApproval, verdict: str) -> None:
        """Learn that a call was settled elsewhere before a decision.

        Args:
            approval: The call.
            verdict: `approved`, `denied`, `expired` or `withdrawn`.
        """

    def failed(self, approval: PendingApproval, reason: str) -> None:
        """Learn that the agent did not take the decision."""


class ApprovalDecisions:
    """Puts calls to an approver and sends its decisions to the agent."""

    def __init__(self, settings: Settings, approver: Approver | None):
        """Begin without calls.

        Args:
            settings: Where the agent's state directory is.
            approver: Decides about calls; without one all calls are denied.
        """
        self._settings = settings
        self._approver = approver
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asking: dict[str, PendingApproval] = {}

    def ask(self, details: dict[str, Any]) -> bool:
        """Put a call to the approver.

        Args:
            details: The fields of a `PendingApproval`.

        Returns:
            Whether the call is new.
        """
        approval = PendingApproval(
            **{each.name: details[each.name] for each in fields(PendingApproval)}
        )
        if approval.id in self._tasks:
            return False
        self._asking[approval.id] = approval
        self._tasks[approval.id] = asyncio.create_task(self._decide(approval))
        return True

    def settle(self, identifier: str, verdict: str) -> bool:
        """End the question about a call that the agent reports as settled.

        Returns:
            Whether the call was put to the approver here and not settled before.
        """
        task = self._tasks.pop(identifier, None)
        approval = self._asking.pop(identifier, None)
        if task is not None and approval is not None:
            task.cancel()
            if self._approver is not None:
                self._approver.settled(approval, verdict)
        return task is not None

    def cancel(self) -> None:
        """Cancel all open questions."""
        for task in self._tasks.values():
            task.cancel()

    async def _decide(self, approval: PendingApproval) -> None:
        approve = self._approver is not None and await self._approver.decide(approval)
        # From here on this decision settles the call.
        self._asking.pop(approval.id, None)
        body = {"digest": approval.digest, "approve": approve}
        path = f"/api/approvals/{quote(approval.id, safe='')}"
        try:
            await asyncio.to_thread(ask_agent, self._settings, "POST", path, body)
        except UserError as error:
            if self._approver is not None:
                self._approver.failed(approval, str(error))

"""Calls that wait for a person, as a client of the agent decides about them."""

import asyncio
from dataclasses import dataclass, fields
from typing import Any, Protocol
from urllib.parse import quote

from pipecatapp.client.api import ask_agent
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings


@dataclass(frozen=True)
class PendingApproval:
    """A call that waits for a person.

    Attributes:
        id: Which call.
        tool: Its name, such as `ssh.run_command`.
        arguments: What it would run with.
        digest: What the decision has to carry, so that it is about this call.
        expires_in_s: Seconds until it counts as denied.
    """

    id: str
    tool: str
    arguments: dict[str, Any]
    digest: str
    expires_in_s: float


class Approver(Protocol):
    """Who decides about calls."""

    async def decide(self, approval: PendingApproval) -> bool:
        """Return whether the call may run; cancelled where it is settled meanwhile."""

    def settled(self, approval: PendingApproval, verdict: str) -> None:
        """Take note that a call was settled while it was being decided.

        Args:
            approval: The call.
            verdict: `approved`, `denied`, `expired` or `withdrawn`.
        """

    def failed(self, approval: PendingApproval, reason: str) -> None:
        """Take note that the decision did not reach the agent."""


class ApprovalDecisions:
    """Puts calls to an approver and tells the agent what it said."""

    def __init__(self, settings: Settings, approver: Approver | None):
        """Begin with nothing to decide.

        Args:
            settings: Where the agent's state directory is.
            approver: Who decides; without one all calls are denied.
        """
        self._settings = settings
        self._approver = approver
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asking: dict[str, PendingApproval] = {}

    def ask(self, details: dict[str, Any]) -> bool:
        """Have a call decided.

        Args:
            details: The fields of an `Approval`.

        Returns:
            Whether the call is a new one.
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
        """Take note that the agent regards a call as settled.

        Returns:
            Whether the call was asked for here, and not settled before.
        """
        task = self._tasks.pop(identifier, None)
        approval = self._asking.pop(identifier, None)
        if task is not None and approval is not None:
            task.cancel()
            if self._approver is not None:
                self._approver.settled(approval, verdict)
        return task is not None

    def cancel(self) -> None:
        """Stop asking."""
        for task in self._tasks.values():
            task.cancel()

    async def _decide(self, approval: PendingApproval) -> None:
        approve = self._approver is not None and await self._approver.decide(approval)
        # From here on it is this decision that settles the call.
        self._asking.pop(approval.id, None)
        body = {"digest": approval.digest, "approve": approve}
        path = f"/api/approvals/{quote(approval.id, safe='')}"
        try:
            await asyncio.to_thread(ask_agent, self._settings, "POST", path, body)
        except UserError as error:
            if self._approver is not None:
                self._approver.failed(approval, str(error))

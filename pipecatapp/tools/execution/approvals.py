"""Approvals: a person's yes to one exact call, used once, that expires after a minute.

Only `decide` approves a call, and Mission Control calls it only for an authenticated person. A
model, a tool's result or a socket message cannot.
"""

import asyncio
import hashlib
import hmac
import json
import time
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

LIFETIME_SECS = 60.0
"""How long a person may take to decide."""


class Verdict(StrEnum):
    """How a request for approval ended."""

    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNASKED = "unasked"
    """Nobody could be asked."""


def call_digest(approval_id: str, tool: str, arguments: dict[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of one exact call.

    Args:
        approval_id: Makes the digests of two equal calls differ.
        tool: The name of the tool.
        arguments: All arguments, with defaults.
    """
    call = json.dumps([approval_id, tool, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(call.encode()).hexdigest()


@dataclass
class Approval:
    """A call that waits for a person's decision.

    Attributes:
        tool: The name of the tool.
        arguments: All arguments, with defaults.
        conversation_id: The conversation whose people may decide.
        id: Opaque and unique.
        expires: When the request expires, in seconds of the monotonic clock.
        digest: The digest of the requested call; a decision must name it.
        decided_by: The kind of identity that decided, for the audit log.
    """

    tool: str
    arguments: dict[str, Any]
    conversation_id: str
    id: str = field(default_factory=lambda: uuid4().hex)
    expires: float = field(default_factory=lambda: time.monotonic() + LIFETIME_SECS)
    digest: str = field(init=False)
    decided_by: str | None = None
    _verdict: asyncio.Future[Verdict] = field(default_factory=asyncio.Future)
    _spent: bool = False

    def __post_init__(self) -> None:
        self.arguments = deepcopy(self.arguments)
        self.digest = call_digest(self.id, self.tool, self.arguments)

    @property
    def settled(self) -> bool:
        """Whether it has been decided."""
        return self._verdict.done()

    def settle(self, verdict: Verdict) -> bool:
        """Settle the request unless it is settled; return whether this settled it."""
        if self._verdict.done():
            return False
        self._verdict.set_result(verdict)
        return True

    async def wait(self) -> Verdict:
        """Wait for the verdict; it is `EXPIRED` if nobody decides in time."""
        try:
            async with asyncio.timeout(self.expires - time.monotonic()):
                return await asyncio.shield(self._verdict)
        except TimeoutError:
            self.settle(Verdict.EXPIRED)
            return self._verdict.result()

    def spend(self, tool: str, arguments: dict[str, Any]) -> bool:
        """Use the approval; it works once, and only for the call that was approved.

        Returns:
            Whether the call may run.
        """
        approved = self.settled and self._verdict.result() is Verdict.APPROVED
        same = hmac.compare_digest(call_digest(self.id, tool, arguments), self.digest)
        if not approved or not same or self._spent:
            return False
        self._spent = True
        return True

    def as_dict(self) -> dict[str, Any]:
        """Return what a client shows, ready for JSON."""
        return {
            "id": self.id,
            "tool": self.tool,
            "arguments": self.arguments,
            "digest": self.digest,
            "expires_in_s": round(max(0.0, self.expires - time.monotonic()), 1),
        }


class Approvals:
    """The calls of all conversations that wait for a person."""

    def __init__(self) -> None:
        self._waiting: dict[str, Approval] = {}

    def request(self, tool: str, arguments: dict[str, Any], conversation_id: str) -> Approval:
        """Ask for approval of a call; needs a running event loop."""
        approval = Approval(tool, arguments, conversation_id)
        self._waiting[approval.id] = approval
        return approval

    def discard(self, approval: Approval) -> None:
        """Remove a request that is over."""
        self._waiting.pop(approval.id, None)

    def waiting(self, conversation_id: str) -> list[Approval]:
        """Return a conversation's undecided requests, the oldest first."""
        return [
            approval
            for approval in self._waiting.values()
            if approval.conversation_id == conversation_id and not approval.settled
        ]

    def decide(
        self, conversation_id: str, approval_id: str, digest: str, *, approve: bool, by: str
    ) -> None:
        """Take a person's decision.

        Args:
            conversation_id: The conversation of the person who decides.
            approval_id: The request.
            digest: The `Approval.digest` of the call that the person saw.
            approve: Yes or no.
            by: The kind of identity, for the audit log.

        Raises:
            LookupError: The conversation has no such request.
            ValueError: The request is settled already, or the digest is that of another call.
        """
        approval = self._waiting.get(approval_id)
        if approval is None or approval.conversation_id != conversation_id:
            raise LookupError("That request is not waiting any more.")
        if not hmac.compare_digest(digest.encode(), approval.digest.encode()):
            raise ValueError("That is not the call that was shown.")
        if time.monotonic() >= approval.expires or approval.settled:
            raise ValueError("That request was settled already.")
        approval.decided_by = by
        approval.settle(Verdict.APPROVED if approve else Verdict.DENIED)

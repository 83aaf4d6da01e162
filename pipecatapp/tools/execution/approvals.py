"""A person's yes: bound to one exact call, used once, and gone after a minute.

Nothing but `decide`, which Mission Control calls for an authenticated person, makes one. What a
model, a tool's result or a socket message says has no way in.
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
    """Nobody was there who could have been asked."""


def call_digest(approval_id: str, tool: str, arguments: dict[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of one exact call.

    Args:
        approval_id: Makes the digests of two equal calls differ.
        tool: The tool's name.
        arguments: All its arguments, defaults included.
    """
    call = json.dumps([approval_id, tool, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(call.encode()).hexdigest()


@dataclass
class Approval:
    """A call that waits for a person.

    Attributes:
        tool: Its name.
        arguments: All arguments, defaults included.
        conversation_id: Whose people may decide.
        id: Opaque and unique.
        expires: When it counts as denied, in seconds of the monotonic clock.
        digest: Of the call as it was asked for; a decision must name it.
        decided_by: The kind of identity that decided, for the audit.
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
        """Decide it, unless it has been; return whether this decided it."""
        if self._verdict.done():
            return False
        self._verdict.set_result(verdict)
        return True

    async def wait(self) -> Verdict:
        """Wait for the verdict; without one in time it is expired."""
        try:
            async with asyncio.timeout(self.expires - time.monotonic()):
                return await asyncio.shield(self._verdict)
        except TimeoutError:
            self.settle(Verdict.EXPIRED)
            return self._verdict.result()

    def spend(self, tool: str, arguments: dict[str, Any]) -> bool:
        """Use the approval for a call; it serves once, and only for the call that it was given to.

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
        """Return what a client is shown; JSON-ready."""
        return {
            "id": self.id,
            "tool": self.tool,
            "arguments": self.arguments,
            "digest": self.digest,
            "expires_in_s": round(max(0.0, self.expires - time.monotonic()), 1),
        }


class Approvals:
    """The calls that wait for a person, of all conversations."""

    def __init__(self) -> None:
        self._waiting: dict[str, Approval] = {}

    def request(self, tool: str, arguments: dict[str, Any], conversation_id: str) -> Approval:
        """Begin to wait for a person; must be called in the event loop."""
        approval = Approval(tool, arguments, conversation_id)
        self._waiting[approval.id] = approval
        return approval

    def discard(self, approval: Approval) -> None:
        """Forget one that is over."""
        self._waiting.pop(approval.id, None)

    def waiting(self, conversation_id: str) -> list[Approval]:
        """Return a conversation's undecided ones, the oldest first."""
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
            approval_id: Which call.
            digest: What the person was shown, as `Approval.digest`.
            approve: Their yes or no.
            by: The kind of identity, for the audit.

        Raises:
            LookupError: There is no such call in that conversation.
            ValueError: It is settled already, or the digest is another call's.
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

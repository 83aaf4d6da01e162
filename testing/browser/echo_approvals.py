"""Calls that wait for a person, as the agent keeps them, without anything that runs."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

Tell = Callable[[dict[str, Any]], Awaitable[None]]
Settled = Callable[[str, str], Awaitable[None]]


class EchoApprovals:
    """What waits, who is told of it, and what was decided."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Tell]] = defaultdict(set)
        self.decisions: list[tuple[str, bool]] = []
        self.refusal: str | None = None
        self._waiting: dict[str, tuple[str, dict[str, Any], Settled]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked = 0

    def of(self, conversation: str) -> list[dict[str, Any]]:
        """Return what waits in a conversation."""
        return [call for owner, call, _ in self._waiting.values() if owner == conversation]

    async def ask(self, conversation: str, call: dict[str, Any], settled: Settled) -> None:
        """Let a call wait; `settled` is given its id and the verdict."""
        self._asked += 1
        expires = call.get("expires_in_s", 60.0)
        arguments = call.get("arguments", {"host": "nas", "command": "uptime"})
        call = {
            "id": f"approval-{self._asked}",
            "tool": call.get("tool", "ssh.run_command"),
            "arguments": arguments,
            "digest": hashlib.sha256(json.dumps(arguments).encode()).hexdigest(),
            "expires_in_s": expires,
        }
        self._waiting[call["id"]] = (conversation, call, settled)
        await self.tell(conversation, {"kind": "approval", **call})
        loop = asyncio.get_running_loop()
        loop.call_later(expires, lambda: self._later(self._settle(call["id"], "expired")))

    async def tell(self, conversation: str, data: dict[str, Any]) -> None:
        """Send a message to all tabs of a conversation."""
        for listener in list(self.listeners[conversation]):
            await listener(data)

    def decide(self, conversation: str, identifier: str, digest: str, approve: bool) -> None:
        """Settle a call by a person's word."""
        self.decisions.append((identifier, approve))
        if self.refusal:
            raise ValueError(self.refusal)
        owner, call, _ = self._waiting[identifier]
        if owner != conversation:
            raise LookupError(identifier)
        if call["digest"] != digest:
            raise ValueError("This is another call.")
        self._later(self._settle(identifier, "approved" if approve else "denied"))

    async def withdraw(self, conversation: str) -> None:
        """Take back all that waits in a conversation."""
        for call in self.of(conversation):
            await self._settle(call["id"], "withdrawn")

    async def _settle(self, identifier: str, verdict: str) -> None:
        conversation, call, settled = self._waiting.pop(identifier, (None, None, None))
        if conversation is None or call is None or settled is None:
            return
        message = {"kind": "approval-settled", "id": identifier, "verdict": verdict}
        await self.tell(conversation, message)
        await settled(identifier, verdict)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

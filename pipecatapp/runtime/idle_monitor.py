"""Knows when nobody speaks or is answered, so that background work can wait until then.

An old CPU cannot answer somebody and do other work at the same time.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Disturbed(Exception):  # noqa: N818 - it is a condition, not a fault
    """Work was cancelled, as somebody began to speak."""


class Presence:
    """What goes on with one client: somebody speaks, an answer is made, an answer is spoken.

    Args:
        idle_monitor: Is told of every change.
        conversation_id: The client's conversation.
    """

    def __init__(self, idle_monitor: "IdleMonitor", conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self._idle_monitor = idle_monitor
        self._activities: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether anything goes on with this client."""
        return bool(self._activities)

    def begin(self, what: str) -> None:
        """Note that an activity begins, until `end` is called with the same name."""
        self._activities.add(what)
        self._idle_monitor.changed()

    def end(self, what: str) -> None:
        """Note that an activity has ended, if it had begun."""
        self._activities.discard(what)
        self._idle_monitor.changed()

    def leave(self) -> None:
        """Note that the client has gone."""
        self._activities.clear()
        self._idle_monitor.forget(self)


class IdleMonitor:
    """Knows whether any client of the agent is busy, and since when none has been."""

    def __init__(self) -> None:
        self._present: set[Presence] = set()
        self._since = time.monotonic()
        self._busy = False
        self._changed = asyncio.Event()

    def presence(self, conversation_id: str) -> Presence:
        """Return the presence of a new client."""
        presence = Presence(self, conversation_id)
        self._present.add(presence)
        return presence

    def forget(self, presence: Presence) -> None:
        """Remove a client that has gone."""
        self._present.discard(presence)
        self.changed()

    def busy(self, conversation_id: str | None = None) -> bool:
        """Return whether anything goes on in one conversation, or by default in any."""
        return any(
            presence.busy and conversation_id in (None, presence.conversation_id)
            for presence in self._present
        )

    def changed(self) -> None:
        """Note that an activity has begun or ended."""
        busy = self.busy()
        if busy or self._busy:
            self._since = time.monotonic()
        self._busy = busy
        self._changed.set()

    async def wait(self, seconds: float = 0.0, conversation_id: str | None = None) -> None:
        """Wait until all clients, or those of one conversation, are idle.

        Args:
            seconds: How long all must have been idle already.
            conversation_id: The only conversation that matters; `seconds` is ignored then.
        """
        while True:
            self._changed.clear()
            left = self._since + seconds - time.monotonic() if conversation_id is None else 0.0
            if not self.busy(conversation_id) and left <= 0:
                return
            try:
                async with asyncio.timeout(left if left > 0 else None):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def work(self, task: Coroutine[Any, Any, Result]) -> Result:
        """Run a task and return its result; cancel it as soon as a client is busy.

        Raises:
            Disturbed: It was cancelled.
        """
        working = asyncio.ensure_future(task)
        disturbed = asyncio.ensure_future(self._wait_until_busy())
        try:
            await asyncio.wait({working, disturbed}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise Disturbed
        finally:
            for future in (working, disturbed):
                future.cancel()
            await asyncio.gather(working, disturbed, return_exceptions=True)

    async def _wait_until_busy(self) -> None:
        while not self.busy():
            self._changed.clear()
            await self._changed.wait()

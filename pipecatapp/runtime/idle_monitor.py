"""When nobody speaks and nothing is being answered: the time for work that must not be in the way.

Old processors cannot answer a voice and think about something else at the same time.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Disturbed(Exception):  # noqa: N818 - it is a condition, not a fault
    """Somebody began to speak: what was being done meanwhile was given up."""


class Presence:
    """One client's part in the noise: its voice, an answer on the way, an answer being spoken."""

    def __init__(self, idle_monitor: "IdleMonitor", conversation_id: str):
        self.conversation_id = conversation_id
        self._idle_monitor = idle_monitor
        self._going_on: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is going on here."""
        return bool(self._going_on)

    def begin(self, what: str) -> None:
        """Something begins; it ends by `end` of the same name."""
        self._going_on.add(what)
        self._idle_monitor.changed()

    def end(self, what: str) -> None:
        """Something is over, if it had begun."""
        self._going_on.discard(what)
        self._idle_monitor.changed()

    def leave(self) -> None:
        """The client has gone."""
        self._going_on.clear()
        self._idle_monitor.forget(self)


class IdleMonitor:
    """Knows whether any client of the agent is busy, and since when none is."""

    def __init__(self) -> None:
        self._present: set[Presence] = set()
        self._since = time.monotonic()
        self._busy = False
        self._changed = asyncio.Event()

    def presence(self, conversation_id: str) -> Presence:
        """Return the part of a new client."""
        presence = Presence(self, conversation_id)
        self._present.add(presence)
        return presence

    def forget(self, presence: Presence) -> None:
        """Let go of a client."""
        self._present.discard(presence)
        self.changed()

    def busy(self, conversation_id: str | None = None) -> bool:
        """Tell whether anything is going on, in one conversation or in any."""
        return any(
            presence.busy and conversation_id in (None, presence.conversation_id)
            for presence in self._present
        )

    def changed(self) -> None:
        """Take note of what is going on now."""
        busy = self.busy()
        if busy or self._busy:
            self._since = time.monotonic()
        self._busy = busy
        self._changed.set()

    async def wait(self, seconds: float = 0.0, conversation_id: str | None = None) -> None:
        """Wait until nothing has been going on for so long.

        Args:
            seconds: How long all must have been still.
            conversation_id: The only conversation that counts; `seconds` is not used then.
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
        """Do something while it is still.

        Raises:
            Disturbed: It was cancelled, as somebody began to speak.
        """
        working = asyncio.ensure_future(task)
        disturbed = asyncio.ensure_future(self._disturbance())
        try:
            await asyncio.wait({working, disturbed}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise Disturbed
        finally:
            for future in (working, disturbed):
                future.cancel()
            await asyncio.gather(working, disturbed, return_exceptions=True)

    async def _disturbance(self) -> None:
        while not self.busy():
            self._changed.clear()
            await self._changed.wait()

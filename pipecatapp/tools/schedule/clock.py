"""The clocks that the scheduler reads and waits by."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and waits."""

    def now(self) -> float:
        """Return seconds since the epoch, as the machine's clock is set."""

    def steady(self) -> float:
        """Return seconds that nobody sets; they go on while the machine sleeps."""

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait for an event, at most some seconds; None for as long as it takes."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Return seconds since the epoch, as the machine's clock is set."""
        return time.time()

    def steady(self) -> float:
        """Return seconds since the machine was started, with those that it slept."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait for an event, at most some seconds; None for as long as it takes."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

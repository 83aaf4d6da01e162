"""A clock that a test sets, and a schedule that runs by it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pipecatapp.tools.schedule.entry import Entry
from pipecatapp.tools.schedule.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")


class FakeClock:
    """Stands still until a test lets time pass."""

    def __init__(self, now: float) -> None:
        self.time = now
        self.uptime = 1000.0
        self.longest: float | None = None
        self._passed = asyncio.Event()
        self.waits = asyncio.Event()

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.uptime

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.longest = seconds
        self._passed.clear()
        self.waits.set()
        both = [asyncio.ensure_future(one.wait()) for one in (event, self._passed)]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until the schedule has done what there is to do, and waits."""
        for _ in range(3):  # a change that it makes itself wakes it once more
            await asyncio.wait_for(self.waits.wait(), 10)
            self.waits.clear()
            self._passed.set()
        await asyncio.wait_for(self.waits.wait(), 10)

    async def advance(self, seconds: float) -> None:
        """Let time pass, minute by minute as the schedule asks for it, and have it noticed."""
        end = self.time + seconds
        while self.time < end:
            step = min(end - self.time, 15.0)
            self.time += step
            self.uptime += step
            await self.settle()

    async def sleep(self, seconds: float) -> None:
        """Let time pass in one step, as it does while a machine is suspended."""
        self.time += seconds
        self.uptime += seconds
        await self.settle()

    async def set(self, now: float) -> None:
        """Set the clock, without time passing."""
        self.time = now
        await self.settle()


class Listener:
    """Keeps what it is told."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.due: list[Entry] = []
        self.again: list[Entry] = []
        self.changes = 0
        schedule.listener = self

    async def fell_due(self, entries: Sequence[Entry]) -> None:
        self.due += entries

    async def rings_again(self, entry: Entry) -> None:
        self.again.append(entry)

    def changed(self) -> None:
        self.changes += 1


async def opened(directory: Path, clock: FakeClock) -> Schedule:
    schedule = Schedule(directory, clock=clock, zone=BERLIN)
    await schedule.open()
    await clock.settle()
    return schedule

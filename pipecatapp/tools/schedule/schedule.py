"""The schedule: its entries, and the task that waits for the next one to fall due."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.tools.schedule.clock import Clock, SystemClock
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.ringing import Ringing
from pipecatapp.tools.schedule.store import Store
from pipecatapp.tools.schedule.wall_time import instant_of, next_wall, wall_of

LONGEST_WAIT_SECS = 60.0
"""The clock may be set and the machine may sleep, so it is read again at least this often."""
CLOCK_STEP_SECS = 2.0
"""A clock that was moved by more than this was set."""
MOST_ENTRIES = 100
REMEMBERED_SECS = 300.0
"""How long what rang last can be made to ring again."""


class ScheduleListener(Protocol):
    """Tells people what has fallen due."""

    async def fell_due(self, entries: Sequence[Entry]) -> None:
        """Tell of entries that have just fallen due."""

    async def rings_again(self, entry: Entry) -> None:
        """Tell once more of what nobody has reacted to."""

    def changed(self) -> None:
        """Show everybody that the schedule is another now."""


class FullError(UserError):
    """There are as many entries as the schedule keeps."""


class Schedule:
    """All timers, alarms and reminders of a household."""

    def __init__(self, directory: Path, *, clock: Clock | None = None, zone: tzinfo | None = None):
        """Make a schedule; `open` reads it and begins to wait.

        Args:
            directory: Holds its file.
            clock: Tells the time and waits.
            zone: The zone of local times; None for the machine's.
        """
        self.zone = zone
        self.listener: ScheduleListener | None = None
        self.problem: str | None = None
        """Why it cannot be used; None where it can."""
        self._directory = directory
        self._clock = clock or SystemClock()
        self._store: Store | None = None
        self._entries: dict[int, Entry] = {}
        self._ringing = Ringing()
        self._set_here: set[int] = set()
        self._silenced: tuple[float, list[Entry]] = (0.0, [])
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self._offset = self._clock.now() - self._clock.steady()
        self._running: asyncio.Task[None] | None = None
        self._last_id = 0
        self._new: set[int] = set()

    async def open(self) -> None:
        """Read the file and begin to wait for what is due; `problem` says where that fails."""
        try:
            self._store = await asyncio.to_thread(Store, self._directory)
        except UserError as error:
            self.problem = str(error)
            logger.error(self.problem)
            return
        for entry in self._store.entries:
            # The zone may be another than it was. What was told before a restart may be unheard.
            due = instant_of(entry.wall, self.zone) if entry.wall and entry.waits else entry.due
            self._entries[entry.id] = replace(entry, due=due, told=False)
        self._last_id = max(self._entries, default=0)
        self._running = asyncio.create_task(self._run(), name="schedule")

    async def close(self) -> None:
        """Stop waiting and close the file."""
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running})
        if self._store:
            async with self._writing:
                self._store.close()

    # -- what there is ------------------------------------------------------------------------

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._clock.now()

    def wall(self, instant: float | None = None) -> datetime:
        """Return the local time of an instant, or of now, without a zone."""
        return wall_of(self.now() if instant is None else instant, self.zone)

    def waiting(self, kind: Kind | None = None) -> list[Entry]:
        """Return what is not due yet, of one kind or of all, the next one first."""
        found = [e for e in self._entries.values() if e.waits and kind in (None, e.kind)]
        return sorted(found, key=lambda entry: (entry.due, entry.id))

    def due(self) -> list[Entry]:
        """Return what is due and nobody has reacted to, oldest first."""
        found = [entry for entry in self._entries.values() if not entry.waits]
        return sorted(found, key=lambda entry: (entry.due, entry.id))

    def rings(self, entry: Entry) -> bool:
        """Tell whether an entry rings now."""
        return self._ringing.goes_on(entry, self.now())

    def just_rang(self, seconds: float = REMEMBERED_SECS) -> list[Entry]:
        """Return what somebody reacted to last, if that was not longer ago than some seconds."""
        at, entries = self._silenced
        return entries if self.now() - at <= seconds else []

    # -- changes ------------------------------------------------------------------------------

    async def add(self, entry: Entry) -> Entry:
        """Keep a new entry, and return it with its id.

        Args:
            entry: What to keep; its id does not count.

        Raises:
            FullError: There are too many.
            UserError: It cannot be written.
        """
        if len(self._entries) >= MOST_ENTRIES:
            raise FullError(str(len(self._entries)))
        made = replace(entry, id=self._new_id())
        await self._change([made])
        if made.kind is Kind.TIMER:
            self._set_here.add(made.id)
        return made

    async def cancel(self, entries: Sequence[Entry]) -> None:
        """Delete entries.

        Raises:
            UserError: The change cannot be written.
        """
        await self._change([], [entry.id for entry in entries])

    async def remove(self, number: int) -> None:
        """End an entry: silence it where it is due, else cancel it.

        Raises:
            LookupError: There is no such entry.
            UserError: The change cannot be written.
        """
        entry = self._entries[number]
        await (self.cancel([entry]) if entry.waits else self.silence([entry]))

    async def lengthen(self, entry: Entry, seconds: int) -> Entry:
        """Let a timer run longer, and return it as it is now.

        Raises:
            UserError: The change cannot be written.
        """
        longer = replace(entry, due=entry.due + seconds, length=entry.length + seconds)
        await self._change([longer])
        return longer

    async def ring_later(self, entries: Sequence[Entry], seconds: int) -> list[Entry]:
        """Have entries that were due fall due again, and return them as they are now.

        Raises:
            UserError: The change cannot be written.
        """
        self._silenced = (0.0, [])
        due = self.now() + seconds
        again = [
            replace(entry, due=due, wall=None, repeat=(), fell_due=None, told=False)
            for entry in entries
        ]
        for entry in again:
            self._ringing.drop(entry.id)
            self._new.add(entry.id)
        await self._change(again)
        return again

    async def told(self, ids: Sequence[int]) -> None:
        """Note that somebody was told of what is due."""
        entries = [self._entries[number] for number in ids if number in self._entries]
        for entry in entries:
            self._ringing.told(entry, self.now())
        await self._note([replace(entry, told=True) for entry in entries])

    async def silence(self, entries: Sequence[Entry]) -> None:
        """Drop what is due: somebody has reacted to it."""
        entries = [entry for entry in entries if entry.id in self._entries and not entry.waits]
        if not entries:
            return
        self._silenced = (self.now(), list(entries))
        await self._note([], [entry.id for entry in entries])

    async def _note(self, kept: Sequence[Entry], dropped: Sequence[int] = ()) -> None:
        """Change the schedule, on the disk too where that is possible."""
        try:
            await self._change(kept, dropped)
        except UserError as error:
            # What rings must be told, and must end, on a full disk too.
            logger.error(str(error))
            self._apply(kept, dropped)

    async def _change(self, kept: Sequence[Entry], dropped: Sequence[int] = ()) -> None:
        if self._store is None:
            raise UserError(self.problem or "The schedule is not open.")
        async with self._writing:
            # What somebody cancelled in the meantime must not come back.
            kept = [e for e in kept if e.id in self._entries or e.id in self._new]
            await asyncio.to_thread(self._store.write, kept, dropped)
            self._apply(kept, dropped)

    def _new_id(self) -> int:
        self._last_id += 1
        self._new.add(self._last_id)
        return self._last_id

    def _apply(self, kept: Sequence[Entry], dropped: Sequence[int]) -> None:
        for entry in kept:
            self._entries[entry.id] = entry
            self._new.discard(entry.id)
        for number in dropped:
            self._entries.pop(number, None)
            self._ringing.drop(number)
            self._set_here.discard(number)
        self._changed.set()
        if self.listener:
            self.listener.changed()

    # -- waiting ------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._follow_clock()
                await self._find_due()
                await self._ring()
                seconds = self._wait_secs()
            except Exception:
                # One entry that fails must not keep the others from ringing for good.
                logger.exception("the schedule could not be followed")
                seconds = LONGEST_WAIT_SECS
            await self._clock.wait(self._changed, seconds)

    def _wait_secs(self) -> float | None:
        times = [entry.due for entry in self._entries.values() if entry.waits]
        times += self._ringing.times()
        if not times:
            return None
        return min(max(min(times) - self.now(), 0.0), LONGEST_WAIT_SECS)

    async def _follow_clock(self) -> None:
        """Move timers along where the clock was set: ten minutes stay ten minutes.

        A timer of before a restart keeps its time: the clock may have been wrong until then.
        """
        offset = self._clock.now() - self._clock.steady()
        step, self._offset = offset - self._offset, offset
        timers = [self._entries[number] for number in self._set_here if number in self._entries]
        moved = [replace(e, due=e.due + step) for e in timers if e.waits]
        if abs(step) > CLOCK_STEP_SECS and moved:
            await self._note(moved)

    async def _find_due(self) -> None:
        now = self.now()
        fallen: list[Entry] = []
        changed: list[Entry] = []
        replaced: list[int] = []
        for entry in self.waiting():
            if entry.due > now:
                break
            due = replace(entry, fell_due=entry.due)
            if entry.repeat and entry.wall:
                wall = next_wall(entry.wall, entry.repeat, now, self.zone)
                changed.append(replace(entry, wall=wall, due=instant_of(wall, self.zone)))
                due = replace(due, id=self._new_id(), repeat=())
                # Nobody wants to hear of each morning of a holiday.
                replaced += [old.id for old in self.due() if old.is_like(entry)]
            fallen.append(due)
        if fallen:
            await self._note([*fallen, *changed], replaced)
            if self.listener:
                await self.listener.fell_due(fallen)

    async def _ring(self) -> None:
        now = self.now()
        for number in self._ringing.again(now):
            if self.listener:
                await self.listener.rings_again(self._entries[number])
        if unheard := self._ringing.unheard(now):
            await self._note([replace(self._entries[number], told=False) for number in unheard])

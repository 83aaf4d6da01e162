"""Timers, alarms and reminders of a test: people ask for them in words, and time passes."""

from datetime import datetime
from pathlib import Path

from pipecatapp.tools.alarm import Alarm
from pipecatapp.tools.execution.registry import Registry
from pipecatapp.tools.reminder import Reminder
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.tools.schedule.wall_time import instant_of
from pipecatapp.tools.timer import Timer
from pipecatapp.tools.tool import Call, ToolError
from testing.unit.tools.fake_resources import FakeConversation, FakeResources
from testing.unit.tools.schedule.fake_clock import BERLIN, FakeClock, Listener


class Household:
    """A schedule, its toolsets, and people who ask for things."""

    def __init__(self, directory: Path, now: datetime) -> None:
        self.clock = FakeClock(instant_of(now, BERLIN))
        self.schedule = Schedule(directory, clock=self.clock, zone=BERLIN)
        self.listener = Listener(self.schedule)
        resources = FakeResources(schedule=self.schedule)
        self.registry = Registry([Timer(resources), Reminder(resources), Alarm(resources)])

    async def open(self) -> None:
        await self.schedule.open()
        await self.clock.settle()
        await self.registry.examine()

    async def ask(self, words: str, *, person: str | None = None) -> str:
        """Return what is said to words that code reads by itself."""
        wanted = await self.registry.wanted(words)
        assert wanted is not None, words
        return await self.call(*wanted, words=words, person=person)

    async def call(
        self, tool: str, arguments: dict[str, str], words: str = "", person: str | None = None
    ) -> str:
        """Return what a tool says; its errors are said as well."""
        made = self.registry.get(tool)
        assert made is not None
        call = Call(FakeConversation("kitchen"), words=words, person=person)
        try:
            return await made.run(call, arguments)
        except ToolError as error:
            return str(error)

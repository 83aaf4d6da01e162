import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.agent.announcements import Announcements, OpenClient
from pipecatapp.twin.turn.pending_results import Announcement, PendingToolResults, Untold
from testing.unit.tools.household import Household

NOW = datetime(2027, 5, 4, 18, 0)


class Page:
    """An open page that keeps what it is told, and says it at once unless it is busy."""

    def __init__(self, home: "Home", conversation: str, person: str | None = None) -> None:
        self.home = home
        self.told: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.busy = False
        self.client = OpenClient(conversation, person, self.sent.append)

    async def tell(self, untold: list[Untold]) -> None:
        for one in untold:
            assert isinstance(one, Announcement)
            self.told.append(one.text)
            if not self.busy:
                one.said()

    async def open(self) -> "Page":
        await self.home.pending(self.client.conversation_id).attach(self.tell)
        await self.home.announcements.attach(self.client)
        await self.home.settle()
        return self

    async def close(self) -> None:
        self.home.announcements.detach(self.client)
        self.home.pending(self.client.conversation_id).detach(self.tell)

    async def say(self) -> None:
        self.home.pending(self.client.conversation_id).prefer(self.tell)
        self.home.announcements.heard(self.client)
        await self.home.settle()


class Home(Household):
    """A household with pages."""

    def __init__(self, directory: Path, now: datetime = NOW) -> None:
        super().__init__(directory, now)
        self.results: dict[str, PendingToolResults] = {}
        self.announcements = Announcements(self.schedule, self.pending)

    def pending(self, conversation: str) -> PendingToolResults:
        return self.results.setdefault(conversation, PendingToolResults())

    async def settle(self) -> None:
        """Wait for what reactions and announcements lead to."""
        while tasks := self.announcements.under_way:
            await asyncio.wait(tasks)
        await self.clock.settle()

    async def pass_time(self, seconds: float) -> None:
        end = self.clock.time + seconds
        while self.clock.time < end:
            await self.clock.advance(min(15.0, end - self.clock.time))
            await self.settle()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = Home(tmp_path)
    await made.open()
    yield made
    await made.schedule.close()


async def test_a_timer_rings_where_it_was_set_by_the_page_used_last(home: Home) -> None:
    first = await Page(home, "kitchen").open()
    second = await Page(home, "kitchen").open()
    other = await Page(home, "study").open()
    await first.say()
    await home.ask("set a soup timer for 1 minute")
    await home.pass_time(60)
    assert first.told == ["The soup timer is done."]
    assert (second.told, other.told) == ([], [])
    assert {"kind": "schedule"} in other.sent
    assert home.announcements.shown("kitchen")["due"][0]["rings"]
    assert not home.announcements.shown("study")["due"][0]["rings"]


async def test_it_rings_everywhere_once_its_page_is_closed(home: Home) -> None:
    kitchen = await Page(home, "kitchen").open()
    study, hall = await Page(home, "study").open(), await Page(home, "hall").open()
    await home.ask("set a timer for 1 minute")
    await kitchen.close()
    await home.pass_time(60)
    assert (study.told, hall.told) == (["Your 1 minute timer is done."],) * 2
    assert kitchen.told == []


async def test_it_is_said_again_until_somebody_says_something(home: Home) -> None:
    page = await Page(home, "kitchen").open()
    await home.ask("set a timer for 1 minute")
    await home.pass_time(60)
    await home.pass_time(130)
    assert len(page.told) == 3
    await page.say()
    assert home.schedule.due() == []
    await home.pass_time(300)
    assert len(page.told) == 3


async def test_it_ends_by_itself_and_is_told_of_to_whom_comes_later(home: Home) -> None:
    await Page(home, "kitchen").open()
    await home.ask("set a soup timer for 1 minute")
    await home.pass_time(60 + 310)
    assert not home.announcements.shown("kitchen")["due"][0]["rings"]
    later = await Page(home, "study").open()
    assert later.told == []  # the kitchen's page is still open
    again = await Page(home, "kitchen").open()
    assert again.told == ["While you were away: the soup timer rang today at 6:01 pm."]
    await again.say()
    assert home.schedule.due() == []


async def test_what_was_said_before_it_rang_is_no_reaction_to_it(home: Home) -> None:
    page = await Page(home, "kitchen").open()
    await home.ask("set a timer for 1 minute")
    page.busy = True  # somebody is speaking: the announcement waits
    await home.pass_time(60)
    await page.say()
    assert len(home.schedule.due()) == 1
    assert len(page.told) == 1


async def test_with_nobody_there_it_is_kept_and_told_once(home: Home) -> None:
    await home.ask("remind me at 7 pm to ring Ada")
    await home.ask("set a timer for 10 minutes")
    await home.clock.sleep(3 * 3600)
    page = await Page(home, "phone").open()
    assert page.told == [
        "While you were away: the 10 minute timer rang today at 6:10 pm and today at 7:00 pm you "
        'wanted to be reminded: "ring Ada".'
    ]
    assert (await Page(home, "laptop").open()).told == []


async def test_a_restart_loses_nothing(home: Home, tmp_path: Path) -> None:
    await home.ask("set a tea timer for 4 minutes")
    await home.ask("remind me at half past six to lay the table")
    await home.ask("wake me at 5 am")
    await home.schedule.close()
    again = Home(tmp_path)
    again.clock.time = home.clock.time + 270
    await again.open()
    page = await Page(again, "kitchen").open()
    assert page.told == ["The tea timer is done."]  # not long ago: it rings
    assert again.announcements.shown("kitchen")["due"][0]["rings"]
    await page.say()
    await again.clock.set(home.clock.time + 1800)
    await again.settle()
    assert page.told[1:] == ["Here is your reminder: lay the table."]
    assert [entry.kind for entry in again.schedule.waiting()] == ["alarm"]
    await again.schedule.close()


async def test_a_reminder_waits_for_the_person_who_asked_for_it(home: Home) -> None:
    stranger = await Page(home, "tablet", "Bo").open()
    await home.ask("remind me in 5 minutes to buy a present for Bo", person="Ada")
    await home.pass_time(300)
    assert stranger.told == []
    ada = await Page(home, "phone", "Ada").open()
    assert ada.told == ["Here is your reminder: buy a present for Bo."]
    assert stranger.told == []


async def test_a_reminder_of_nobody_in_particular_is_told_by_one_page(home: Home) -> None:
    first, second = await Page(home, "tablet").open(), await Page(home, "phone").open()
    await first.say()
    await home.ask("remind me in 5 minutes to feed the fish")
    await home.pass_time(300)
    assert (first.told, second.told) == (["Here is your reminder: feed the fish."], [])


async def test_a_page_shows_what_there_is(home: Home) -> None:
    await home.ask("set a soup timer for 10 minutes")
    await home.ask("wake me at 7 am every weekday")
    await home.pass_time(15)
    shown = home.announcements.shown("kitchen")
    assert shown["due"] == []
    timer, alarm = shown["waiting"]
    assert (timer["kind"], timer["name"], timer["due_in_s"]) == ("timer", "soup", 585.0)
    assert alarm["when"] == "every weekday at 7:00 am"
    assert alarm["label"] == "the alarm"
    assert not timer["rings"]

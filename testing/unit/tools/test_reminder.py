from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from testing.unit.tools.household import Household


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Household]:
    made = Household(tmp_path, datetime(2027, 5, 4, 16, 0))  # a Tuesday
    await made.open()
    yield made
    await made.schedule.close()


@pytest.mark.parametrize(
    ("words", "what", "wall", "repeat"),
    [
        ("remind me tomorrow at eight to ring Mr. Ito", "ring Mr. Ito", "2027-05-05 08:00", ()),
        ("Remind me to pay the rent on Friday at 6 pm.", "pay the rent", "2027-05-07 18:00", ()),
        ("remind me at five to feed the cat", "feed the cat", "2027-05-04 17:00", ()),
        (
            "remind me that Bo comes at half past four",
            "Bo comes",
            "2027-05-04 16:30",
            (),
        ),
        (
            "remind us every monday at 7 to move the bins",
            "move the bins",
            "2027-05-10 07:00",
            (0,),
        ),
        ("remind me to take the 9 pm bus at 8", "take the 9 pm bus", "2027-05-04 20:00", ()),
        ("set a reminder for noon to call home", "call home", "2027-05-05 12:00", ()),
        ("tomorrow morning remind me about the parcel", "the parcel", "2027-05-05 08:00", ()),
        ("please don't let me forget to lock up tonight at ten", "lock up", "2027-05-04 22:00", ()),
    ],
)
async def test_a_reminder_is_set_by_plain_words(
    home: Household, words: str, what: str, wall: str, repeat: tuple[int, ...]
) -> None:
    said = await home.ask(words)
    (reminder,) = home.schedule.waiting()
    assert (reminder.name, reminder.repeat) == (what, repeat)
    assert reminder.wall == datetime.fromisoformat(wall)
    assert said.startswith("I will remind you ")
    assert said.endswith(f": {what}.")


async def test_what_is_said_back_has_the_day(home: Household) -> None:
    said = await home.ask("remind me on the 20th at 3 pm to see Dr. Weber")
    assert said == "I will remind you on Thursday, 20 May, at 3:00 pm: see Dr. Weber."


async def test_in_some_minutes_needs_no_clock(home: Household) -> None:
    await home.ask("in twenty minutes remind me to move the car")
    (reminder,) = home.schedule.waiting()
    assert (reminder.wall, reminder.due - home.clock.now()) == (None, 1200)


@pytest.mark.parametrize(
    "words",
    [
        "remind me who wrote Faust",
        "that reminds me of my brother",
        "what did we say about the garden",
        "remind yourself to be kind",
        "do not remind the neighbours",
    ],
)
async def test_other_words_are_left_to_the_decision(home: Household, words: str) -> None:
    assert await home.registry.wanted(words) is None


async def test_a_reminder_without_a_time_is_asked_back(home: Household) -> None:
    assert (await home.ask("remind me to call my sister")).startswith("When should I")
    assert home.schedule.waiting() == []


async def test_reminders_are_told_and_cancelled(home: Household) -> None:
    assert await home.ask("what reminders do i have") == "There are no reminders."
    await home.ask("remind me tomorrow at noon to water the plants")
    assert await home.ask("list my reminders") == (
        'There is one reminder: "water the plants" tomorrow, Wednesday, at noon.'
    )
    await home.ask("remind me at six to ring the plumber")
    assert (await home.ask("cancel the reminder")).startswith("Which reminder do you mean")
    assert await home.ask("cancel the reminder to ring the plumber") == (
        'Cancelled: the reminder "ring the plumber".'
    )
    assert await home.ask("don't remind me to water the plants") == (
        'Cancelled: the reminder "water the plants".'
    )


async def test_nothing_is_kept_of_what_the_model_invents(home: Household) -> None:
    assert (await home.call("reminder.set", {"time": "at five"}, "at five")).startswith("Of what?")
    said = await home.call("reminder.set", {"what": "x" * 2000, "time": "at five"}, "at five")
    (reminder,) = home.schedule.waiting()
    assert len(reminder.name) <= 300
    assert len(said) < 400


async def test_who_asked_is_kept(home: Household) -> None:
    await home.ask("remind me at six to ring the plumber", person="Noor")
    (reminder,) = home.schedule.waiting()
    assert (reminder.person, reminder.conversation) == ("Noor", "kitchen")


@pytest.mark.parametrize("answer", ["tomorrow at eight", "at 8 am", "eight in the morning"])
async def test_the_time_can_be_said_afterwards(home: Household, answer: str) -> None:
    await home.ask("remind me to call my sister")
    said = await home.ask(answer)
    assert said == "I will remind you tomorrow, Wednesday, at 8:00 am: call my sister."


async def test_an_hour_alone_is_a_time_once_it_was_asked_for(home: Household) -> None:
    assert await home.registry.wanted("seven") is None
    await home.ask("remind me to call my sister")
    assert "today at 7:00 pm" in await home.ask("seven")

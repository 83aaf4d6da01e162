from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from pipecatapp.tools.alarm import Alarm
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.tools.household import Household


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Household]:
    made = Household(tmp_path, datetime(2027, 5, 4, 22, 0))  # a Tuesday
    await made.open()
    yield made
    await made.schedule.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("wake me at 7", "Alarm set for tomorrow, Wednesday, at 7:00 am."),
        ("Wake me up at half past five, please.", "Alarm set for tomorrow, Wednesday, at 5:30 am."),
        ("set an alarm for 11", "Alarm set for today at 11:00 pm."),
        ("set an alarm for 6:45 every weekday", "Alarm set for every weekday at 6:45 am."),
        ("set the alarm for friday at noon", "Alarm set for Friday, 7 May, at noon."),
        (
            "set a swimming alarm for saturday at 9 am",
            "Alarm set for Saturday, 8 May, at 9:00 am, called swimming.",
        ),
        (
            "could you set an alarm called pills for 8 pm",
            "Alarm set for tomorrow, Wednesday, at 8:00 pm, called pills.",
        ),
        ("wake us in ninety minutes", "Alarm set for today at 11:30 pm."),
        ("tomorrow at six wake me up", "Alarm set for tomorrow, Wednesday, at 6:00 am."),
    ],
)
async def test_an_alarm_is_set_by_plain_words(home: Household, words: str, said: str) -> None:
    assert await home.ask(words) == said
    assert len(home.schedule.waiting()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "the alarm woke me at 7",
        "what is an alarm clock",
        "how do I set an alarm on my phone",
        "cancel the meeting at 7",
        "I have to get up at six tomorrow",
        "snooze",
        "turn it off",
        "the smoke alarm is broken",
    ],
)
async def test_other_words_are_left_to_the_decision(home: Household, words: str) -> None:
    assert await home.registry.wanted(words) is None


async def test_alarms_are_told_and_cancelled_by_name_and_time(home: Household) -> None:
    assert await home.ask("what alarms do i have") == "No alarm is set."
    await home.ask("wake me at 7")
    assert await home.ask("when is my alarm") == (
        "The alarm rings tomorrow, Wednesday, at 7:00 am."
    )
    await home.ask("set an alarm for 8 every saturday")
    await home.ask("set a gym alarm for thursday at 6 am")
    assert (await home.ask("list my alarms")).startswith("There are 3 alarms: the alarm rings")
    assert await home.ask("delete my 7 o'clock alarm") == (
        "Cancelled: the alarm (tomorrow, Wednesday, at 7:00 am)."
    )
    assert await home.ask("cancel the gym alarm") == "Cancelled: the gym alarm."
    assert "every Saturday at 8:00 am" in await home.ask("turn off the saturday alarm")
    assert home.schedule.waiting() == []


async def test_a_repeated_alarm_outlives_its_ringing(home: Household) -> None:
    await home.ask("wake me every weekday at 6")
    await home.clock.set(home.clock.time + 8 * 3600)
    assert len(home.listener.due) == 1
    assert await home.ask("stop the alarm") == "I have stopped the alarm (today at 6:00 am)."
    assert home.schedule.due() == []
    assert [home.schedule.wall(e.due) for e in home.schedule.waiting()] == [
        datetime(2027, 5, 6, 6, 0)
    ]


async def test_what_rings_can_be_snoozed(home: Household) -> None:
    await home.ask("wake me at 11 pm")
    await home.clock.set(home.clock.time + 3600)
    assert await home.ask("snooze") == "All right, again in 10 minutes, today at 11:10 pm."
    assert home.schedule.due() == []
    await home.clock.advance(600)
    assert len(home.schedule.due()) == 1
    said = await home.ask("snooze for 3 minutes")
    assert said == "All right, again in 3 minutes, today at 11:13 pm."


async def test_it_can_be_snoozed_once_it_was_silenced(home: Household) -> None:
    await home.ask("wake me at 11 pm")
    await home.clock.set(home.clock.time + 3600)
    await home.schedule.silence(home.schedule.due())
    assert "5 minutes" in await home.ask("five more minutes")


async def test_what_rings_is_silenced_in_many_words(home: Household) -> None:
    for words in ("turn it off", "I'm awake", "stop ringing", "switch off the alarm"):
        await home.ask("wake me in one minute")
        await home.clock.advance(60)
        assert (await home.ask(words)).startswith("I have stopped the alarm")
        assert home.schedule.due() == []
        await home.clock.advance(400)


async def test_a_time_that_cannot_be_is_said_to_be_so(home: Household) -> None:
    said = "set an alarm for today at 9 am"
    assert await home.ask(said) == "That time has passed already."
    assert "five years" in await home.ask("set an alarm for 4 June 2044 at noon")
    assert (await home.ask("set an alarm")).startswith("When?")
    monthly = {"time": "every month at 7"}
    assert "every weekday" in await home.call("alarm.set", monthly, "an alarm every month at 7")
    assert home.schedule.waiting() == []


async def test_the_users_words_count_where_a_model_read_them_wrongly(home: Household) -> None:
    said = await home.call("alarm.set", {"time": "7 pm"}, "i have to be out of bed at 6:20 am")
    assert said == "Alarm set for tomorrow, Wednesday, at 6:20 am."


async def test_a_remark_or_a_question_about_alarms_changes_nothing(home: Household) -> None:
    alarm = Alarm(FakeResources(schedule=home.schedule))
    for name, words in (
        ("alarm.set", "I usually get up at seven, even in winter."),
        ("alarm.cancel", "is life better with an alarm"),
        ("alarm.list", "I slept well"),
    ):
        assert alarm.revised((name, {}), words) is None
    for name, words in (
        ("alarm.set", "ring me out of bed at seven please"),
        ("alarm.cancel", "the alarm is not needed tomorrow"),
        ("alarm.list", "which alarm comes first"),
    ):
        assert alarm.revised((name, {}), words) == (name, {})

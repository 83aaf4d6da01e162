from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from pipecatapp.tools.timer import Timer
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.tools.household import Household


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Household]:
    made = Household(tmp_path, datetime(2027, 5, 4, 18, 20))
    await made.open()
    yield made
    await made.schedule.close()


@pytest.mark.parametrize(
    ("words", "length", "name"),
    [
        ("Set a timer for twelve minutes.", 720, ""),
        ("um start a 40 second timer please", 40, ""),
        ("could you put a timer on for an hour and a half", 5400, ""),
        ("Hey twin, set a soup timer for 25 minutes!", 1500, "soup"),
        ("start a timer for the laundry for 45 minutes", 2700, "laundry"),
        ("set a timer for 8 minutes called green tea", 480, "green tea"),
        ("I'd like a timer named bread for two hours", 7200, "bread"),
        ("four minute timer", 240, ""),
        ("timer, half an hour", 1800, ""),
        ("count down from 90 seconds", 90, ""),
        ("set another timer for 3 minutes", 180, ""),
        ("let me know when twenty minutes are up", 1200, ""),
    ],
)
async def test_a_timer_is_set_by_plain_words(
    home: Household, words: str, length: int, name: str
) -> None:
    said = await home.ask(words)
    (timer,) = home.schedule.waiting()
    assert (timer.length, timer.name) == (length, name)
    assert timer.due == home.clock.now() + length
    assert "Timer set for" in said
    assert name in said


async def test_what_is_set_is_said_with_the_time_at_which_it_rings(home: Household) -> None:
    said = await home.ask("set a pasta timer for 12 minutes")
    assert said == "Timer set for 12 minutes, called pasta: it rings at 6:32 pm."


@pytest.mark.parametrize(
    "words",
    [
        "I set a timer for ten minutes yesterday",
        "what is a kitchen timer",
        "how long is the Danube",
        "the soup has to cook for ten minutes",
        "who invented the egg timer",
        "set the table for ten",
        "stop the music",
        "set a timer for ten minutes and tell me a joke",
        "add milk to the shopping list",
    ],
)
async def test_other_words_are_left_to_the_decision(home: Household, words: str) -> None:
    assert await home.registry.wanted(words) is None


async def test_a_timer_without_a_length_is_asked_back(home: Household) -> None:
    assert (await home.ask("set a timer")).startswith("How long?")
    assert home.schedule.waiting() == []


async def test_what_is_too_long_for_a_timer_is_not_set(home: Household) -> None:
    assert "24 hours at most" in await home.ask("set a timer for 30 hours")
    assert "24 hours at most" in await home.ask(f"set a timer for {'9' * 40} minutes")
    assert home.schedule.waiting() == []


async def test_how_long_is_left_is_told_of_the_timer_that_is_meant(home: Household) -> None:
    await home.ask("set a rice timer for 20 minutes")
    await home.ask("set a timer for 5 minutes")
    await home.clock.advance(65)
    said = await home.ask("how long is left on the rice timer?")
    assert said == "The rice timer has 19 minutes left and rings at 6:40 pm."
    left = await home.ask("how much time is left on the 5 minute timer")
    assert "3 minutes and 55 seconds" in left
    listed = await home.ask("what timers are running")
    assert listed.startswith("There are 2 timers: the 5 minute")
    assert "rice" in await home.ask("how long is left")
    assert "rice" in await home.ask("how long until the rice is ready")


async def test_questions_of_time_are_about_timers_only_while_one_runs(home: Household) -> None:
    assert await home.registry.wanted("how much time is left") is None
    assert await home.ask("are there any timers") == "No timer is running."


async def test_a_timer_is_cancelled_by_its_name_or_length(home: Household) -> None:
    for words in ("pasta timer for 9 minutes", "timer for 20 minutes", "egg timer for 7 minutes"):
        await home.ask(f"set a {words}")
    assert await home.ask("Cancel the pasta timer.") == "Cancelled: the pasta timer."
    assert await home.ask("stop the twenty minute timer") == "Cancelled: the 20 minute timer."
    assert [timer.name for timer in home.schedule.waiting()] == ["egg"]


async def test_which_of_several_is_asked(home: Household) -> None:
    await home.ask("set a timer for 9 minutes")
    await home.ask("set a tea timer for 4 minutes")
    said = await home.ask("cancel the timer")
    assert said == "Which timer do you mean: the tea timer or the 9 minute timer?"
    assert len(home.schedule.waiting()) == 2
    assert "pizza" in await home.ask("cancel the pizza timer")
    assert await home.ask("cancel all timers") == "Cancelled: the tea timer and the 9 minute timer."
    assert home.schedule.waiting() == []
    assert await home.ask("cancel the timer") == "No timer is running."


async def test_the_only_timer_needs_no_name(home: Household) -> None:
    await home.ask("set a tea timer for 4 minutes")
    assert await home.ask("turn off the timer") == "Cancelled: the tea timer."


async def test_a_timer_can_run_longer(home: Household) -> None:
    await home.ask("set a roast timer for an hour")
    said = await home.ask("add ten minutes to the roast timer")
    assert said == "The roast timer now has 1 hour and 10 minutes left and rings at 7:30 pm."
    assert "24 hours" in await home.ask("add 24 hours to the timer")


async def test_stopping_what_rings_leaves_what_still_runs(home: Household) -> None:
    await home.ask("set a timer for 1 minute")
    await home.ask("set a timer for 2 hours")
    await home.clock.advance(60)
    assert await home.ask("stop the timer") == "I have stopped the 1 minute timer."
    assert [timer.length for timer in home.schedule.waiting()] == [7200]
    await home.clock.advance(120)
    assert await home.ask("cancel the timer") == "Cancelled: the 2 hour timer."


async def test_the_users_words_count_where_a_model_read_them_wrongly(home: Household) -> None:
    said = await home.call("timer.set", {"duration": "10 minutes"}, "the eggs need six minutes")
    assert "6 minutes" in said
    two = "one for five minutes and one for eight minutes"
    assert "8 minutes" in await home.call("timer.set", {"duration": "eight minutes"}, two)
    assert (await home.call("timer.set", {"duration": "ten minutes"}, two)).startswith("How long?")
    assert (await home.call("timer.set", {"duration": "soon"}, "soon")).startswith("How long?")


async def test_a_name_is_one_line_and_not_endless(home: Household) -> None:
    await home.call("timer.set", {"duration": "1 minute", "name": "a\nb\u202e" + "c" * 500})
    (timer,) = home.schedule.waiting()
    assert timer.name.startswith("a b")
    assert timer.name.isprintable()
    assert len(timer.name) <= 60


async def test_there_are_no_more_than_can_be_kept(home: Household) -> None:
    for number in range(100):
        await home.ask(f"set a timer for {number + 1} minutes")
    assert "100 already" in await home.ask("set a timer for 3 hours")
    assert len(await home.ask("what timers are running")) < 1000


async def test_without_a_schedule_the_tools_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = Household(tmp_path / "file", datetime(2027, 5, 4, 18, 20))
    await broken.schedule.open()
    await broken.registry.examine()
    assert broken.registry.tools == []
    assert "cannot be used" in broken.registry.unavailable["timer"]
    assert await broken.registry.wanted("set a timer for ten minutes") is None


async def test_what_was_asked_back_can_be_answered(home: Household) -> None:
    assert await home.ask("set a pasta timer") == "How long?"
    assert "12 minutes, called pasta" in await home.ask("twelve minutes")
    await home.ask("set a timer for 20 minutes")
    await home.ask("cancel the timer")
    assert await home.registry.wanted("the weather is nice") is None
    assert await home.ask("the twenty minute one, please") == "Cancelled: the 20 minute timer."
    await home.ask("set a timer for an hour")
    assert (await home.ask("add five more minutes to the timer")).startswith("Which timer")
    assert (await home.ask("the pasta timer")).startswith("The pasta timer now has 17 minutes")


async def test_what_was_asked_long_ago_is_not_answered_any_more(home: Household) -> None:
    await home.ask("set a timer")
    await home.clock.sleep(90)
    assert await home.registry.wanted("twelve minutes") is None
    assert await home.registry.wanted("the ten minute timer") is None


async def test_a_call_that_a_model_chose_has_to_be_about_timers(home: Household) -> None:
    timer = Timer(FakeResources(schedule=home.schedule))
    await home.ask("set a noodle timer for 9 minutes")
    for call, words in (
        (("timer.set", {"duration": "9 minutes"}), "beep in nine minutes please"),
        (("timer.left", {}), "are the noodle things ready"),
        (("timer.cancel", {}), "i do not need any timer"),
    ):
        assert timer.revised(call, words) == call
    for call, words in (
        (("timer.set", {"duration": "9 minutes"}), "lock the front door"),
        (("timer.set", {"duration": "9 minutes"}), "turn the dishwasher on in nine minutes"),
        (("timer.left", {}), "how are you"),
        (("timer.cancel", {}), "stop talking please"),
    ):
        assert timer.revised(call, words) is None

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipecatapp.tools.clock import Clock
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, NotForThisToolError, ToolError
from testing.unit.tools.fake_resources import FakeConversation, FakeResources
from testing.unit.tools.traps import TRAPS

EVENING = datetime(2026, 11, 29, 21, 5, tzinfo=UTC)
"""A Sunday; it is 22:05 in Berlin, where the clocks of these tests are."""


def clock_at(moment: datetime, zone: str = "Europe/Berlin") -> Clock:
    return Clock(FakeResources(), now=lambda: moment, here=ZoneInfo(zone))


def said(words: str, *before: tuple[str, str]) -> Call:
    """Return a call from a turn with these words."""
    return Call(FakeConversation(said=list(before)), words=words)


async def ask(clock: Clock, words: str) -> str:
    """Return the answer to a question that code reads."""
    wanted = await clock.wanted(words)
    assert wanted is not None, words
    name, arguments = wanted
    if name == "clock.get_time":
        return await clock.get_time(said(words), **arguments)
    return await clock.get_date(said(words), **arguments)


TIMES = {
    "what time is it": "It is 10:05 at night.",
    "um can you tell me what time it is please": "It is 10:05 at night.",
    "What's the time?": "It is 10:05 at night.",
    "what time is it in Lisbon right now": "In Lisbon it is 9:05 in the evening.",
    "time in nairobi": "In Nairobi it is 12:05 at night on Monday, 30 November 2026.",
    "what's the local time in Osaka": (
        "In Osaka it is 6:05 in the morning on Monday, 30 November 2026."
    ),
    "do you know what time it is in the netherlands": ("In the Netherlands it is 10:05 at night."),
    "what time is it in Vienna, Austria": "In Vienna it is 10:05 at night.",
    "what time is it in kathmandu": (
        "In Kathmandu it is 2:50 in the morning on Monday, 30 November 2026."
    ),
    "what time is it in the US": (
        "The United States has more than one time. In Washington, the capital, it is 4:05 in the"
        " afternoon."
    ),
    "what time is it in Canada": (
        "Canada has more than one time. In Ottawa, the capital, it is 4:05 in the afternoon."
    ),
    "what's the time in Chicago when it is 9 am here": (
        "When it is 9 o'clock in the morning here, it is 2 o'clock in the morning in Chicago."
    ),
    "when it's half past six in the evening in London what time is it in Tokyo": (
        "When it is 6:30 in the evening in London, it is 3:30 in the morning on Monday,"
        " 30 November 2026 in Tokyo."
    ),
    "if it is noon in denver what time is it here": (
        "When it is 12 noon in Denver, it is 8 o'clock in the evening here."
    ),
    "what's 9 am London time in Tokyo": (
        "When it is 9 o'clock in the morning in London, it is 6 o'clock in the evening in Tokyo."
    ),
    "what time will it be in Sydney at quarter to eight": (
        "When it is 7:45 in the morning here, it is 5:45 in the afternoon in Sydney."
    ),
}
DATES = {
    "how many sleeps until christmas": "It is 26 days until Friday, 25 December 2026.",
    "what is tomorrow's date": "That is Monday, 30 November 2026.",
    "what is 45 days from today": "That is Wednesday, 13 January 2027.",
    "what day is it": "It is Sunday, 29 November 2026.",
    "what's today's date please": "It is Sunday, 29 November 2026.",
    "what day is it in Auckland": "In Auckland it is Monday, 30 November 2026.",
    "which day is tomorrow": "That is Monday, 30 November 2026.",
    "what day of the week is the third of october twenty twenty nine": (
        "That is Wednesday, 3 October 2029."
    ),
    "What day was 9 November 1989?": "That was Thursday, 9 November 1989.",
    "what weekday is 2028-02-29": "That is Tuesday, 29 February 2028.",
    "what day is 13/04/2027": "That is Tuesday, 13 April 2027.",
    "what day does valentine's day fall on": "That is Sunday, 14 February 2027.",
    "when is easter": "That is Sunday, 28 March 2027.",
    "when was easter in 2024": "That was Sunday, 31 March 2024.",
    "when is thanksgiving next year": "That is Thursday, 25 November 2027.",
    "how many days until new year's eve": "It is 32 days until Thursday, 31 December 2026.",
    "how long is it until the 6th of january": "It is 38 days until Wednesday, 6 January 2027.",
    "how many weeks until christmas": "It is 3 weeks and 5 days until Friday, 25 December 2026.",
    "how many days since the first of november": "It is 28 days since Sunday, 1 November 2026.",
    "how many days are between 20 december and 10 january": (
        "It is 21 days from Sunday, 20 December 2026 to Sunday, 10 January 2027."
    ),
    "what date is it in three weeks": "That is Sunday, 20 December 2026.",
    "what was the date 100 days ago": "That was Friday, 21 August 2026.",
    "what date is 3 months after 30 november 2026": "That is Sunday, 28 February 2027.",
    "what's the date next wednesday": "That is Wednesday, 2 December 2026.",
    "how many days until 29 november": "That is today, Sunday, 29 November 2026.",
}


@pytest.mark.parametrize(("words", "told"), (TIMES | DATES).items())
async def test_a_plain_question_is_answered_by_code(words: str, told: str) -> None:
    assert await ask(clock_at(EVENING), words) == told


@pytest.mark.parametrize("words", TRAPS)
async def test_what_is_no_plain_question_is_left_to_others(words: str) -> None:
    assert await clock_at(EVENING).wanted(words) is None


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        # London changes on 29 March 2026 at 1:00 UTC, New York three weeks before it.
        (datetime(2026, 3, 7, 12, tzinfo=UTC), "7 o'clock in the morning"),
        (datetime(2026, 3, 8, 12, tzinfo=UTC), "8 o'clock in the morning"),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), "8 o'clock in the morning"),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), "7 o'clock in the morning"),
    ],
)
async def test_summer_time_counts_where_it_is_kept(moment: datetime, hour: str) -> None:
    clock = clock_at(moment, "Europe/London")
    assert await ask(clock, "what time is it in New York") == f"In New York it is {hour}."


async def test_the_hours_around_a_change_are_right_here() -> None:
    before = clock_at(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert await ask(before, "what time is it") == "It is 1:59 in the morning."
    after = clock_at(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    assert await ask(after, "what time is it") == "It is 3 o'clock in the morning."


async def test_a_time_that_is_left_out_does_not_exist() -> None:
    clock = clock_at(datetime(2026, 3, 29, 12, tzinfo=UTC))
    with pytest.raises(ToolError, match=r"put forward.*2:30 in the morning"):
        await ask(clock, "what time is it in Tokyo when it is 2:30 am here")


async def test_a_country_whose_clocks_agree_for_a_while_has_one_time() -> None:
    # Arizona aside, the United States never agree; Portugal's islands never agree with Lisbon.
    clock = clock_at(EVENING)
    assert "more than one time" in await ask(clock, "what time is it in portugal")
    assert "more than one time" not in await ask(clock, "what time is it in germany")


async def test_an_unknown_place_is_owned_up_to() -> None:
    with pytest.raises(ToolError, match="do not know what time zone Gondolin is in"):
        await ask(clock_at(EVENING), "what time is it in Gondolin")


async def test_a_date_beyond_the_calendar_is_told_in_a_sentence() -> None:
    with pytest.raises(ToolError, match="not in my calendar"):
        await ask(clock_at(EVENING), "what date is it in 99999 years")


async def test_the_model_names_the_place_of_a_question_that_code_cannot_read() -> None:
    clock = clock_at(EVENING)
    call = said("i wonder whether my aunt in Perth is up already")
    told = await clock.get_time(call, place="Perth")
    assert told == "In Perth it is 5:05 in the morning on Monday, 30 November 2026."


async def test_the_model_may_name_a_time_that_was_said() -> None:
    call = said("my call with Boston is at nine in the morning our time how late is that for them")
    told = await clock_at(EVENING).get_time(call, place="Boston", when="9 am here")
    assert told.endswith("it is 3 o'clock in the morning in Boston.")


async def test_what_nobody_named_is_not_used() -> None:
    clock = clock_at(EVENING)
    with pytest.raises(NotForThisToolError):
        await clock.get_time(said("what time is supper"), when="7 pm")
    call = said("how late is it now over in Boston")
    assert "when" not in (await clock.get_time(call, place="Boston", when="9 am")).lower()


async def test_a_question_about_a_date_is_read_from_the_models_words_too() -> None:
    call = said("my exam is on the 3rd of march which weekday would that be")
    told = await clock_at(EVENING).get_date(call, question="which weekday is the 3rd of march")
    assert told == "That is Wednesday, 3 March 2027."
    with pytest.raises(ToolError, match="could not read"):
        await clock_at(EVENING).get_date(call, question="which weekday is 4 april 2031")


@pytest.mark.parametrize(
    "words", ["which day suits your aunt", "what happened in the battle of 14 October 1066"]
)
async def test_what_asks_for_no_date_is_declined(words: str) -> None:
    with pytest.raises(NotForThisToolError):
        await clock_at(EVENING).get_date(said(words), question=words)


async def test_it_needs_nobodys_yes_and_its_results_are_said_as_they_are() -> None:
    for tool in tools_of(clock_at(EVENING)):
        assert tool.read_only
        assert tool.spoken
        assert not tool.sensitive

from datetime import datetime

import pytest

from pipecatapp.text.times.moments import (
    Purpose,
    TimePassedError,
    When,
    find_time,
    resolve,
    times_in,
)

TUESDAY_MORNING = datetime(2027, 3, 9, 9, 30)
TUESDAY_NIGHT = datetime(2027, 3, 9, 22, 15)


def when(said: str, now: datetime = TUESDAY_MORNING, purpose: Purpose = "alarm") -> When:
    found = find_time(said)
    assert found is not None, said
    return resolve(found.phrase, now, purpose)


@pytest.mark.parametrize(
    ("said", "wall"),
    [
        ("at 10", "2027-03-09 10:00"),
        ("at 9", "2027-03-09 21:00"),
        ("at 8:15", "2027-03-09 20:15"),
        ("at 08:15", "2027-03-10 08:15"),
        ("for 14:20", "2027-03-09 14:20"),
        ("at seven forty five p.m.", "2027-03-09 19:45"),
        ("at eleven oh five", "2027-03-09 11:05"),
        ("at 6am", "2027-03-10 06:00"),
        ("at half past ten", "2027-03-09 10:30"),
        ("at a quarter past four", "2027-03-09 16:15"),
        ("at quarter to twelve", "2027-03-09 11:45"),
        ("at twenty-five to one", "2027-03-09 12:35"),
        ("at five minutes before noon", "2027-03-09 11:55"),
        ("at midnight", "2027-03-10 00:00"),
        ("at nine o'clock in the morning", "2027-03-10 09:00"),
        ("at 830", "2027-03-09 20:30"),
    ],
)
def test_a_time_of_day_is_the_next_one_to_come(said: str, wall: str) -> None:
    assert when(said) == When(datetime.fromisoformat(wall))


def test_an_alarm_late_in_the_evening_is_for_the_morning() -> None:
    assert when("at 6", TUESDAY_NIGHT).wall == datetime(2027, 3, 10, 6)
    assert when("at 6", datetime(2027, 3, 9, 5)).wall == datetime(2027, 3, 9, 6)


def test_nobody_is_reminded_at_night_unless_they_say_so() -> None:
    assert when("at three", TUESDAY_NIGHT, "reminder").wall == datetime(2027, 3, 10, 15)
    assert when("at 3 am", TUESDAY_NIGHT, "reminder").wall == datetime(2027, 3, 10, 3)
    assert when("tomorrow at four", TUESDAY_NIGHT, "reminder").wall == datetime(2027, 3, 10, 16)


@pytest.mark.parametrize(
    ("said", "wall"),
    [
        ("tomorrow at seven", "2027-03-10 07:00"),
        ("tomorrow evening at seven", "2027-03-10 19:00"),
        ("at seven tomorrow evening", "2027-03-10 19:00"),
        ("tomorrow", "2027-03-10 09:00"),
        ("tomorrow afternoon", "2027-03-10 15:00"),
        ("the day after tomorrow at noon", "2027-03-11 12:00"),
        ("tonight at nine", "2027-03-09 21:00"),
        ("tonight at twelve", "2027-03-10 00:00"),
        ("this evening", "2027-03-09 19:00"),
        ("on Thursday at 10 am", "2027-03-11 10:00"),
        ("this saturday at eight", "2027-03-13 08:00"),
        ("next Thursday at 4 pm", "2027-03-18 16:00"),
        ("on tuesday at 10", "2027-03-09 10:00"),
        ("on tuesday at 9 am", "2027-03-16 09:00"),
        ("on the 21st at 6 pm", "2027-03-21 18:00"),
        ("on the 2nd at 6 pm", "2027-04-02 18:00"),
        ("on the twenty third of June at 10", "2027-06-23 10:00"),
        ("on January 5th at 8:30 am", "2028-01-05 08:30"),
        ("3 May 2029 at noon", "2029-05-03 12:00"),
        ("on the 29th of february at noon", "2028-02-29 12:00"),
        ("in two days at eleven", "2027-03-11 11:00"),
    ],
)
def test_a_day_is_found_with_its_time(said: str, wall: str) -> None:
    assert when(said).wall == datetime.fromisoformat(wall)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("in 25 minutes", 1500),
        ("in an hour and a half", 5400),
        ("two hours from now", 7200),
        ("in three days", 259200),
    ],
)
def test_a_duration_from_now_stays_one(said: str, seconds: int) -> None:
    assert when(said) == When(after=seconds)


@pytest.mark.parametrize(
    ("said", "wall", "repeat"),
    [
        ("every day at 6 am", "2027-03-10 06:00", (0, 1, 2, 3, 4, 5, 6)),
        ("daily at noon", "2027-03-09 12:00", (0, 1, 2, 3, 4, 5, 6)),
        ("every weekday at 7", "2027-03-10 07:00", (0, 1, 2, 3, 4)),
        ("at 6:30 on weekdays", "2027-03-10 06:30", (0, 1, 2, 3, 4)),
        ("on weekends at ten", "2027-03-13 10:00", (5, 6)),
        ("every monday and thursday at 8", "2027-03-11 08:00", (0, 3)),
        ("on Sundays at 5 pm", "2027-03-14 17:00", (6,)),
        ("every evening at eight", "2027-03-09 20:00", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_a_habit_has_its_days_and_the_first_of_them(
    said: str, wall: str, repeat: tuple[int, ...]
) -> None:
    assert when(said) == When(datetime.fromisoformat(wall), repeat=repeat)


@pytest.mark.parametrize("said", ["today at 8 am", "this morning at nine", "on 1 March 2025 at 6"])
def test_a_time_that_has_passed_is_said_to_have_passed(said: str) -> None:
    with pytest.raises(TimePassedError):
        when(said)


def test_a_day_that_no_calendar_has_is_no_time() -> None:
    with pytest.raises(TimePassedError):
        when("on the 31st of June at noon")


@pytest.mark.parametrize(
    "text", ["call mum", "buy 7 apples", "the 4 of us", "in the kitchen", "for ten minutes", ""]
)
def test_other_words_name_no_time(text: str) -> None:
    assert times_in(text) == []


def test_several_times_are_told_apart() -> None:
    text = "tell Ann about the 4 pm bus tomorrow at noon"
    assert [text[found.start : found.end] for found in times_in(text)] == [
        "4 pm",
        "tomorrow at noon",
    ]

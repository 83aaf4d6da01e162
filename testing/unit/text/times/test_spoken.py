from datetime import datetime

import pytest

from pipecatapp.text.times.spoken import duration_words, length_words, list_words, moment_words

NOW = datetime(2027, 3, 9, 9, 30)


@pytest.mark.parametrize(
    ("seconds", "said", "before_noun"),
    [
        (1, "1 second", "1 second"),
        (90, "1 minute and 30 seconds", "1 minute 30 second"),
        (600, "10 minutes", "10 minute"),
        (7322, "2 hours, 2 minutes and 2 seconds", "2 hour 2 minute 2 second"),
    ],
)
def test_a_duration_is_said_in_its_units(seconds: int, said: str, before_noun: str) -> None:
    assert duration_words(seconds) == said
    assert length_words(seconds) == before_noun


@pytest.mark.parametrize(
    ("wall", "said"),
    [
        ("2027-03-09 18:05", "today at 6:05 pm"),
        ("2027-03-10 00:00", "tomorrow, Wednesday, at midnight"),
        ("2027-03-12 12:00", "on Friday, 12 March, at noon"),
        ("2028-03-12 07:00", "on Sunday, 12 March 2028, at 7:00 am"),
        ("2027-03-08 23:30", "on Monday, 8 March 2027, at 11:30 pm"),
    ],
)
def test_a_moment_is_said_with_its_day_and_half_of_the_day(wall: str, said: str) -> None:
    assert moment_words(datetime.fromisoformat(wall), NOW) == said


def test_a_habit_is_said_with_its_days() -> None:
    wall = datetime(2027, 3, 10, 6, 30)
    assert moment_words(wall, NOW, (0, 1, 2, 3, 4)) == "every weekday at 6:30 am"
    assert moment_words(wall, NOW, (1, 3)) == "every Tuesday and Thursday at 6:30 am"
    assert moment_words(wall, NOW, tuple(range(7))) == "every day at 6:30 am"


def test_a_choice_ends_with_or() -> None:
    assert list_words(["tea", "eggs", "rice"], choice=True) == "tea, eggs or rice"

from datetime import date

import pytest

from pipecatapp.text.dates import with_dates

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("statement", "dated"),
    [
        ("The user sees a dentist tomorrow at nine.",
         "The user sees a dentist on 25 November 2026 at nine."),
        ("Tom flies to Oslo in three days.", "Tom flies to Oslo on 27 November 2026."),
        ("The user's parents arrive next week.",
         "The user's parents arrive in the week of 30 November 2026."),
        ("The user moves next month.", "The user moves in December 2026."),
        ("The baby is due in 2 months.", "The baby is due in January 2027."),
        ("Rosa turns ninety next year.", "Rosa turns ninety in 2027."),
        ("The user started the job since Monday.",
         "The user started the job since 23 November 2026."),
        ("The user has an exam on Tuesday.", "The user has an exam on 1 December 2026."),
        ("The user got a dog last week.", "The user got a dog in the week of 16 November 2026."),
        ("The user sold the car two days ago.", "The user sold the car on 22 November 2026."),
        ("The user's aunt visits the day after tomorrow.",
         "The user's aunt visits on 26 November 2026."),
        ("Tom's party is this Friday.", "Tom's party is on 27 November 2026."),
        ("Tom's party is next Friday.", "Tom's party is next Friday (said on 24 November 2026)."),
    ],
)  # fmt: skip
def test_relative_dates_become_absolute(statement: str, dated: str) -> None:
    assert with_dates(statement, TUESDAY) == dated


@pytest.mark.parametrize(
    "statement",
    [
        "The bins go out on Tuesday.",
        "The user visits Rosa every week on Sunday.",
        "The user was born on 3 May 1980.",
        "Tom goes running on Monday morning.",
        "The user has yoga on Fridays.",
        "The user's favorite song is called Yesterday's Rain.",
    ],
)
def test_habits_and_full_dates_stay_as_they_are(statement: str) -> None:
    assert with_dates(statement, TUESDAY) == statement


def test_the_turn_of_the_year() -> None:
    assert (
        with_dates("Ada arrives tomorrow.", date(2026, 12, 31)) == "Ada arrives on 1 January 2027."
    )
    assert with_dates("Ada moves next month.", date(2026, 12, 31)) == "Ada moves in January 2027."
    assert with_dates("Ada left last month.", date(2027, 1, 1)) == "Ada left in December 2026."

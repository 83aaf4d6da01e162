from datetime import date

import pytest

from pipecatapp.tools.clocks.calendar import easter, read_day, shifted

SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", SUNDAY),
        ("the day after tomorrow", date(2026, 12, 1)),
        ("24th of december", date(2026, 12, 24)),
        ("the 4th july", date(2027, 7, 4)),
        ("march 3", date(2027, 3, 3)),
        ("sept 5, 2031", date(2031, 9, 5)),
        ("29 february", date(2028, 2, 29)),
        ("1 may 20 30", date(2030, 5, 1)),
        ("2027-08-09", date(2027, 8, 9)),
        ("24.12.2027", date(2027, 12, 24)),
        ("12/31/2027", date(2027, 12, 31)),
        ("sunday", date(2026, 12, 6)),
        ("next tuesday", date(2026, 12, 1)),
        ("last friday", date(2026, 11, 27)),
        ("christmas", date(2026, 12, 25)),
        ("last christmas", date(2025, 12, 25)),
        ("easter next year", date(2027, 3, 28)),
        ("good friday 2026", date(2026, 4, 3)),
        ("thanksgiving 2026", date(2026, 11, 26)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert read_day(text, SUNDAY) == day


def test_a_date_in_the_past_is_the_last_one() -> None:
    assert read_day("1 december", SUNDAY, past=True) == date(2025, 12, 1)
    assert read_day("sunday", SUNDAY, past=True) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["31 april", "30 february 2027", "5/6/2027", "my birthday", "dinner", "", "99 may"]
)
def test_what_is_no_certain_date_is_none(text: str) -> None:
    assert read_day(text, SUNDAY) is None


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (2000, date(2000, 4, 23)),
        (2025, date(2025, 4, 20)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_where_the_church_has_it(year: int, day: date) -> None:
    assert easter(year) == day


def test_months_and_years_end_where_their_months_do() -> None:
    assert shifted(date(2027, 1, 31), 1, "month") == date(2027, 2, 28)
    assert shifted(date(2028, 2, 29), 1, "year") == date(2029, 2, 28)
    assert shifted(date(2026, 12, 31), 1, "month") == date(2027, 1, 31)
    assert shifted(date(2027, 1, 15), -1, "month") == date(2026, 12, 15)
    assert shifted(date(2027, 1, 1), -2, "week") == date(2026, 12, 18)
    assert shifted(date(2027, 1, 1), 9000, "year") is None

"""Describes how numbers and dates are said and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipecatapp.text.rules import Pattern


@dataclass(frozen=True)
class Numbers:
    """Numbers in words.

    Attributes:
        values: Words and their values, ordinals among them.
        cardinals: Words that count, below a hundred.
        ordinals: Words of ranks, with the rank.
        scales: Words that multiply the number before them, such as "hundred".
        one: Words that mean one before such a word: "a hundred".
        point: The word before the decimals of a number.
        zero: Further words for a zero among decimals.
        conjunction: What may stand between the words of one number.
        ordinal: An ordinal number such as "5th"; its first group is the digits.
        spelled_out: Words of numbers that people dictate digit by digit, with their digits.
    """

    values: Mapping[str, int]
    cardinals: Mapping[str, int]
    ordinals: Mapping[str, int]
    scales: Mapping[str, int]
    one: frozenset[str]
    point: str
    zero: frozenset[str]
    conjunction: str
    ordinal: Pattern
    spelled_out: Mapping[str, str]


DateMeaning = Literal["day", "part of day", "later", "earlier", "period", "coming", "past", "since"]


@dataclass(frozen=True)
class DateRule:
    """A relative date.

    Attributes:
        pattern: Matches the date. Its groups are `part` for a part of the day, `count` and `unit`
            for "in three weeks", `step` and `unit` for "next week", and `day` for a weekday.
        meaning: The kind of date.
        days: The number of days from today, for a day and a part of a day.
    """

    pattern: Pattern
    meaning: DateMeaning
    days: int = 0


@dataclass(frozen=True)
class Dates:
    """How dates are said and written.

    Attributes:
        weekdays: From Monday on, in small letters.
        months: From January on, as they are written.
        counts: Words that count days, weeks, months or years.
        units: The words for day, week, month and year.
        steps: Words such as "next", with the number of weeks, months or years from now.
        rules: Relative dates, replaced in this order.
        on_a_day: Matches "on" and a weekday; its group `day` is the weekday.
        once: Matches words that make a weekday one certain day.
        repeated: Matches words that make a weekday a habit.
        unclear: Matches dates that may mean either of two days.
        date: Template of a date, of `{day}`, `{month}` and `{year}`.
        month: Template of a month, of `{month}` and `{year}`.
        on: Template that replaces a day, of `{date}`. `around`, `since`, `in_month`, `in_year` and
            `in_week` replace other kinds of dates.
        in_part: Template that follows a date, of the `{part}` of the day.
        said_on: Template that ends a statement with the `{date}` on which it was made.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    counts: Mapping[str, int]
    units: Mapping[str, Literal["day", "week", "month", "year"]]
    steps: Mapping[str, int]
    rules: tuple[DateRule, ...]
    on_a_day: Pattern
    once: Pattern
    repeated: Pattern
    unclear: Pattern
    date: str
    month: str
    on: str
    around: str
    since: str
    in_month: str
    in_year: str
    in_week: str
    in_part: str
    said_on: str

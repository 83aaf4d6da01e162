"""Describes how a language tells durations, times of day, days and repetitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipecatapp.text.rules import Pattern

Half = Literal["am", "pm"]
Words = frozenset[str]


@dataclass(frozen=True)
class Times:
    """The words of durations and times, all in small letters.

    Attributes:
        token: Matches one word, number or clock time of a text.
        counts: Words that count, up to nineteen, and the words for "one".
        tens: Words for twenty to ninety.
        hundred: The word for a hundred.
        couple: Words for "a couple", with their counts; `of` may follow.
        fractions: Parts of a unit, such as a half.
        more: Words between a count and its unit.
        joins: Words between the parts of a duration or between days.
        articles: Words before a fraction or a unit.
        of: Words between a fraction and its unit.
        units: Words for units, in seconds.
        short_units: Letters for units, directly behind digits.
        after: Words before a duration from now.
        from_now: Words behind a duration from now, each a sequence.
        past: Words for minutes past an hour.
        until: Words for minutes before an hour.
        minutes: Words that may stand behind the number of minutes past or before an hour.
        oh: Words for the zero of "seven oh five".
        clock: Words behind a full hour.
        halves: Words for the half of the day, with it.
        named_times: Words for a time of day, as hour and minute.
        at: Words before a time of day.
        on: Words before a day.
        days: Words for a day, as days from today.
        after_days: Sequences of words for a day, likewise.
        nights: Words for a day that mean its evening too.
        parts: Words for parts of a day, with the half of the day and the hour that is meant where
            none is said.
        in_part: Words before a part of a day.
        this: Words before a weekday or part of a day that is the coming one.
        next: Words before a weekday of the next week.
        every: Words that make a day a habit.
        every_day: Words that alone mean every day.
        groups: Words for groups of weekdays, counted from Monday as 0.
        weekdays: Words for weekdays, likewise.
        plural_weekdays: Words for weekdays as habits, likewise.
        months: Words for months, from 1.
        ordinals: Words for the days of a month.
        ordinal: Matches a day of a month in digits; its group is the number.
    """

    token: Pattern
    counts: Mapping[str, int]
    tens: Mapping[str, int]
    hundred: str
    couple: Mapping[str, int]
    fractions: Mapping[str, float]
    more: Words
    joins: Words
    articles: Words
    of: Words
    units: Mapping[str, int]
    short_units: Mapping[str, int]
    after: Words
    from_now: tuple[tuple[str, ...], ...]
    past: Words
    until: Words
    minutes: Words
    oh: Words
    clock: Words
    halves: Mapping[str, Half]
    named_times: Mapping[str, tuple[int, int]]
    at: Words
    on: Words
    days: Mapping[str, int]
    after_days: Mapping[tuple[str, ...], int]
    nights: Words
    parts: Mapping[str, tuple[Half, int]]
    in_part: Words
    this: Words
    next: Words
    every: Words
    every_day: Words
    groups: Mapping[str, tuple[int, ...]]
    weekdays: Mapping[str, int]
    plural_weekdays: Mapping[str, int]
    months: Mapping[str, int]
    ordinals: Mapping[str, int]
    ordinal: Pattern


@dataclass(frozen=True)
class TimePhrases:
    """How durations and times are said.

    Attributes:
        units: The words for hours, minutes and seconds: seconds, one of it, several.
        and_: Template that joins the last two parts of a list, of `{first}` and `{last}`; `or_`
            those of a choice.
        clock: Template of a time of day, of `{hour}`, `{minute}` and `{half}`.
        named: Times of day that have a name, as hour and minute.
        today: Template of a `{clock}` today; `tomorrow` also has `{weekday}`; `later` also
            `{date}`.
        on: Template that says when something happens, of a later `{moment}`.
        daily: What is said of a time each day; `on_groups` of the groups of weekdays that have a
            name; `on_days` is a template of `{days}`.
        repeated: Template of `{days}` and a `{clock}`.
    """

    units: tuple[tuple[int, str, str], ...]
    and_: str
    or_: str
    clock: str
    named: Mapping[tuple[int, int], str]
    today: str
    tomorrow: str
    later: str
    on: str
    daily: str
    on_groups: Mapping[tuple[int, ...], str]
    on_days: str
    repeated: str

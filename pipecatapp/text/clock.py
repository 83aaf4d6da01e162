"""Describes how a language asks for times and dates, and how it tells them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pattern = re.Pattern[str]
DateQuestion = Literal["day", "until", "since", "between", "shifted", "here"]


@dataclass(frozen=True)
class Holiday:
    """A day of each year.

    Attributes:
        month: 1 to 12; 0 for a day that Easter determines.
        day: Of the month; days after Easter Sunday where the month is 0.
        weekday: From Monday, 0; None where the date is the same every year.
        which: The how many-th such weekday of the month, from `day` on, it is.
    """

    month: int
    day: int
    weekday: int | None = None
    which: int = 1


@dataclass(frozen=True)
class Places:
    """Names of places that IANA's lists of time zones lack.

    Attributes:
        cities: Time zones of cities and regions, by their names in small letters.
        countries: ISO 3166 codes of countries, by further names in small letters.
        capitals: The capital and its time zone, by the codes of countries whose zones differ.
        article: Matches what may stand before a name: "the Netherlands".
        told: Names of countries as they are told, by IANA's names.
    """

    cities: Mapping[str, str]
    countries: Mapping[str, str]
    capitals: Mapping[str, tuple[str, str]]
    article: Pattern
    told: Mapping[str, str]


@dataclass(frozen=True)
class Clock:
    """How times and dates are asked for and told.

    Attributes:
        asks: Matches the words before a question.
        ends: Matches the words behind it.
        times: Match a question for the time; their groups are `place`, `when`, and `from` for the
            place of that time. A group that is missing stands for here and for now.
        no_place: Matches words that name no place, such as "the kitchen".
        time: Matches a time of day in small letters and digits; its groups are `hour`, `minute`,
            `half` (am or pm in any words), `past`, `to` and `name`.
        before_noon: The words that mean before noon; any other word for a half means after it.
        named_times: Hours by their names, such as noon.
        moment: Matches another time than now; its groups are `time`, and `place` or
            `before` for the place.
        dates: Match a question about dates, each with its kind; their groups are `date`, `other`,
            `count`, `unit`, `back` and `place`.
        about_dates: Matches words of a question for a weekday, a date or a number of days.
        day: Matches a date; its groups are `day`, `month` and `year`, or `name` and `year`.
        relative: Days from today, by their names.
        step: Matches words such as "next" before the name of a day.
        backwards: Those among them that mean the day before today.
        years: Matches a year that is said in two numbers.
        holidays: By their names in small letters, without apostrophes.
        parts: The parts of the day from midnight on, each with the hour in which it begins.
        whole_hour: Template of an `{hour}` and a `{part}`.
        minutes: Template of an `{hour}`, a `{minute}` and a `{part}`.
        noon: What 12:00 is called; `midnight` is what 0:00 is called.
        day_of: Template of a `{weekday}` and a `{date}`.
        now_here: Template of the `{time}` here.
        now_there: Template of a `{place}` and its `{time}`.
        other: Template of a `{place}` and its `{time}` when it is `{when}` at `{there}`.
        here: What stands for here in it; `at` is the template of a `{place}` in it.
        on_day: Template of a `{time}` and a `{day}`.
        differs: Template of a `{country}` with several times, its `{capital}` and a `{time}`.
        today: Template of the `{day}` that it is here; `today_there` is that of a `{place}`.
        falls: Templates of a `{day}` in the past, today and in the future.
        away: Template of the `{count}` of days from today to a `{day}`; `ago` is the same for one
            in the past, and `apart` for those between a `{first}` and a `{second}`.
        days: The words for one day and several; `weeks` likewise, `and_days` joins both.
        no_days: Template of a `{day}` that is today.
        unknown_place: Template of a `{place}` that is not known.
        gap: Template of a `{time}` that is left out when clocks are put forward.
        unreadable: Says that the question could not be read.
        too_far: Says that a date is not in the calendar.
    """

    asks: Pattern
    ends: Pattern
    times: tuple[Pattern, ...]
    no_place: Pattern
    time: Pattern
    before_noon: frozenset[str]
    named_times: Mapping[str, int]
    moment: Pattern
    dates: tuple[tuple[DateQuestion, Pattern], ...]
    about_dates: Pattern
    day: tuple[Pattern, ...]
    relative: Mapping[str, int]
    step: Pattern
    backwards: frozenset[str]
    years: Pattern
    holidays: Mapping[str, Holiday]
    parts: tuple[tuple[int, str], ...]
    whole_hour: str
    minutes: str
    noon: str
    midnight: str
    day_of: str
    now_here: str
    now_there: str
    other: str
    here: str
    at: str
    on_day: str
    differs: str
    today: str
    today_there: str
    falls: tuple[str, str, str]
    away: str
    ago: str
    apart: str
    days: tuple[str, str]
    weeks: tuple[str, str]
    and_days: str
    no_days: str
    unknown_place: str
    gap: str
    unreadable: str
    too_far: str

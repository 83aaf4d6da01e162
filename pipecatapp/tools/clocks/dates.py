"""Reads questions about dates from what people say, and tells their answers."""

from dataclasses import dataclass
from datetime import date, datetime

from pipecatapp.text.clock import DateQuestion
from pipecatapp.text.language import language
from pipecatapp.text.number_words import with_digits
from pipecatapp.tools.clocks.calendar import read_day, shifted
from pipecatapp.tools.clocks.places import find_place
from pipecatapp.tools.clocks.times import LONGEST_QUESTION, bare_question, told_day, zone_of
from pipecatapp.tools.tool import ToolError


@dataclass(frozen=True)
class AskedDate:
    """A question about a date.

    Attributes:
        said: The question without the words around it.
        kind: What is asked.
        day: The date that it is about; None where that is not in the calendar.
        other: The second date, of a question about the days between two.
        unit: What is counted: `day`, `week`, or empty where that is not said.
        place: Where; empty for here.
    """

    said: str
    kind: DateQuestion
    day: date | None
    other: date | None = None
    unit: str = ""
    place: str = ""


def read_date_question(words: str, today: date) -> AskedDate | None:
    """Return the question about a date that words plainly ask, or None.

    Args:
        words: What somebody said.
        today: The present date here.
    """
    if len(words) > LONGEST_QUESTION:
        return None
    bare = bare_question(words)
    text = with_digits(bare, ordinals=True)
    for kind, pattern in language().clock.dates:
        found = pattern.match(text)
        if found is None:
            continue
        read = _read(kind, found.groupdict(), bare, today)
        if read is not None:
            return read
    return None


def _read(
    kind: DateQuestion, named: dict[str, str | None], said: str, today: date
) -> AskedDate | None:
    """Return the question whose parts have been found, or None if a part is no date."""
    if kind == "here":
        place = named["place"] or ""
        known = not place or find_place(place) or not language().clock.no_place.search(place)
        return AskedDate(said, kind, today, place=place) if known else None
    first = named["date"]
    day = read_day(first, today, past=kind == "since") if first else today
    if day is None:
        return None
    if kind == "shifted":
        count = named["count"] or ""
        number = int(count) if count.isdecimal() else 1
        sign = -1 if named["back"] else 1
        return AskedDate(said, "day", shifted(day, sign * number, named["unit"] or "day"))
    if kind == "between":
        other = read_day(named["other"] or "", today)
        return AskedDate(said, kind, day, other, named["unit"] or "") if other else None
    return AskedDate(said, kind, day, unit=named.get("unit") or "")


def answer_date(asked: AskedDate, now: datetime) -> str:
    """Return the sentence that answers a question about a date.

    Args:
        asked: The question.
        now: The present, in the time zone of this place.

    Raises:
        ToolError: The date is not in the calendar, or the place is not known.
    """
    clock, today = language().clock, now.date()
    if asked.kind == "here":
        if not asked.place:
            return clock.today.format(day=told_day(today))
        zone = zone_of(asked.place, now)
        day = told_day(now.astimezone(zone.zone).date())
        return clock.today_there.format(place=zone.name, day=day)
    if asked.day is None:
        raise ToolError(clock.too_far)
    if asked.kind == "between" and asked.other:
        first, second = sorted((asked.day, asked.other))
        count = _counted((second - first).days, asked.unit)
        return clock.apart.format(count=count, first=told_day(first), second=told_day(second))
    away = (asked.day - today).days
    if asked.kind == "day":
        return clock.falls[(away >= 0) + (away > 0)].format(day=told_day(asked.day))
    if not away:
        return clock.no_days.format(day=told_day(asked.day))
    template = clock.away if away > 0 else clock.ago
    return template.format(count=_counted(abs(away), asked.unit), day=told_day(asked.day))


def asks_for_date(words: str) -> bool:
    """Tell whether some words ask about a date that they name, or a part of one."""
    dates, clock = language().dates, language().clock
    bare = with_digits(words, ordinals=True).replace("'", "")
    text = f" {bare} "
    names = [*(month.lower() for month in dates.months), *dates.weekdays, *clock.holidays]
    named = any(c.isdecimal() for c in text) or any(f" {name} " in text for name in names)
    return named and clock.about_dates.search(text) is not None


def _counted(days: int, unit: str) -> str:
    """Return a number of days, in weeks and days where weeks are asked for."""
    clock = language().clock
    weeks, left = divmod(days, 7)
    if unit != "week" or not weeks:
        return _number(clock.days, days)
    in_weeks = _number(clock.weeks, weeks)
    if not left:
        return in_weeks
    return clock.and_days.format(weeks=in_weeks, days=_number(clock.days, left))


def _number(words: tuple[str, str], count: int) -> str:
    return words[count != 1].format(number=f"{count:,}")

"""Reads dates from what people say: dates in figures, weekdays, holidays, "tomorrow"."""

from calendar import monthrange
from datetime import date, timedelta

from pipecatapp.text.clock import Holiday
from pipecatapp.text.language import language


def read_day(text: str, today: date, *, past: bool = False) -> date | None:
    """Return the date that some words name, or None if they name none.

    Args:
        text: In small letters, with ranks in digits, such as "the 24th of december".
        today: The present date.
        past: Whether a date without a year is the last such one, and not the next.
    """
    clock = language().clock
    text = clock.years.sub(r"\1\2", " ".join(text.split()))
    if text in clock.relative:
        return today + timedelta(days=clock.relative[text])
    for pattern in clock.day:
        if (found := pattern.match(text)) is None:
            continue
        named = found.groupdict()
        if named.get("name"):
            return _named(named, today, past=past)
        month = _month(named["month"])
        return _dated(int(named["day"]), month, named.get("year"), today, past=past)
    return None


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    starts = [month.lower()[:3] for month in language().dates.months]
    return starts.index(text[:3]) + 1


def _dated(day: int, month: int, year: str | None, today: date, *, past: bool) -> date | None:
    """Return a day of a month; without a year, the next or the last that there is."""
    if year:
        return _date(int(year), month, day)
    step = -1 if past else 1
    # A leap day is at most eight years away.
    dates = (_date(today.year + step * ahead, month, day) for ahead in range(9))
    fitting = (each for each in dates if each and (each <= today if past else each >= today))
    return next(fitting, None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(named: dict[str, str | None], today: date, *, past: bool) -> date | None:
    """Return a weekday or a holiday by its name."""
    words = language()
    name = (named["name"] or "").replace("'", "").removeprefix("the ")
    step = (named["step"] or "").strip()
    past = past or step.removeprefix("the ") in words.clock.backwards
    weekdays = words.dates.weekdays
    if name in weekdays and not named["year"] and not named["period"]:
        return _weekday(weekdays.index(name), today, past=past)
    holiday = words.clock.holidays.get(name)
    if holiday is None:
        return None
    year = int(named["year"]) if named["year"] else None
    if named["period"]:
        year = today.year + words.dates.steps[named["period"]]
    if year is not None:
        return _holiday(holiday, year)
    ahead = range(0, -2, -1) if past else range(2)
    dates = (_holiday(holiday, today.year + years) for years in ahead)
    fitting = (each for each in dates if each and (each <= today if past else each >= today))
    return next(fitting, None)


def _weekday(weekday: int, today: date, *, past: bool) -> date:
    """Return the next such weekday, or the last; that is never today."""
    if past:
        return today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
    return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


def _holiday(holiday: Holiday, year: int) -> date | None:
    if not 1583 <= year <= 9998:
        return None
    if not holiday.month:
        return easter(year) + timedelta(days=holiday.day)
    first = date(year, holiday.month, holiday.day)
    if holiday.weekday is None:
        return first
    ahead = (holiday.weekday - first.weekday()) % 7 + 7 * (holiday.which - 1)
    return first + timedelta(days=ahead)


def easter(year: int) -> date:
    """Return Easter Sunday, by the Gregorian computus of Meeus, Jones and Butcher.

    Args:
        year: From 1583 on.
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    moon = (
        century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 19 * golden + 15
    ) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def shifted(day: date, count: int, unit: str) -> date | None:
    """Return the date so many days, weeks, months or years after another, or None if too far.

    Args:
        day: The other date.
        count: Negative for before.
        unit: `day`, `week`, `month` or `year`.
    """
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        # From 31 January a month later is the last day of February.
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None

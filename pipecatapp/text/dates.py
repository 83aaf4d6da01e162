"""Relative dates made absolute: "tomorrow" means nothing a week later."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from pipecatapp.text.date_rules import DateMeaning, DateRule
from pipecatapp.text.language import language

Replacement = Callable[[re.Match[str], date], str]


def written(day: date) -> str:
    """Return a date as people read it: 25 November 2026."""
    dates = language().dates
    return dates.date.format(day=day.day, month=dates.months[day.month - 1], year=day.year)


def with_dates(statement: str, today: date) -> str:
    """Return a statement with its relative dates made absolute.

    What could mean either of two days ("next Friday") keeps its words, and is given the day on
    which it was said.

    Args:
        statement: One sentence.
        today: When it was said.
    """
    dates = language().dates
    dated = statement
    for rule in dates.rules:
        dated = rule.pattern.sub(partial(_absolute, rule, today), dated)
    if dates.once.search(dated) and not dates.repeated.search(dated):
        dated = dates.on_a_day.sub(lambda found: _coming(found, today), dated)
    if dates.unclear.search(dated):
        dated = dated.rstrip(".") + dates.said_on.format(date=written(today))
    return dated


def _absolute(rule: DateRule, today: date, found: re.Match[str]) -> str:
    if rule.meaning == "day":
        return _on(today + timedelta(days=rule.days))
    if rule.meaning == "part of day":
        part = language().dates.in_part.format(part=found["part"].lower())
        return _on(today + timedelta(days=rule.days)) + part
    return _MEANINGS[rule.meaning](found, today)


def _on(day: date) -> str:
    return language().dates.on.format(date=written(day))


def _coming(found: re.Match[str], today: date) -> str:
    """Return the next such weekday, seven days from now if today is one."""
    ahead = (_weekday(found) - today.weekday()) % 7
    return _on(today + timedelta(days=ahead or 7))


def _past(found: re.Match[str], today: date) -> date:
    back = (today.weekday() - _weekday(found)) % 7
    return today - timedelta(days=back or 7)


def _weekday(found: re.Match[str]) -> int:
    return language().dates.weekdays.index(found["day"].lower())


def _shifted(sign: int, found: re.Match[str], today: date) -> str:
    """Return what so many days, weeks, months or years before or after today is."""
    dates = language().dates
    count = sign * (dates.counts.get(found["count"].lower()) or int(found["count"]))
    unit = dates.units[found["unit"].lower()]
    if unit == "day":
        return _on(today + timedelta(days=count))
    if unit == "week":
        return dates.around.format(date=written(today + timedelta(weeks=count)))
    return _in_year(today, count) if unit == "year" else _in_month(today, count)


def _period(found: re.Match[str], today: date) -> str:
    """Return what the last, this or the next week, month or year is."""
    dates = language().dates
    step, unit = dates.steps[found["step"].lower()], dates.units[found["unit"].lower()]
    if unit == "week":
        monday = today + timedelta(weeks=step, days=-today.weekday())
        return dates.in_week.format(date=written(monday))
    return _in_month(today, step) if unit == "month" else _in_year(today, step)


def _in_month(today: date, ahead: int) -> str:
    dates = language().dates
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return dates.in_month.format(month=dates.month.format(month=dates.months[month], year=year))


def _in_year(today: date, ahead: int) -> str:
    return language().dates.in_year.format(year=today.year + ahead)


_MEANINGS: dict[DateMeaning, Replacement] = {
    "later": partial(_shifted, 1),
    "earlier": partial(_shifted, -1),
    "period": _period,
    "coming": _coming,
    "past": lambda found, today: _on(_past(found, today)),
    "since": lambda found, today: language().dates.since.format(date=written(_past(found, today))),
}

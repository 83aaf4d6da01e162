"""Relative dates made absolute: "tomorrow" means nothing a week later."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_COUNTS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14},
}
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
_DAY = rf"(?P<day>{'|'.join(WEEKDAYS)})"

_REPEATED = re.compile(r"\b(?:every|each|always|usually|weekly|often|never)\b", re.IGNORECASE)
# A weekday alone may be a habit ("works on Friday"); with these it is one certain day.
_ONCE = re.compile(
    r"\b(?:will|going to|appointment|exam|interview|flights?|fl(?:y|ies|ying)|party|wedding"
    r"|surgery|operation|visit\w*|arriv\w+|coming|comes|leav\w+|travel\w*|concert|deadline|due)\b",
    re.IGNORECASE,
)


def written(day: date) -> str:
    """Return a date as people read it: 25 November 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def with_dates(statement: str, today: date) -> str:
    """Return a statement with its relative dates made absolute.

    What could mean either of two days ("next Friday") keeps its words, and is given the day on
    which it was said.

    Args:
        statement: One sentence.
        today: When it was said.
    """
    dated = statement
    for pattern, replace in _RULES:
        dated = pattern.sub(partial(_called, replace, today), dated)
    if _ONCE.search(dated) and not _REPEATED.search(dated):
        dated = _ON_A_DAY.sub(lambda found: f"on {written(_coming(found['day'], today))}", dated)
    if _UNCLEAR.search(dated):
        dated = f"{dated.rstrip('.')} (said on {written(today)})."
    return dated


def _called(
    replace: Callable[[re.Match[str], date], str], today: date, found: re.Match[str]
) -> str:
    return replace(found, today)


def _coming(day: str, today: date) -> date:
    """Return the next such weekday, seven days from now if today is one."""
    ahead = (WEEKDAYS.index(day.lower()) - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _past(day: str, today: date) -> date:
    back = (today.weekday() - WEEKDAYS.index(day.lower())) % 7
    return today - timedelta(days=back or 7)


def _shifted(found: re.Match[str], today: date, sign: int) -> str:
    """Return what so many days, weeks, months or years before or after today is."""
    count = sign * (_COUNTS.get(found["count"].lower()) or int(found["count"]))
    unit = found["unit"].lower()
    if unit == "day":
        return f"on {written(today + timedelta(days=count))}"
    if unit == "week":
        return f"around {written(today + timedelta(weeks=count))}"
    if unit == "year":
        return f"in {today.year + count}"
    return f"in {_month(today, count)}"


def _month(today: date, ahead: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return f"{MONTHS[month]} {year}"


def _week(today: date, ahead: int) -> str:
    monday = today + timedelta(weeks=ahead, days=-today.weekday())
    return f"in the week of {written(monday)}"


def _near(days: int, prefix: str = "on ") -> Callable[[re.Match[str], date], str]:
    return lambda _, today: prefix + written(today + timedelta(days=days))


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date], str]]

_STEPS = {"last": -1, "this": 0, "next": 1}


def _period(found: re.Match[str], today: date) -> str:
    step, unit = _STEPS[found["step"].lower()], found["unit"].lower()
    if unit == "week":
        return _week(today, step)
    return f"in {_month(today, step) if unit == 'month' else today.year + step}"


def _rule(pattern: str, replace: Callable[[re.Match[str], date], str]) -> Rule:
    return re.compile(rf"\b{pattern}(?!'s)\b", re.IGNORECASE), replace


_RULES: tuple[Rule, ...] = (
    _rule("(?:on )?the day after tomorrow", _near(2)),
    _rule("(?:on )?the day before yesterday", _near(-2)),
    _rule("(?:(?:today|now) )?tomorrow (?P<part>morning|afternoon|evening|night)",
          lambda found, today: f"{_near(1)(found, today)} in the {found['part'].lower()}"),
    _rule("tomorrow", _near(1)),
    _rule("(?:yesterday|last night)(?: (?:morning|afternoon|evening))?", _near(-1)),
    _rule("(?:today|tonight|this (?:morning|afternoon|evening))", _near(0)),
    _rule(rf"(?:in|within) {_COUNT} (?P<unit>day|week|month|year)s?(?: from (?:now|today))?",
          lambda found, today: _shifted(found, today, 1)),
    _rule(rf"{_COUNT} (?P<unit>day|week|month|year)s? from now",
          lambda found, today: _shifted(found, today, 1)),
    _rule(rf"{_COUNT} (?P<unit>day|week|month|year)s? ago",
          lambda found, today: _shifted(found, today, -1)),
    _rule("(?:in |during )?(?P<step>last|this|next) (?P<unit>week|month|year)", _period),
    _rule(rf"(?:on |this |this coming |the coming )*(?:this|coming) {_DAY}",
          lambda found, today: f"on {written(_coming(found['day'], today))}"),
    _rule(rf"(?:on )?last {_DAY}",
          lambda found, today: f"on {written(_past(found['day'], today))}"),
    _rule(rf"since {_DAY}",
          lambda found, today: f"since {written(_past(found['day'], today))}"),
)  # fmt: skip
_ON_A_DAY = re.compile(
    rf"\bon {_DAY}\b(?!,? (?:the )?\d| morning| afternoon| evening)", re.IGNORECASE
)
_UNCLEAR = re.compile(
    rf"\b(?:next (?:{'|'.join(WEEKDAYS)}|weekend|spring|summer|autumn|fall|winter)"
    r"|(?:this|last) (?:weekend|spring|summer|autumn|fall|winter)|soon|recently|the other day)\b",
    re.IGNORECASE,
)

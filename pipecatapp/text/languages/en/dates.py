"""Relative dates, and how absolute ones are written."""

import re

from pipecatapp.text.date_rules import DateMeaning, DateRule, Dates

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14},
}
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(COUNTS)}) (?P<unit>day|week|month|year)s?"
DAY = rf"(?P<day>{'|'.join(WEEKDAYS)})"


def _rule(pattern: str, meaning: DateMeaning, days: int = 0) -> DateRule:
    return DateRule(re.compile(rf"\b{pattern}(?!'s)\b", re.IGNORECASE), meaning, days)


DATES = Dates(
    weekdays=WEEKDAYS,
    months=(
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    counts=COUNTS,
    units={"day": "day", "week": "week", "month": "month", "year": "year"},
    steps={"last": -1, "this": 0, "next": 1},
    rules=(
        _rule("(?:on )?the day after tomorrow", "day", 2),
        _rule("(?:on )?the day before yesterday", "day", -2),
        _rule(
            "(?:(?:today|now) )?tomorrow (?P<part>morning|afternoon|evening|night)",
            "part of day",
            1,
        ),
        _rule("tomorrow", "day", 1),
        _rule("(?:yesterday|last night)(?: (?:morning|afternoon|evening))?", "day", -1),
        _rule("(?:today|tonight|this (?:morning|afternoon|evening))", "day", 0),
        _rule(rf"(?:in|within) {COUNT}(?: from (?:now|today))?", "later"),
        _rule(rf"{COUNT} from now", "later"),
        _rule(rf"{COUNT} ago", "earlier"),
        _rule("(?:in |during )?(?P<step>last|this|next) (?P<unit>week|month|year)", "period"),
        _rule(rf"(?:on |this |this coming |the coming )*(?:this|coming) {DAY}", "coming"),
        _rule(rf"(?:on )?last {DAY}", "past"),
        _rule(rf"since {DAY}", "since"),
    ),
    on_a_day=re.compile(
        rf"\bon {DAY}\b(?!,? (?:the )?\d| morning| afternoon| evening)", re.IGNORECASE
    ),
    # A weekday alone may be a habit ("works on Friday"); with these it is one certain day.
    once=re.compile(
        r"\b(?:will|going to|appointment|exam|interview|flights?|fl(?:y|ies|ying)|party|wedding"
        r"|surgery|operation|visit\w*|arriv\w+|coming|comes|leav\w+|travel\w*|concert|deadline|due)"
        r"\b",
        re.IGNORECASE,
    ),
    repeated=re.compile(r"\b(?:every|each|always|usually|weekly|often|never)\b", re.IGNORECASE),
    unclear=re.compile(
        rf"\b(?:next (?:{'|'.join(WEEKDAYS)}|weekend|spring|summer|autumn|fall|winter)"
        r"|(?:this|last) (?:weekend|spring|summer|autumn|fall|winter)|soon|recently|the other day)"
        r"\b",
        re.IGNORECASE,
    ),
    date="{day} {month} {year}",
    month="{month} {year}",
    on="on {date}",
    around="around {date}",
    since="since {date}",
    in_month="in {month}",
    in_year="in {year}",
    in_week="in the week of {date}",
    in_part=" in the {part}",
    said_on=" (said on {date}).",
)

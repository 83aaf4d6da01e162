"""Durations and times, as people say and as speech recognizers write them."""

import re

from pipecatapp.text.languages.en.dates import DATES, WEEKDAYS
from pipecatapp.text.languages.en.numbers import ONES, ORDINALS, TENS
from pipecatapp.text.time_rules import TimePhrases, Times

MINUTE, HOUR, DAY = 60, 3600, 86400
SHORT_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
DAYS_OF_MONTH = {word: number for word, number in ORDINALS.items() if 1 <= number <= 31}

TIMES = Times(
    # "7:30" and "a.m." are one word each, "10min" and "7pm" are two.
    token=re.compile(
        r"\d{1,2}[:.]\d{2}(?!\d)|\d+(?:st|nd|rd|th)\b|\d+(?:\.\d+)?|[ap]\.\s?m\b\.?"
        r"|o['\u2019]?\s?clock\b|[^\W\d_]+(?:['\u2019][^\W\d_]+)?",
        re.IGNORECASE,
    ),
    counts={
        **{word: number for number, word in enumerate(ONES)},
        **{"a": 1, "an": 1},
    },
    tens={word: 10 * number for number, word in enumerate(TENS, 2)},
    hundred="hundred",
    couple={"couple": 2, "dozen": 12},
    fractions={"half": 0.5, "quarter": 0.25, "quarters": 0.25},
    more=frozenset({"more", "extra", "further", "full"}),
    joins=frozenset({"and"}),
    articles=frozenset({"a", "an", "the"}),
    of=frozenset({"of"}),
    units={
        **dict.fromkeys(("second", "seconds", "sec", "secs"), 1),
        **dict.fromkeys(("minute", "minutes", "min", "mins"), MINUTE),
        **dict.fromkeys(("hour", "hours", "hr", "hrs"), HOUR),
        **dict.fromkeys(("day", "days"), DAY),
        **dict.fromkeys(("week", "weeks"), 7 * DAY),
    },
    short_units={"s": 1, "m": MINUTE, "h": HOUR},
    after=frozenset({"in", "after", "within"}),
    from_now=(("from", "now"), ("from", "today")),
    past=frozenset({"past", "after"}),
    until=frozenset({"to", "before", "till", "until", "of"}),
    minutes=frozenset({"minute", "minutes"}),
    oh=frozenset({"oh", "o", "zero"}),
    clock=frozenset({"o'clock", "oclock", "o clock"}),
    halves={"am": "am", "pm": "pm"},
    named_times={"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)},
    at=frozenset({"at", "for", "by", "around", "about", "from"}),
    on=frozenset({"on", "for"}),
    days={"today": 0, "tonight": 0, "tomorrow": 1},
    after_days={("the", "day", "after", "tomorrow"): 2, ("day", "after", "tomorrow"): 2},
    nights=frozenset({"tonight"}),
    parts={
        "morning": ("am", 8),
        "afternoon": ("pm", 15),
        "evening": ("pm", 19),
        "night": ("pm", 21),
    },
    in_part=frozenset({"in", "at", "the"}),
    this=frozenset({"this", "coming", "the"}),
    next=frozenset({"next"}),
    every=frozenset({"every", "each"}),
    every_day=frozenset({"daily", "everyday"}),
    groups={
        **dict.fromkeys(("day", "days"), (0, 1, 2, 3, 4, 5, 6)),
        **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), (0, 1, 2, 3, 4)),
        **dict.fromkeys(("weekend", "weekends"), (5, 6)),
    },
    weekdays={**{day: number for number, day in enumerate(WEEKDAYS)}, **SHORT_DAYS},
    plural_weekdays={f"{day}s": number for number, day in enumerate(WEEKDAYS)},
    months={
        **{month.lower(): number for number, month in enumerate(DATES.months, 1)},
        **{month[:3].lower(): number for number, month in enumerate(DATES.months, 1)},
        "sept": 9,
    },
    ordinals=DAYS_OF_MONTH,
    ordinal=re.compile(r"(\d{1,2})(?:st|nd|rd|th)$", re.IGNORECASE),
)

TIME_PHRASES = TimePhrases(
    units=((HOUR, "hour", "hours"), (MINUTE, "minute", "minutes"), (1, "second", "seconds")),
    and_="{first} and {last}",
    or_="{first} or {last}",
    clock="{hour}:{minute:02} {half}",
    named={(0, 0): "midnight", (12, 0): "noon"},
    today="today at {clock}",
    tomorrow="tomorrow, {weekday}, at {clock}",
    later="{weekday}, {date}, at {clock}",
    on="on {moment}",
    daily="every day",
    on_groups={(0, 1, 2, 3, 4): "every weekday", (5, 6): "every Saturday and Sunday"},
    on_days="every {days}",
    repeated="{days} at {clock}",
)

"""Reads the parts of a time in the order in which they were said: a day, a time of day, a habit."""

from dataclasses import dataclass, replace

from pipecatapp.text.language import language
from pipecatapp.text.time_rules import Half, Times
from pipecatapp.text.times.clock import ClockTime, clock_at
from pipecatapp.text.times.durations import Token, duration_at

DAY_SECS = 86400
NIGHT_HOUR = 21
AT_NIGHT = (12, 1, 2, 3, 4, 5)
"""Hours that belong to the second half of a night."""


@dataclass(frozen=True)
class TimePhrase:
    """What somebody said of a time; what is None was not said.

    Attributes:
        after: Seconds from now.
        days: Days from today.
        weekday: From Monday as 0.
        next_week: Whether that weekday is one of the next week.
        day: Of a month.
        month: From 1.
        year: Of four digits.
        clock: The time of day.
        half: The half of the day that a part of the day lies in.
        part_hour: The hour that this part of the day means where no time was said.
        night: Whether the night that follows the day is part of it.
        repeat: The weekdays on which it repeats.
    """

    after: int | None = None
    days: int | None = None
    weekday: int | None = None
    next_week: bool = False
    day: int | None = None
    month: int | None = None
    year: int | None = None
    clock: ClockTime | None = None
    half: Half | None = None
    part_hour: int | None = None
    night: bool = False
    repeat: tuple[int, ...] = ()

    @property
    def has_day(self) -> bool:
        """Whether it names a day or days."""
        return bool(self.repeat) or (self.days, self.weekday, self.day) != (None, None, None)


Step = tuple[TimePhrase, int]


def phrase_at(tokens: list[Token], place: int) -> Step | None:
    """Return the longest time that begins at a token, and the number of the token behind it."""
    times = language().times
    phrase, start = TimePhrase(), place
    while place < len(tokens):
        step = (
            _relative(times, tokens, place, phrase)
            or _repeat(times, tokens, place, phrase)
            or _day(times, tokens, place, phrase)
            or _part(times, tokens, place, phrase)
            or _clock(times, tokens, place, phrase)
        )
        if step is None:
            break
        phrase, place = step
    return None if place == start else (phrase, place)


def _relative(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "in twenty minutes", "two hours from now" and "in three days"."""
    if phrase.after is not None or phrase.has_day:
        return None
    led = _text(tokens, place) in times.after
    read = duration_at(tokens, place + led)
    if read is None:
        return None
    seconds, after = read
    ends = (end for end in times.from_now if _texts(tokens, after, len(end)) == end)
    ended = next(ends, ())
    if not led and not ended:
        return None
    after += len(ended)
    whole_days = seconds % DAY_SECS == 0 and seconds > 0
    if whole_days and (phrase.clock or _clock(times, tokens, after, TimePhrase(days=0))):
        return replace(phrase, days=int(seconds // DAY_SECS)), after
    return None if phrase.clock else (replace(phrase, after=round(seconds)), after)


def _repeat(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "every day", "on weekdays", "each Monday and Thursday", "every morning"."""
    if phrase.has_day or phrase.after is not None:
        return None
    word = _text(tokens, place)
    if word in times.every_day:
        return replace(phrase, repeat=tuple(range(7))), place + 1
    every = word in times.every
    place += every or word in times.on
    days: list[int] = []
    while True:
        word = _text(tokens, place)
        if word in times.groups and (every or word.endswith("s")):
            days += times.groups[word]
        elif word in times.plural_weekdays:
            days.append(times.plural_weekdays[word])
        elif every and word in times.weekdays:
            days.append(times.weekdays[word])
        else:
            break
        place += 1
        joined = _text(tokens, place) in times.joins
        following = _text(tokens, place + joined)
        more = following in times.plural_weekdays or (every and following in times.weekdays)
        if not more:
            break
        place += joined
    if not days and every and (part := times.parts.get(_text(tokens, place))):
        half, hour = part
        daily = replace(phrase, repeat=tuple(range(7)), half=half, part_hour=hour)
        return daily, place + 1
    return (replace(phrase, repeat=tuple(sorted(set(days)))), place) if days else None


def _day(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "tomorrow", "next Friday", "on the 3rd of December", "May 4"."""
    if phrase.has_day or phrase.after is not None:
        return None
    place += _text(tokens, place) in times.on
    for words, days in times.after_days.items():
        if _texts(tokens, place, len(words)) == words:
            return replace(phrase, days=days), place + len(words)
    word = _text(tokens, place)
    if word in times.days:
        if word not in times.nights:
            return replace(phrase, days=times.days[word]), place + 1
        tonight = replace(phrase, days=times.days[word], half="pm", part_hour=20, night=True)
        return tonight, place + 1
    return _weekday(times, tokens, place, phrase) or _date(times, tokens, place, phrase)


def _weekday(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "Friday", "this Friday", "next Friday" and "this evening"."""
    start = place
    if _text(tokens, place) in times.next:
        weekday = times.weekdays.get(_text(tokens, place + 1))
        next_week = replace(phrase, weekday=weekday, next_week=True)
        return None if weekday is None else (next_week, place + 2)
    while _text(tokens, place) in times.this:
        place += 1
    weekday = times.weekdays.get(_text(tokens, place))
    if weekday is not None:
        return replace(phrase, weekday=weekday), place + 1
    part = times.parts.get(_text(tokens, place))
    # "This evening", but not "in the evening", which may be any.
    if part is None or place == start or _text(tokens, place - 1) in times.in_part:
        return None
    return replace(phrase, days=0, half=part[0], part_hour=part[1]), place + 1


def _date(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    place += _text(tokens, place) in times.articles
    month = times.months.get(_text(tokens, place))
    if month is not None:
        place += 1
        place += _text(tokens, place) in times.articles
        read = _ordinal(times, tokens, place) or _number(tokens, place)
        if read is None:
            return None
        day, place = read
    else:
        ordinal = _ordinal(times, tokens, place)
        read = ordinal or _number(tokens, place)
        if read is None:
            return None
        day, place = read
        after = place + (_text(tokens, place) in times.of)
        month = times.months.get(_text(tokens, after))
        if month is not None:
            place = after + 1
        elif ordinal is None:
            return None
    dated = replace(phrase, day=day, month=month)
    year = _text(tokens, place)
    if month is not None and year.isdecimal() and 2000 <= int(year) < 2200:
        return replace(dated, year=int(year)), place + 1
    return dated, place


def _ordinal(times: Times, tokens: list[Token], place: int) -> tuple[int, int] | None:
    """Read "3rd", "third" and "twenty-third"."""
    word = _text(tokens, place)
    if found := times.ordinal.match(word):
        day = int(found[1])
        return (day, place + 1) if 1 <= day <= 31 else None
    following = times.ordinals.get(_text(tokens, place + 1), 0)
    if word in times.tens and 0 < following < 10 and times.tens[word] + following <= 31:
        return times.tens[word] + following, place + 2
    return (times.ordinals[word], place + 1) if word in times.ordinals else None


def _number(tokens: list[Token], place: int) -> tuple[int, int] | None:
    word = _text(tokens, place)
    return (int(word), place + 1) if word.isdecimal() and 1 <= int(word) <= 31 else None


def _part(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "in the morning", "at night", and "evening" behind a day."""
    if phrase.half is not None or phrase.after is not None:
        return None
    start = place
    while _text(tokens, place) in times.in_part | times.on:
        place += 1
    part = times.parts.get(_text(tokens, place))
    if part is None or (place == start and not phrase.has_day):
        return None
    half, hour = part
    if phrase.clock is not None and phrase.clock.hour in AT_NIGHT and hour == NIGHT_HOUR:
        half = "am"  # two at night
    return replace(phrase, half=half, part_hour=hour), place + 1


def _clock(times: Times, tokens: list[Token], place: int, phrase: TimePhrase) -> Step | None:
    """Read "at eight", "for 7:30", and "8" behind a day; a mere number is no time."""
    if phrase.clock is not None or phrase.after is not None:
        return None
    led = _text(tokens, place) in times.at
    read = clock_at(tokens, place + led)
    if read is None:
        return None
    clock, after = read
    if not (led or clock.marked or clock.half or phrase.has_day):
        return None
    counts_something = not clock.marked and clock.half is None
    if counts_something and duration_at(tokens, place + led) is not None:
        return None  # "for 10 minutes"
    return replace(phrase, clock=clock), after


def _text(tokens: list[Token], place: int) -> str:
    return tokens[place].text if 0 <= place < len(tokens) else ""


def _texts(tokens: list[Token], place: int, count: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[place : place + count])

"""When something is to happen, in somebody's words: "tomorrow at eight", "every weekday at 7"."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from pipecatapp.text.times.clock import ClockTime
from pipecatapp.text.times.durations import tokens_of
from pipecatapp.text.times.phrase import AT_NIGHT, TimePhrase, phrase_at

EARLIEST_HOUR = {"alarm": 4, "reminder": 7}
"""An hour of a certain day, said without its half, is in the morning from this hour on."""
DEFAULT_HOUR = 9
"""The hour of a day that was named without a time."""
NIGHT_ENDS = 6

Purpose = Literal["alarm", "reminder"]


class TimePassedError(ValueError):
    """A time that was named with its day has passed."""


@dataclass(frozen=True)
class When:
    """When something is to happen.

    Attributes:
        wall: The first time, in local time without a zone; None where `after` says it.
        after: Seconds from now.
        repeat: The weekdays on which it repeats, from Monday as 0; empty for once.
    """

    wall: datetime | None = None
    after: int | None = None
    repeat: tuple[int, ...] = ()


@dataclass(frozen=True)
class FoundTime:
    """A time within a text.

    Attributes:
        phrase: What was said.
        start: The offset of its first character.
        end: The offset behind its last character.
    """

    phrase: TimePhrase
    start: int
    end: int


def find_time(text: str) -> FoundTime | None:
    """Return the longest time that a text names, the last of several, or None."""
    found = times_in(text)
    return max(found, key=lambda time: (time.end - time.start, time.start)) if found else None


def times_in(text: str) -> list[FoundTime]:
    """Return all times that a text names, in order."""
    tokens = tokens_of(text)
    found: list[FoundTime] = []
    place = 0
    while place < len(tokens):
        read = phrase_at(tokens, place)
        if read is None:
            place += 1
            continue
        phrase, after = read
        found.append(FoundTime(phrase, tokens[place].start, tokens[after - 1].end))
        place = after
    return found


def resolve(phrase: TimePhrase, now: datetime, purpose: Purpose = "reminder") -> When:
    """Return the time that a phrase means.

    An hour that may be in either half of the day is the next one to come, for a reminder not at
    night. On a day that was named it is in the morning from `EARLIEST_HOUR` on, else later.

    Args:
        phrase: What was said.
        now: Local time, without a zone.
        purpose: What it is for.

    Raises:
        TimePassedError: It lies in the past.
    """
    if phrase.after is not None:
        return When(after=phrase.after)
    clock = _in_half(phrase)
    if phrase.repeat:
        at = _on_day(clock, phrase, purpose)
        return When(_next_of(phrase.repeat, at, now), repeat=phrase.repeat)
    days = _days(phrase, now.date())
    if days is None:
        return When(
            _next_to_come(clock or ClockTime(*_default(phrase), certain=True), now, purpose)
        )
    for day in days:
        if clock is not None and day == now.date():
            hours = _hours(clock, purpose)
            walls = [datetime.combine(day, time(hour, clock.minute)) for hour in hours]
        else:
            walls = [datetime.combine(day, _on_day(clock, phrase, purpose))]
        for wall in walls:
            # Midnight of tonight is the end of the day.
            coming = wall + timedelta(days=int(phrase.night and wall.hour < NIGHT_ENDS))
            if coming > now:
                return When(coming)
    raise TimePassedError


def _in_half(phrase: TimePhrase) -> ClockTime | None:
    """Return the time of day with the half of the day that the part of the day lies in."""
    clock = phrase.clock
    if clock is None:
        return None
    late = phrase.night and clock.hour in AT_NIGHT
    return clock.with_half("am" if late else phrase.half)


def _days(phrase: TimePhrase, today: date) -> tuple[date, ...] | None:
    """Return the days that a phrase can mean, the first that is not over counts."""
    if phrase.days is not None:
        return (today + timedelta(days=phrase.days),)
    if phrase.weekday is not None:
        ahead = (phrase.weekday - today.weekday()) % 7
        if phrase.next_week:
            return (today + timedelta(days=7 - today.weekday() + phrase.weekday),)
        return (today + timedelta(days=ahead), today + timedelta(days=ahead + 7))
    if phrase.day is None:
        return None
    if phrase.month is None:
        months = [(today.year * 12 + today.month - 1 + ahead) for ahead in range(3)]
        wanted = [(month // 12, month % 12 + 1) for month in months]
    elif phrase.year is not None:
        wanted = [(phrase.year, phrase.month)]
    else:
        wanted = [(today.year + ahead, phrase.month) for ahead in range(9)]
    made = [_date(year, month, phrase.day) for year, month in wanted]
    days = tuple(day for day in made if day is not None)
    if not days:
        raise TimePassedError
    return days


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _on_day(clock: ClockTime | None, phrase: TimePhrase, purpose: Purpose) -> time:
    """Return the time of day that is meant on a day that was named."""
    if clock is None:
        return time(*_default(phrase))
    hours = clock.hours
    early = hours[0] >= EARLIEST_HOUR[purpose]
    return time(hours[0] if len(hours) == 1 or early else hours[1], clock.minute)


def _default(phrase: TimePhrase) -> tuple[int, int]:
    return (phrase.part_hour if phrase.part_hour is not None else DEFAULT_HOUR), 0


def _next_of(weekdays: tuple[int, ...], at: time, now: datetime) -> datetime:
    for ahead in range(8):
        wall = datetime.combine(now.date() + timedelta(days=ahead), at)
        if wall.weekday() in weekdays and wall > now:
            return wall
    raise TimePassedError


def _next_to_come(clock: ClockTime, now: datetime, purpose: Purpose) -> datetime:
    walls = [
        datetime.combine(now.date() + timedelta(days=ahead), time(hour, clock.minute))
        for ahead in (0, 1)
        for hour in _hours(clock, purpose)
    ]
    return next(wall for wall in walls if wall > now)


def _hours(clock: ClockTime, purpose: Purpose) -> tuple[int, ...]:
    """Return the hours that a time can mean: alarms ring at night too, reminders do not."""
    if purpose == "alarm" or len(clock.hours) == 1:
        return clock.hours
    return tuple(hour for hour in clock.hours if hour >= EARLIEST_HOUR[purpose])

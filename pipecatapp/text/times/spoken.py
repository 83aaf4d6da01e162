"""Says durations and times."""

from collections.abc import Sequence
from datetime import date, datetime

from pipecatapp.text.language import language

DAYS_NAMED = 300
"""A day further ahead than this is said with its year."""


def duration_words(seconds: int) -> str:
    """Return a duration in words, such as "1 hour and 30 minutes"."""
    return list_words(
        [f"{count} {one if count == 1 else many}" for count, one, many in _parts(seconds)]
    )


def length_words(seconds: int) -> str:
    """Return a duration as it stands before a noun, such as "90 minute" or "1 hour 30 minute"."""
    return " ".join(f"{count} {one}" for count, one, _ in _parts(seconds))


def _parts(seconds: int) -> list[tuple[int, str, str]]:
    """Return the counts of the units of a duration, with the words for one and for several."""
    rest, parts = seconds, []
    for size, one, several in language().time_phrases.units:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, one, several))
    return parts or [(0, *language().time_phrases.units[-1][1:])]


def list_words(parts: Sequence[str], *, choice: bool = False) -> str:
    """Return parts of a sentence joined by commas and a last "and", or "or" in a choice."""
    if len(parts) < 2:
        return "".join(parts)
    first, phrases = ", ".join(parts[:-1]), language().time_phrases
    return (phrases.or_ if choice else phrases.and_).format(first=first, last=parts[-1])


def clock_words(wall: datetime) -> str:
    """Return a time of day in words, with its half of the day."""
    named = language().time_phrases.named.get((wall.hour, wall.minute))
    if named:
        return named
    half = "am" if wall.hour < 12 else "pm"
    return language().time_phrases.clock.format(
        hour=wall.hour % 12 or 12, minute=wall.minute, half=half
    )


def moment_words(
    wall: datetime, now: datetime, repeat: tuple[int, ...] = (), *, on: bool = True
) -> str:
    """Return a time with its day, so that a person hears a mistake.

    Args:
        wall: The local time.
        now: The local time now.
        repeat: The weekdays on which it repeats, from Monday as 0.
        on: Whether it says when something happens, "on Friday", rather than naming the moment.
    """
    phrases, clock = language().time_phrases, clock_words(wall)
    if repeat:
        return phrases.repeated.format(days=_days_words(repeat), clock=clock)
    ahead = (wall.date() - now.date()).days
    if ahead == 0:
        return phrases.today.format(clock=clock)
    names = {"weekday": _weekday(wall.weekday()), "clock": clock}
    if ahead == 1:
        return phrases.tomorrow.format(**names)
    moment = phrases.later.format(date=_date(wall.date(), ahead), **names)
    return phrases.on.format(moment=moment) if on else moment


def _days_words(repeat: tuple[int, ...]) -> str:
    phrases = language().time_phrases
    if len(repeat) == 7:
        return phrases.daily
    if repeat in phrases.on_groups:
        return phrases.on_groups[repeat]
    return phrases.on_days.format(days=list_words([_weekday(day) for day in repeat]))


def _weekday(number: int) -> str:
    return language().dates.weekdays[number].capitalize()


def _date(day: date, ahead: int) -> str:
    dates = language().dates
    month = dates.months[day.month - 1]
    if 0 < ahead < DAYS_NAMED:
        return f"{day.day} {month}"
    return dates.date.format(day=day.day, month=month, year=day.year)

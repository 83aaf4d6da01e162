"""Reads questions for the time from what people say, and tells times."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from pipecatapp.text.dates import written
from pipecatapp.text.language import language
from pipecatapp.text.number_words import with_digits
from pipecatapp.tools.clocks.places import find_place
from pipecatapp.tools.tool import ToolError

LONGEST_QUESTION = 120
"""Characters of a question for the time or the date."""


@dataclass(frozen=True)
class TimeQuestion:
    """A question for the time.

    Attributes:
        place: Where; empty for here.
        when: Another time than now, such as "9 am here"; empty for now.
    """

    place: str = ""
    when: str = ""


def bare_question(words: str) -> str:
    """Return a question in small letters, numbers in digits, without the words around it."""
    clock, opening = language().clock, language().requests.opening
    text = " ".join(words.lower().replace("\u2019", "'").split())
    text = text[(found.end() if (found := opening.match(text)) else 0) :]
    text = text[(found.end() if (found := clock.asks.match(text)) else 0) :]
    return clock.ends.sub("", text)


def read_time_question(words: str) -> TimeQuestion | None:
    """Return the question for the time that words plainly ask, or None."""
    clock = language().clock
    if len(words) > LONGEST_QUESTION:
        return None
    text = with_digits(bare_question(words))
    for pattern in clock.times:
        found = pattern.match(text)
        if found is None:
            continue
        named = found.groupdict()
        place, when = (named.get("place") or "").strip(), (named.get("when") or "").strip()
        if when and read_moment(when) is None:
            continue
        if place and find_place(place) is None and (when or clock.no_place.search(place)):
            continue
        return TimeQuestion(place, when)
    return None


def read_moment(when: str) -> tuple[time, str] | None:
    """Return the time of day and the place of "9 am in London", or None if it is none.

    Returns:
        The time, and the place; that is empty for here.
    """
    found = language().clock.moment.match(" ".join(with_digits(when).split()))
    of_day = read_time(found["time"]) if found else None
    place = (found["place"] or found["before"] or "") if found else ""
    return (of_day, place) if found and of_day is not None else None


def read_time(text: str) -> time | None:
    """Return a time of day such as "half past 9" or "3 pm", or None if the text is none."""
    clock = language().clock
    found = clock.time.match(text.strip())
    if found is None:
        return None
    if found["name"]:
        return time(clock.named_times[found["name"]])
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        before = found["half"].replace(".", "").replace(" ", "") in clock.before_noon
        hour = hour % 12 + (0 if before else 12)
    if found["past"] or found["to"]:
        if found["minute"]:
            return None
        minute = _minutes(found["past"] or found["to"])
        hour, minute = (hour, minute) if found["past"] else ((hour - 1) % 24, 60 - minute)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _minutes(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return language().numbers.values[text.split()[-1]]


def told_time(of_day: time) -> str:
    """Return a time of day as it is told: 9 o'clock in the morning."""
    clock = language().clock
    if of_day.minute == 0 and of_day.hour in (0, 12):
        return clock.noon if of_day.hour else clock.midnight
    part = [name for begin, name in clock.parts if of_day.hour >= begin][-1]
    hour = of_day.hour % 12 or 12
    template = clock.minutes if of_day.minute else clock.whole_hour
    return template.format(hour=hour, minute=of_day.minute, part=part)


def told_day(day: date) -> str:
    """Return a date with its weekday: Tuesday, 1 December 2026."""
    weekday = language().dates.weekdays[day.weekday()].capitalize()
    return language().clock.day_of.format(weekday=weekday, date=written(day))


def answer_time(question: TimeQuestion, now: datetime, here: tzinfo | None) -> str:
    """Return the sentence that tells the time.

    Args:
        question: Which time.
        now: The present, in the time zone of this place.
        here: The time zone of this place; None for the system's.

    Raises:
        ToolError: The place is not known, or there is no such time.
    """
    clock = language().clock
    target = zone_of(question.place, now) if question.place else Zone(here)
    read = read_moment(question.when) if question.when else None
    if read is None:
        told = _with_day(now.astimezone(target.zone), now.date())
        if target.country:
            return clock.differs.format(country=target.country, capital=target.name, time=told)
        template = clock.now_there if target.name else clock.now_here
        return template.format(place=target.name, time=told)
    source = zone_of(read[1], now) if read[1] else Zone(here)
    moment = _moment(read[0], source.zone, now)
    told = _with_day(moment.astimezone(target.zone), moment.date())
    return clock.other.format(
        when=told_time(read[0]), there=_in(source), time=told, place=_in(target)
    )


@dataclass(frozen=True)
class Zone:
    """A place with one time.

    Attributes:
        zone: Its time zone; None for the system's.
        name: Its name; empty for here.
        country: The country of which it is the capital, where that has several times.
    """

    zone: tzinfo | None
    name: str = ""
    country: str = ""


def zone_of(name: str, moment: datetime) -> Zone:
    """Return a place with its time zone; where a country has several times, its capital.

    Args:
        name: Of the place.
        moment: When the time is to be told.

    Raises:
        ToolError: The place is not known, or has several times and no capital.
    """
    place = find_place(name)
    zone = place.zone_at(moment) if place else None
    if place and zone:
        return Zone(zone, place.name)
    if place and place.capital:
        capital, at = place.capital
        return Zone(ZoneInfo(at), capital, place.name[:1].upper() + place.name[1:])
    shown = " ".join(name.split())
    shown = shown.title() if shown.islower() else shown
    raise ToolError(language().clock.unknown_place.format(place=shown))


def _moment(of_day: time, zone: tzinfo | None, now: datetime) -> datetime:
    """Return the moment of a time of day, today in some time zone.

    Raises:
        ToolError: The clocks are put forward past it.
    """
    local = datetime.combine(now.astimezone(zone).date(), of_day)
    moment = local.replace(tzinfo=zone) if zone else local.astimezone()
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ToolError(language().clock.gap.format(time=told_time(of_day)))
    return moment


def _in(zone: Zone) -> str:
    clock = language().clock
    return clock.at.format(place=zone.name) if zone.name else clock.here


def _with_day(moment: datetime, today: date) -> str:
    """Return a moment's time, with its day if that is not today."""
    told = told_time(moment.time())
    if moment.date() == today:
        return told
    return language().clock.on_day.format(time=told, day=told_day(moment.date()))

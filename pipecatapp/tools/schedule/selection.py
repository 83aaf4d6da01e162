"""Finds the entries that somebody means by a name, a duration or a time."""

import unicodedata
from collections.abc import Sequence
from datetime import tzinfo

from pipecatapp.text.language import language
from pipecatapp.text.times.durations import durations_in
from pipecatapp.text.times.moments import find_time
from pipecatapp.text.words import letters_and_digits
from pipecatapp.tools.schedule.entry import Entry
from pipecatapp.tools.schedule.wall_time import wall_of


def meant(which: str, entries: Sequence[Entry], zone: tzinfo | None) -> list[Entry]:
    """Return the entries that some words may mean: several where the words are not enough.

    Args:
        which: A name, a duration, a time, or "all"; empty for whichever there is.
        entries: Those that there are.
        zone: Of local times; None for the machine's.
    """
    words = _specific(which)
    if not words or is_all(which):
        return list(entries)
    named = [entry for entry in entries if words <= set(_words(entry.name))]
    exact = [entry for entry in named if words == _specific(entry.name)]
    if exact or named:
        return exact or named
    lengths = {found.seconds for found in durations_in(which)}
    if lasting := [entry for entry in entries if entry.length in lengths and entry.length]:
        return lasting
    return [entry for entry in entries if _is_at(entry, which, zone)]


def is_all(which: str) -> bool:
    """Tell whether some words mean all entries."""
    return language().schedule_requests.all.fullmatch(which.strip()) is not None


def _is_at(entry: Entry, which: str, zone: tzinfo | None) -> bool:
    """Tell whether an entry is due at a time of day, and on the day, that some words name."""
    found = find_time(which) or find_time(f"{_at()} {which}")
    if found is None or found.phrase.after is not None:
        return False
    phrase, wall = found.phrase, wall_of(entry.due, zone)
    clock = phrase.clock.with_half(phrase.half) if phrase.clock else None
    if clock and (wall.hour not in clock.hours or wall.minute != clock.minute):
        return False
    if phrase.weekday is not None and phrase.weekday not in (wall.weekday(), *entry.repeat):
        return False
    if phrase.repeat and set(phrase.repeat) != set(entry.repeat):
        return False
    return clock is not None or phrase.has_day


def _at() -> str:
    return min(language().times.at)


def _specific(text: str) -> set[str]:
    return set(_words(text)) - language().schedule_requests.unspecific


def _words(text: str) -> list[str]:
    return letters_and_digits(unicodedata.normalize("NFKC", text).casefold())

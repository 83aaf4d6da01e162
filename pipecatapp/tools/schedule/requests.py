"""Reads plain requests for timers, alarms and reminders by their wording alone."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.schedule_rules import DURATION, TIME
from pipecatapp.text.times.durations import durations_in
from pipecatapp.text.times.moments import times_in

LONGEST_REQUEST = 300
"""Characters of a request that code reads; the patterns must not take long."""

Span = tuple[int, int]


@dataclass(frozen=True)
class PlainRequest:
    """What a request says, in its own words.

    Attributes:
        name: What it is called, what somebody is to be reminded of, or which one is meant.
        time: The duration or time; empty where none was said.
    """

    name: str = ""
    time: str = ""


def matched(
    words: str, patterns: Iterable[re.Pattern[str]], *, time: str = ""
) -> PlainRequest | None:
    """Return what a request says if one of the patterns matches all of it, else None.

    Args:
        words: The user's.
        patterns: Of requests.
        time: `DURATION` or `TIME`, where the patterns may name one; the other, and those within
            names, are left as they were said.
    """
    if len(words) > LONGEST_REQUEST:
        return None
    request = _request(words)
    patterns = tuple(patterns)
    for text, said in _with_stand_in(request, time):
        for pattern in patterns:
            found = pattern.fullmatch(text)
            if found is None:
                continue
            name = next((part for part in found.groupdict().values() if part), "").strip(" ,")
            return PlainRequest(name.replace(time, said) if time else name, said)
    return None


def _with_stand_in(request: str, time: str) -> Iterator[tuple[str, str]]:
    """Yield a request with each of its durations or times in turn replaced, and what it replaced.

    The request itself comes last.
    """
    find: Callable[[str], list[Span]] = lambda text: []  # noqa: E731 - nothing stands for nothing
    if time == DURATION:
        find = _durations
    elif time == TIME:
        find = _times
    for start, end in find(request):
        yield f"{request[:start]}{time}{request[end:]}", request[start:end]
    yield request, ""


def _durations(text: str) -> list[Span]:
    return [(found.start, found.end) for found in durations_in(text)]


def _times(text: str) -> list[Span]:
    return [(found.start, found.end) for found in times_in(text)]


def _request(words: str) -> str:
    """Return the words without politeness, marks at the end, and what only opens a request."""
    requests, plain = language().requests, " ".join(words.replace("\u2019", "'").split())
    opening = requests.opening.match(plain)
    plain = plain[opening.end() :] if opening else plain
    wanted = language().schedule_requests
    lead = wanted.lead.match(plain)
    plain = plain[lead.end() :] if lead else plain
    return wanted.tail.sub("", plain.rstrip(" .!?,;")).rstrip(" .!?,;")

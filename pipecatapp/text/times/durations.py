"""Durations in somebody's words: "ten minutes", "an hour and a half", "90 seconds"."""

from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.time_rules import Times

Step = tuple[float, int]
"""What was read, and the number of the token behind it."""


@dataclass(frozen=True)
class Token:
    """A word or number of a text.

    Attributes:
        text: In small letters, without dots and with a plain apostrophe.
        start: The offset of its first character.
        end: The offset behind its last character.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class FoundDuration:
    """A duration within a text.

    Attributes:
        seconds: How long it is.
        start: The offset of its first character.
        end: The offset behind its last character.
    """

    seconds: int
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Return the words and numbers of a text, in order."""
    return [
        Token(_plain(found.group()), found.start(), found.end())
        for found in language().times.token.finditer(text)
    ]


def durations_in(text: str) -> list[FoundDuration]:
    """Return all durations of a text, in order, each as long as can be."""
    tokens = tokens_of(text)
    found: list[FoundDuration] = []
    place = 0
    while place < len(tokens):
        read = duration_at(tokens, place)
        if read is None:
            place += 1
            continue
        seconds, after = read
        found.append(FoundDuration(round(seconds), tokens[place].start, tokens[after - 1].end))
        place = after
    return found


def read_duration(text: str) -> int | None:
    """Return the seconds of a text that is one duration and nothing else, or None."""
    tokens = tokens_of(text)
    read = duration_at(tokens, 0)
    return round(read[0]) if read and read[1] == len(tokens) else None


def duration_at(tokens: list[Token], place: int) -> Step | None:
    """Return the seconds of the longest duration that begins at a token, or None."""
    times = language().times
    first = _term(times, tokens, place)
    if first is None:
        return None
    total, place, unit = first
    while True:
        joined = place + (_text(tokens, place) in times.joins)
        term = _term(times, tokens, joined)
        if term is None or term[2] >= unit:
            break
        total, place, unit = total + term[0], term[1], term[2]
    # "One hour thirty", "2 minutes 30": the number counts the next smaller unit.
    if unit in (60, 3600) and (rest := count_at(tokens, place)) and 0 < rest[0] < 60:
        value, after = rest
        words = _text(tokens, place) in times.articles
        if not words and value == int(value) and _text(tokens, after) not in times.halves:
            return total + value * unit / 60, after
    return total, place


def count_at(tokens: list[Token], place: int) -> Step | None:
    """Return the number that begins at a token, in digits or in words, or None."""
    times = language().times
    word = _text(tokens, place)
    if word.replace(".", "", 1).isdecimal():
        return float(word), place + 1
    if word in times.tens:
        following = times.counts.get(_text(tokens, place + 1), 0)
        if 0 < following < 10 and _text(tokens, place + 1) not in times.articles:
            return times.tens[word] + following, place + 2
        return times.tens[word], place + 1
    if word in times.couple:
        return times.couple[word], place + 1 + (_text(tokens, place + 1) in times.of)
    if word not in times.counts:
        return None
    value, place = times.counts[word], place + 1
    if _text(tokens, place) in times.couple:
        return count_at(tokens, place)
    if _text(tokens, place) == times.hundred and value < 10:
        place += 1
        joined = place + (_text(tokens, place) in times.joins)
        rest = count_at(tokens, joined)
        if rest and rest[0] < 100 and _text(tokens, joined) not in times.articles:
            return 100 * value + rest[0], rest[1]
        return 100 * value, place
    return value, place


def _term(times: Times, tokens: list[Token], place: int) -> tuple[float, int, int] | None:
    """Return the seconds of one count of one unit, the token behind it, and the unit's seconds."""
    if (part := _fraction_of_unit(times, tokens, place)) is not None:
        return part
    counted = count_at(tokens, place)
    if counted is None:
        return None
    value, after = counted
    # "Two and a half minutes", "three quarters of an hour".
    if (more := _and_fraction(times, tokens, after)) is not None:
        value, after = value + more[0], more[1]
    elif (part := _fraction_of_unit(times, tokens, after, value)) is not None:
        return part
    after += _text(tokens, after) in times.more
    unit = _unit(times, tokens, after)
    if unit is None:
        return None
    after += 1
    # "An hour and a half", but not "an hour and a half minute".
    more = _and_fraction(times, tokens, after)
    if more is not None and _unit(times, tokens, more[1]) is None:
        value, after = value + more[0], more[1]
    return value * unit, after, unit


def _and_fraction(times: Times, tokens: list[Token], place: int) -> Step | None:
    """Return the value of "and a half"."""
    if _text(tokens, place) not in times.joins:
        return None
    place += 1
    count = 1.0
    if _text(tokens, place) in times.articles:
        place += 1
    elif (counted := count_at(tokens, place)) and counted[0] == 3:
        count, place = counted
    fraction = times.fractions.get(_text(tokens, place))
    return None if fraction is None else (count * fraction, place + 1)


def _fraction_of_unit(
    times: Times, tokens: list[Token], place: int, count: float = 1.0
) -> tuple[float, int, int] | None:
    """Return the term "half an hour", "a quarter of an hour" or "a half hour"."""
    if _text(tokens, place) in times.articles and count == 1.0:
        place += 1
    fraction = times.fractions.get(_text(tokens, place))
    if fraction is None:
        return None
    place += 1
    place += _text(tokens, place) in times.of
    place += _text(tokens, place) in times.articles
    unit = _unit(times, tokens, place)
    return None if unit is None else (count * fraction * unit, place + 1, unit)


def _unit(times: Times, tokens: list[Token], place: int) -> int | None:
    word = _text(tokens, place)
    if word in times.short_units:
        adjacent = place > 0 and tokens[place - 1].end == tokens[place].start
        return times.short_units[word] if adjacent else None
    return times.units.get(word)


def _text(tokens: list[Token], place: int) -> str:
    return tokens[place].text if 0 <= place < len(tokens) else ""


def _plain(word: str) -> str:
    plain = " ".join(word.lower().replace("\u2019", "'").split())
    return plain.replace(".", "").replace(" ", "") if not plain[0].isdigit() else plain

"""Shortens long texts in their middle: how a text begins and how it ends tells most."""

import re
from functools import lru_cache
from itertools import pairwise

from pipecatapp.text.language import language

HEAD_SHARE = 0.4
"""Of what is kept: errors stand at the end of an output, so the end gets more."""
ROOM_FOR_NOTE = 60
"""Characters."""


def shortened(text: str, longest: int) -> str:
    """Return text with its middle left out where it is too long, and a note in its place.

    It is cut at the ends of lines, or else between words. The last line is never left out. Where
    something was left out of the text before, one note counts both.

    Args:
        text: Any text.
        longest: Characters of what is returned; where that leaves too little room for a note, it
            comes on top.
    """
    if len(text) <= longest:
        return text
    start, end, characters, lines = _gap_before(text)
    room = max(longest - ROOM_FOR_NOTE, longest // 2)
    for_head = min(int(room * HEAD_SHARE), start)
    for_tail = min(room - for_head, len(text) - end)
    for_head = min(room - for_tail, start)
    head, tail = _head(text[:start], for_head), _tail(text[end:], for_tail)
    dropped = text[len(head) : start] + text[end : len(text) - len(tail)]
    return left_out(head, tail, characters + len(dropped), lines + dropped.count("\n"))


def left_out(head: str, tail: str, characters: int, lines: int = 0) -> str:
    """Return the beginning and the end of a text, with a note of what is missing between them.

    Args:
        head: The beginning.
        tail: The end.
        characters: How many are missing.
        lines: How many line ends are missing.
    """
    phrases = language().phrases
    phrase = phrases.left_out_lines if lines > 1 else phrases.left_out
    note = phrase.format(characters=characters, lines=lines)
    return f"{head.rstrip()}\n{note}\n{tail.lstrip(chr(10))}"


def _gap_before(text: str) -> tuple[int, int, int, int]:
    """Return where the gaps of a text that was cut before begin and end, and what is missing.

    Returns:
        Start and end, the characters and the lines that are missing already. A text without a
        gap has an empty one, where its kept halves meet.
    """
    notes = [note for note in _note_pattern().finditer(text) if text[note.end() :].strip()]
    if not notes:
        middle = int(len(text) * HEAD_SHARE)
        return middle, middle, 0, 0
    start, end = notes[0].start(), notes[-1].end()
    kept_between = "".join(text[before.end() : after.start()] for before, after in pairwise(notes))
    characters = sum(int(note["characters"] or note["characters_only"]) for note in notes)
    lines = sum(int(note["lines"] or 0) for note in notes)
    return start, end, characters + len(kept_between), lines + kept_between.count("\n")


@lru_cache
def _note_pattern() -> re.Pattern[str]:
    phrases = language().phrases
    number = r"(?P<{}>\d{{1,15}})"
    with_lines = re.escape(phrases.left_out_lines)
    with_lines = with_lines.replace(r"\{characters\}", number.format("characters"))
    with_lines = with_lines.replace(r"\{lines\}", number.format("lines"))
    without = re.escape(phrases.left_out)
    without = without.replace(r"\{characters\}", number.format("characters_only"))
    return re.compile(f"^(?:{with_lines}|{without})\n", re.MULTILINE)


def _head(text: str, longest: int) -> str:
    """Return the beginning, cut at the end of a line, else at that of a word."""
    if len(text) <= longest:
        return text
    kept = text[:longest]
    for sign in ("\n", " "):
        at = kept.rfind(sign)
        if at >= longest // 2:
            return kept[:at]
    return kept


def _tail(text: str, longest: int) -> str:
    """Return the end, cut at the beginning of a line, else at that of a word."""
    if len(text) <= longest:
        return text
    kept = text[len(text) - longest :]
    for sign in ("\n", " "):
        at = kept.find(sign)
        if 0 <= at < longest // 2 and kept[at:].strip():
            return kept[at + 1 :]
    return kept

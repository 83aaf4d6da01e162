"""Writes the numbers of a text in digits: "three hundred and five" as 305."""

import re
from decimal import Decimal

from pipecatapp.text.language import language

MOST_CHARACTERS = 1000
"""Of a text; a longer one is no question about numbers, and is returned in small letters."""

# Raised figures and fractions such as one half count as letters elsewhere.
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_\xb2\xb3\xb9\xbc-\xbe]+")
Part = tuple[Decimal, int]
"""A value, and the place of the word behind it."""


def with_digits(text: str, *, ordinals: bool = False) -> str:
    """Return a text in small letters with its numbers in digits: "two point five" as "2.5".

    Args:
        text: What was said or typed.
        ordinals: Whether ranks are written so as well: "twenty second" as "22th".
    """
    text = text.lower()
    if len(text) > MOST_CHARACTERS:
        return text
    words, gaps = _WORD.findall(text), _WORD.split(text)
    reader = _Reader(words, gaps, ordinals)
    written, at = [gaps[0]], 0
    while at < len(words):
        number, behind = reader.number(at) or (words[at], at + 1)
        written += [number, gaps[behind]]
        at = behind
    return "".join(written)


def _written(value: Decimal) -> str:
    return f"{int(value)}" if value == int(value) else f"{value:f}".rstrip("0")


class _Reader:
    """Reads numbers in a list of words."""

    def __init__(self, words: list[str], gaps: list[str], ordinals: bool):
        self._numbers = language().numbers
        # Signs end a number: "two, three" is two of them. A hyphen is part of one.
        self._joined = [bool(re.fullmatch(r"\s+|-", gap)) for gap in gaps]
        self._words = words
        self._ordinals = ordinals

    def number(self, at: int) -> tuple[str, int] | None:
        """Return the number that begins at a word, in digits, and the place behind it."""
        whole = self._whole(at)
        value, behind = whole or (Decimal(0), at + (self._words[at] in self._numbers.zero))
        pointed = self._word(behind, at) == self._numbers.point and value == int(value)
        if pointed and (decimals := self._decimals(behind + 1, at)):
            digits, behind = decimals
            value = Decimal(f"{value:f}.{digits}")
            while (scale := self._scale(behind, at)) > 1:
                value, behind = value * scale, behind + 1
            return _written(value), behind
        if whole is None:
            return None
        ranked = self._ordinals and self._words[behind - 1] in self._numbers.ordinals
        # A number that is in digits already keeps its form: 45.50, and 000 in 2,500,000.
        kept = behind == at + 1 and self._words[at][:1].isdecimal()
        written = self._words[at] if kept else _written(value)
        return written + ("th" if ranked else ""), behind

    def _word(self, at: int, begun: int) -> str:
        """Return a word that belongs to what began at another one, or an empty text."""
        if at >= len(self._words):
            return ""
        return self._words[at] if at == begun or self._joined[at] else ""

    def _scale(self, at: int, begun: int) -> int:
        return self._numbers.scales.get(self._word(at, begun), 1)

    def _whole(self, at: int) -> Part | None:
        """Return groups and their scales: "two million three thousand and five"."""
        first = self._group(at, at)
        if first is None:
            return None
        (value, behind), total, last = first, Decimal(0), 10**18
        while 100 < (scale := self._scale(behind, at)) < last:
            total, last, behind = total + value * scale, scale, behind + 1
            value = Decimal(0)
            start = behind + (self._word(behind, at) == self._numbers.conjunction)
            more = self._group(start, at, digits=False)
            if more is None or not more[0] or self._scale(more[1], at) >= last:
                break
            value, behind = more
        return total + value, behind

    def _group(self, at: int, begun: int, *, digits: bool = True) -> Part | None:
        """Return what may stand before a scale of a thousand or more: "three hundred and five"."""
        word = self._word(at, begun)
        if digits and word[:1].isdecimal():
            value, behind = Decimal(word), at + 1
        elif word in self._numbers.one and self._scale(at + 1, begun) > 1:
            value, behind = Decimal(1), at + 1
        elif small := self._small(at, begun):
            value, behind = small
        else:
            return None
        if self._scale(behind, begun) != 100:
            return value, behind
        value, behind = value * 100, behind + 1
        start = behind + (self._word(behind, begun) == self._numbers.conjunction)
        rest = self._small(start, begun)
        if rest is None or not rest[0] or self._scale(rest[1], begun) == 100:
            return value, behind
        return value + rest[0], rest[1]

    def _small(self, at: int, begun: int) -> Part | None:
        """Return a number below a hundred."""
        value = self._below_hundred(self._word(at, begun))
        if value is None:
            return None
        ones = self._below_hundred(self._word(at + 1, begun))
        tens = value >= 20 and self._word(at, begun) in self._numbers.cardinals
        if tens and ones is not None and 0 < ones < 10:
            return Decimal(value + ones), at + 2
        return Decimal(value), at + 1

    def _below_hundred(self, word: str) -> int | None:
        ranks = self._numbers.ordinals if self._ordinals else {}
        return self._numbers.cardinals.get(word, ranks.get(word))

    def _decimals(self, at: int, begun: int) -> tuple[str, int] | None:
        """Return the digits behind a point: "one four", "fourteen", "oh five"."""
        digits = ""
        while word := self._word(at, begun):
            value = 0 if word in self._numbers.zero else self._numbers.cardinals.get(word)
            if word.isdecimal():
                digits += word
            elif value is not None and value < 10:
                digits += str(value)
            elif not digits and (small := self._small(at, begun)):
                return str(small[0]), small[1]
            else:
                break
            at += 1
        return (digits, at) if digits else None

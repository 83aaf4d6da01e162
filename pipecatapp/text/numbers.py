"""Numbers that are written in words or digits."""

from pipecatapp.text.language import language
from pipecatapp.text.words import whole_words

MOST_DIGITS = 18
"""Digits of a number that are read: the rest would cost time and tell no more."""


def number(word: str) -> int | None:
    """Return what one word in small letters counts ("5", "5th", "five", "fifth"), or None."""
    numbers_of = language().numbers
    if word.isdigit():
        return int(word[:MOST_DIGITS])
    if placed := numbers_of.ordinal.match(word):
        return int(placed[1][:MOST_DIGITS])
    return numbers_of.values.get(word)


def numbers(text: str) -> set[int]:
    """Return the numbers of a text, written in digits or in words ("nineteen eighty four")."""
    scales, conjunction = language().numbers.scales, language().numbers.conjunction
    found: set[int] = set()
    run: list[int] = []
    for word in [*whole_words(text.lower().replace("-", " ")), ""]:
        value = number(word)
        if value is not None:
            run.append(value)
        elif word in scales and run:
            run[-1] *= scales[word]
        elif word != conjunction or not run:
            found |= _readings(run)
            run = []
    return found


def spelled_out(words: list[str]) -> list[str]:
    """Return words in small letters with those of small numbers as digits."""
    digits = language().numbers.spelled_out
    return [digits.get(word, word) for word in words]


def _readings(run: list[int]) -> set[int]:
    """Return what numbers that follow each other may mean: 20 5 is 25, 19 84 is 1984."""
    found = set(run)
    for start in range(len(run)):
        total, digits = 0, ""
        for value in run[start:]:
            digits += str(value)
            total = _joined(total, value)
            found |= {total, int(digits[:MOST_DIGITS])}
    return found


def _joined(total: int, value: int) -> int:
    if value >= 100 or (total % 100 == 0 and total >= 100) or (value < 10 and total % 10 == 0):
        return total + value
    return total * 100 + value

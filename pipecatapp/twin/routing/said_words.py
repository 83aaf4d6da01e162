"""Finds a word in a text, however a recognizer or a keyboard wrote it there."""

from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from pipecatapp.text.language import language
from pipecatapp.text.words import letters_and_digits
from pipecatapp.twin.routing.provenance import is_said

SOUNDS_ALIKE = 0.75
"""Similarity, from 0 to 1, from which one word may be what a recognizer made of another: it writes
"note seven" for "node seven"."""
FEWEST_LETTERS = 4
"""Shorter words are compared letter by letter: too many of them are alike."""


class SaidText:
    """A text in which words are looked up."""

    def __init__(self, text: str):
        """Take a text; it is cut into words when one is looked up."""
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        """Its words and numbers apart, in small letters."""
        return letters_and_digits(self.text.lower())

    @cached_property
    def _forms(self) -> list[tuple[str, list[str]]]:
        """The words as they are, and with numbers in digits, each with all of them in a row.

        Either form of a number may be looked for: an address has its digits, a text its words.
        """
        forms = [self.words, _with_digits(self.words)]
        return [("".join(form), form) for form in forms]

    def says(self, word: str) -> bool:
        """Tell whether a word in small letters stands here, as one word or as several in a row."""
        return any(word in row and is_said(word, form) for row, form in self._forms)

    def sounds_like_parts_of(self, word: str) -> bool:
        """Tell whether words in a row sound like the parts of a word, and one of them is it.

        "Note seven" sounds like the parts of `node7`.
        """
        parts = letters_and_digits(word)
        return len(parts) > 1 and any(_are_heard_in(parts, form) for _, form in self._forms)


def sound_alike(word: str, heard: str) -> bool:
    """Tell whether a recognizer may have taken one word for another."""
    if min(len(word), len(heard)) < FEWEST_LETTERS or word[0] != heard[0]:
        return False
    if not (word.isalpha() and heard.isalpha()):
        return False
    return SequenceMatcher(None, word, heard, autojunk=False).ratio() >= SOUNDS_ALIKE


def _are_heard_in(parts: list[str], said: list[str]) -> bool:
    length = len(parts)
    for start in range(len(said) - length + 1):
        pairs = list(zip(parts, said[start : start + length], strict=True))
        same = [part == heard for part, heard in pairs]
        if any(same) and all(s or sound_alike(*pair) for s, pair in zip(same, pairs, strict=True)):
            return True
    return False


def _with_digits(words: list[str]) -> list[str]:
    """Return words with numbers up to a hundred as digits, "twenty one" as one number."""
    values, small = language().numbers.values, language().numbers.spelled_out
    digits: list[str] = []
    for before, word in pairwise(["", *words]):
        value, tens = values.get(word, -1), values.get(before, 0)
        if 0 < value < 10 and tens in range(20, 100, 10):
            digits[-1] = str(tens + value)
        elif value > 10:
            digits.append(str(value))
        else:
            digits.append(small.get(word, word))
    return digits

"""Finds where the arguments of a call come from: the user's words, results and the history.

An argument that stands in none of these was made up, or taken from an example in the prompt.
"""

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from pipecatapp.text.language import language
from pipecatapp.text.numbers import number, numbers, spelled_out
from pipecatapp.text.words import letters_and_digits, tokenize
from pipecatapp.tools.tool import Provenance
from pipecatapp.twin.history.messages import NoteKind, ToolResult
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.provenance import is_said

SOUNDS_ALIKE = 0.75
"""Similarity, from 0 to 1, from which one word may be what a recognizer made of another: it writes
"note seven" for "node seven"."""
FEWEST_LETTERS = 4
"""Shorter words are compared letter by letter: too many of them are alike."""
UNITS = (60, 3600, 86400)
"""People say minutes, hours and days where a tool takes seconds."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of the machine that the twin runs on."""


class Sources:
    """The texts of a conversation from which a call's arguments may come."""

    def __init__(self, words: str, history: Iterable[str] = ()):
        """Take the texts.

        Args:
            words: What the user said last. A word that sounds like one of these may be meant.
            history: All else that was said, recalled or returned by tools.
        """
        self._said = words
        texts = [words, *history]
        # Numbers are compared in either form: a text may well have the word.
        written = [letters_and_digits(text.lower()) for text in texts]
        self._words = [form for each in written for form in (each, _with_digits(each))]
        self._numbers = {value for text in texts for value in numbers(text)}
        self._measured = any(language().acts.amount.search(text) for text in texts)

    @classmethod
    def of(cls, turn: ActiveTurn) -> "Sources":
        """Return the sources of a turn: all of its conversation, but neither prompt nor clock."""
        history: list[str] = []
        for part in turn.turns:
            history += [part.words, part.note(NoteKind.MEMORY)]
            history += [step.text for step in part.steps if isinstance(step, ToolResult)]
            history += [answer.text for answer in part.answers]
            if isinstance(part.opening, ToolResult):
                history.append(part.opening.text)
        return cls(turn.last_words, filter(None, history))

    def hold(self, value: Any, provenance: Provenance, adds: Collection[str] = ()) -> bool:
        """Tell whether an argument comes from here.

        Args:
            value: The argument, as the model gave it.
            provenance: What it has to have to do with what was said.
            adds: Words that the model may add by itself, in small letters.
        """
        if provenance == "derived" or value is None or isinstance(value, bool):
            return True
        if isinstance(value, list):
            return all(self.hold(part, provenance, adds) for part in value)
        if isinstance(value, int | float):
            return self._counts(value, loosely=provenance == "partly named")
        if str(value).lower() in LOCAL and language().acts.this_machine.search(self._said):
            return True
        parts = [part for part in tokenize(str(value).lower()) if part not in adds]
        telling = _telling(parts)
        said = [self._says(part) for part in telling]
        if provenance == "partly named" or not any(said):
            return any(said)
        # Beside a word that was said, another may have been misheard; alone it is another word.
        return all(held or self._sounds(part) for held, part in zip(said, telling, strict=True))

    def share(self, text: str) -> float:
        """Return the share, from 0 to 1, of a text's telling words that stand here."""
        parts = _telling(tokenize(text.lower()))
        return sum(map(self._says, parts)) / len(parts) if parts else 0.0

    def _counts(self, value: float, *, loosely: bool) -> bool:
        if loosely and (self._numbers or self._measured):
            return True
        written = letters_and_digits(f"{value:g}")
        return (
            any(value == factor * known for known in self._numbers for factor in (1, *UNITS))
            or any(value == unit for unit in UNITS if self._measured)
            or (not float(value).is_integer() and all(self._says(part) for part in written))
        )

    def _says(self, word: str) -> bool:
        """Tell whether a word stands here, as one word or as several in a row."""
        if word.isdecimal() and int(word) in self._numbers:
            return True
        if any(is_said(word, said) for said in self._words):
            return True
        parts = letters_and_digits(word)
        return len(parts) > 1 and any(_are_heard_in(parts, said) for said in self._words[:2])

    def _sounds(self, word: str) -> bool:
        """Tell whether a word sounds like one that the user said last."""
        return any(_sound_alike(word, heard) for heard in self._words[0])


def _telling(parts: list[str]) -> list[str]:
    """Return the words that tell something, or all where none does."""
    stop_words = language().vocabulary.stop_words
    return [part for part in parts if part not in stop_words] or parts


def _with_digits(words: list[str]) -> list[str]:
    """Return words with those of numbers up to a hundred as digits, "twenty one" as one number."""
    digits: list[str] = []
    for before, word in pairwise(["", *words]):
        value, tens = number(word), number(before)
        joins = value is not None and tens is not None and 20 <= tens < 100 and tens % 10 == 0
        if joins and value is not None and 0 < value < 10 and not word.isdecimal():
            digits[-1] = str((tens or 0) + value)
        elif word.isalpha() and value is not None and value > 10:
            digits.append(str(value))
        else:
            digits += spelled_out([word])
    return digits


def _are_heard_in(parts: list[str], said: list[str]) -> bool:
    """Tell whether words in a row sound like the parts of a word, and one of them is it."""
    length = len(parts)
    rows = (said[start : start + length] for start in range(len(said) - length + 1))
    return any(
        any(part == heard for part, heard in zip(parts, row, strict=True))
        and all(
            part == heard or _sound_alike(part, heard)
            for part, heard in zip(parts, row, strict=True)
        )
        for row in rows
    )


def _sound_alike(word: str, heard: str) -> bool:
    if min(len(word), len(heard)) < FEWEST_LETTERS or word[0] != heard[0]:
        return False
    if not (word.isalpha() and heard.isalpha()):
        return False
    return SequenceMatcher(None, word, heard, autojunk=False).ratio() >= SOUNDS_ALIKE

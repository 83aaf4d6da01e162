"""Finds where the arguments of a call come from: the user's words, results and the history.

An argument that stands in none of these was made up, or taken from an example in the prompt.
"""

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from pipecatapp.text.language import language
from pipecatapp.text.numbers import numbers
from pipecatapp.text.words import tokenize
from pipecatapp.tools.tool import Provenance
from pipecatapp.twin.history.messages import NoteKind, ToolResult
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.said_words import SaidText, sound_alike

_PATH = re.compile(r"(?<![:/])(?:/|\s+slash\b|[?#]).*", re.DOTALL)
"""What follows the host of an address, typed or said: "holiday photos" stands in anybody's."""
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
        self._said = SaidText(words)
        # What was said last is looked through first; most of the rest is then never read.
        self._texts = [self._said, *map(SaidText, history)]

    @classmethod
    def of(cls, turn: ActiveTurn) -> "Sources":
        """Return the sources of a turn: all of its conversation, but neither prompt nor clock."""
        history: list[str] = []
        for part in reversed(turn.turns):
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
        if str(value).lower() in LOCAL and language().acts.this_machine.search(self._said.text):
            return True
        if provenance == "address":
            value = _PATH.sub("", str(value))
        telling = _telling([part for part in tokenize(str(value).lower()) if part not in adds])
        said = [self._says(part) for part in telling]
        if provenance in ("partly named", "address") or not any(said):
            return any(said)
        # Beside a word that was said, another may have been misheard; alone it is another word.
        return all(
            held or any(sound_alike(part, heard) for heard in self._said.words)
            for held, part in zip(said, telling, strict=True)
        )

    def share(self, text: str) -> float:
        """Return the share, from 0 to 1, of a text's telling words that stand here."""
        parts = _telling(tokenize(text.lower()))
        return sum(map(self._says, parts)) / len(parts) if parts else 0.0

    def _counts(self, value: float, *, loosely: bool) -> bool:
        if loosely and (self._numbers or self._measured):
            return True
        if not float(value).is_integer():
            return all(self._says(part) for part in tokenize(f"{value:g}"))
        return any(value == unit * known for known in self._numbers for unit in (1, *UNITS)) or (
            value in UNITS and self._measured
        )

    @cached_property
    def _numbers(self) -> set[int]:
        return {value for each in self._texts for value in numbers(each.text)}

    @cached_property
    def _measured(self) -> bool:
        amount = language().acts.amount
        return any(amount.search(each.text) for each in self._texts)

    def _says(self, word: str) -> bool:
        """Tell whether a word stands here, as one word or as several in a row."""
        if any(each.says(word) for each in self._texts) or self._said.sounds_like_parts_of(word):
            return True
        return word.isdecimal() and int(word) in self._numbers


def _telling(parts: list[str]) -> list[str]:
    """Return the words that tell something, or all where none does."""
    stop_words = language().vocabulary.stop_words
    return [part for part in parts if part not in stop_words] or parts

"""Joins what a recognizer hears as several words and tools know as one: "local host"."""

import re
from collections.abc import Iterable


class Compounds:
    """Words that are known to be one."""

    def __init__(self, words: Iterable[str]):
        """Take them.

        Args:
            words: In the spelling that is wanted; those that are no single word are passed over.
        """
        self._words = {word.lower(): word for word in words if len(word) > 3 and word.isalpha()}
        apart = "|".join(r"[ -]?".join(word) for word in sorted(self._words, key=len, reverse=True))
        self._apart = re.compile(rf"\b(?:{apart or '(?!)'})\b", re.IGNORECASE)

    def joined(self, text: str) -> str:
        """Return a text with these words in one piece, and spelled as they are wanted."""
        return self._apart.sub(self._spelled, text)

    def _spelled(self, found: re.Match[str]) -> str:
        return self._words[re.sub("[ -]", "", found[0]).lower()]

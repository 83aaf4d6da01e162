"""Joins words that a recognizer writes apart and tools know as one, such as "local host"."""

import re
from collections.abc import Iterable


class Compounds:
    """Words that are written in one piece."""

    def __init__(self, words: Iterable[str]):
        """Use a list of words.

        Args:
            words: In the wanted spelling; entries of several words are ignored.
        """
        self._words = {word.lower(): word for word in words if len(word) > 3 and word.isalpha()}
        apart = "|".join(r"[ -]?".join(word) for word in sorted(self._words, key=len, reverse=True))
        self._apart = re.compile(rf"\b(?:{apart or '(?!)'})\b", re.IGNORECASE)

    def joined(self, text: str) -> str:
        """Return a text with these words in one piece and in their wanted spelling."""
        return self._apart.sub(self._spelled, text)

    def _spelled(self, found: re.Match[str]) -> str:
        return self._words[re.sub("[ -]", "", found[0]).lower()]

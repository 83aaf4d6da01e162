"""Puts right a name of the house that speech recognition nearly heard, such as "local os"."""

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

LIKENESS = 0.85
"""How much of a name's letters must be heard, in order: "local os" has 0.88 of "localhost"."""
SHORTEST = 6
"""Letters: of a shorter name, every ordinary word is a near one."""
MOST_WORDS = 3
"""Into so many words a name is heard apart."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Of words that a dictionary holds, only the place of a machine's name makes a name.
_PLACES = frozenset({"on", "at", "from", "to", "auf", "an", "von"})


class NearNames:
    """Names that are put where only nearly they were heard."""

    def __init__(self, names: Iterable[str], is_word: Callable[[str], bool]):
        """Use a list of names.

        Args:
            names: In the wanted spelling; short ones and those of several words are ignored.
            is_word: Tells whether a lower-case word is one of the language, which stays.
        """
        self._names = {n.lower(): n for n in names if len(n) >= SHORTEST and n.isalpha()}
        self._is_word = is_word

    def corrected(self, text: str) -> str:
        """Return a text with the names in the place of what nearly sounds like them.

        A single word is replaced where the language has no such word, several words where they
        stand after "on", "at" and the like.
        """
        words = list(_WORD.finditer(text))
        for start in range(len(words)):
            for end in range(min(start + MOST_WORDS, len(words)), start, -1):
                if name := self._name_of(words, start, end, text):
                    before, after = text[: words[start].start()], text[words[end - 1].end() :]
                    return before + name + self.corrected(after)
        return text

    def _name_of(self, words: list[re.Match[str]], start: int, end: int, text: str) -> str | None:
        heard = [word[0].lower() for word in words[start:end]]
        if any(word in self._names for word in heard):
            return None
        if len(heard) == 1:
            return None if self._is_word(heard[0]) else self._nearest(heard[0])
        # Words of one place: nothing but spaces stands before and between them.
        place = text[words[start - 1].start() : words[end - 1].end()] if start else ""
        if place.split(" ")[0].lower() not in _PLACES or re.search(r"[^\w' ]", place):
            return None
        return self._nearest("".join(filter(str.isalpha, "".join(heard))))

    def _nearest(self, letters: str) -> str | None:
        like = {
            name: SequenceMatcher(None, name.lower(), letters, autojunk=False).ratio()
            for name in self._names.values()
            if name[0].lower() == letters[0] and letters != f"{name.lower()}s"
        }
        best = max(like, key=lambda name: like[name], default=None)
        return best if best is not None and like[best] >= LIKENESS else None

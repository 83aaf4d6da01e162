"""Texts cut into words, one way for each purpose."""

import re
import unicodedata

from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form

SHORTEST_STEM = 3
"""Letters."""

PREFIX = 5
"""Letters that two forms of a word, such as likes and liked, have in common."""

_WORD = re.compile(r"[^\W_]+")
_WHOLE_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")


def tokenize(text: str) -> list[str]:
    """Return runs of letters and digits, "don't" as two: what an index of words holds."""
    # An accent of its own is no letter, and would cut its word in two.
    return _WORD.findall(unicodedata.normalize("NFKC", text))


def significant_words(text: str) -> list[str]:
    """Return the words that say something of a text's topic, in small letters."""
    stop_words = language().vocabulary.stop_words
    return [word for word in tokenize(normal_form(text)) if word not in stop_words]


def whole_words(text: str) -> list[str]:
    """Return words with their apostrophes, "don't" as one: what a statement is made of."""
    return _WHOLE_WORD.findall(unicodedata.normalize("NFKC", text))


def spoken_words(text: str) -> list[str]:
    """Return words in small letters, "don't" as "dont": speech recognition writes either."""
    kept = "".join(c if c.isalnum() or c == "'" else " " for c in text.lower())
    return kept.replace("'", "").split()


def undivided_words(text: str) -> list[str]:
    """Return words in small letters and without signs, "node5.lan" as "node5lan".

    A sentence that breaks off inside such a word does not begin like the whole one.
    """
    return "".join(c for c in text.lower() if c.isalnum() or c.isspace()).split()


def letters_and_digits(text: str) -> list[str]:
    """Return words and numbers apart, "node5" as two: people say it as two words."""
    return _LETTERS_OR_DIGITS.findall(text)


def stem(word: str) -> str:
    """Return a word, in small letters, without its ending: "bicycles" and "bicycle" become one.

    Only good for comparing: "stor" stands for "story" and "stories", "stud" for "studying".
    """
    endings = language().vocabulary.endings
    while ending := next((e for e in endings if _has(word, e)), ""):
        word = word.removesuffix(ending)
    doubled = len(word) > SHORTEST_STEM and word[-1] == word[-2]
    return word[:-1] if doubled else word


def _has(word: str, ending: str) -> bool:
    return word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM


def word_prefix(word: str) -> str:
    """Return the beginning that forms of a word have in common, of a word in small letters.

    It is coarser than `stem`: "likes" and "liking" have one, and so have "computer" and "compute".
    """
    return word[:PREFIX] if len(word) > PREFIX else word.removesuffix("s")

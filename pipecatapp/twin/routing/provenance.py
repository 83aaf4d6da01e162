"""Tells whether a call's arguments come from the user's own words rather than from foreign text."""

from typing import Any

from pipecatapp.text.numbers import spelled_out
from pipecatapp.text.words import letters_and_digits

ADDED = frozenset({"http", "https", "www", "com", "org", "net"})
"""Parts of addresses that the model may add by itself."""


def is_named_by_user(arguments: dict[str, Any], said: str) -> bool:
    """Tell whether the user named every argument of a call.

    An argument is named where all of its words were said, as whole words: parts of other words
    would match too much. An argument without words, such as `/` or a truth value, cannot be named.

    Args:
        arguments: Of the call, as the model gave them.
        said: The user's words, as they were typed or recognized: `node five` names `node5`, and
            `open street map dot org` names `openstreetmap.org`.
    """
    words = letters_and_digits(said.lower())
    return all(_is_named(value, words) for value in arguments.values())


def _is_named(value: Any, said: list[str]) -> bool:
    words = (
        set() if isinstance(value, bool) else set(letters_and_digits(str(value).lower())) - ADDED
    )
    return bool(words) and all(
        is_said(word, spelled_out(said) if word.isdecimal() else said) for word in words
    )


def is_said(word: str, said: list[str]) -> bool:
    """Tell whether a word stands among others, as one word or as several in a row."""
    longest = len(word)  # of so many words at most, each of one letter
    return any(_begin_with(said[start : start + longest], word) for start in range(len(said)))


def _begin_with(said: list[str], word: str) -> bool:
    rest = word
    for part in said:
        if not rest.startswith(part):
            return False
        rest = rest.removeprefix(part)
        if not rest:
            return True
    return False

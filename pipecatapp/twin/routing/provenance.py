"""Tells whether the user named what a call is given, so that nothing read can have put it there."""

from typing import Any

from pipecatapp.text.numbers import spelled_out
from pipecatapp.text.words import letters_and_digits

ADDED = frozenset({"http", "https", "www", "com", "org", "net"})
"""Parts of addresses that the model may add by itself."""


def is_named_by_user(arguments: dict[str, Any], said: str) -> bool:
    """Tell whether all arguments of a call were named by what the user said.

    Each is named by its words: all of them must have been said, as whole words, since letters of
    other words make up too much. One without any, such as `/` or a truth value, cannot be named.

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
    return bool(words) and all(_is_said(word, said) for word in words)


def _is_said(word: str, said: list[str]) -> bool:
    """Tell whether a word was said, as one word or as several that follow each other."""
    if word.isdecimal():
        said = spelled_out(said)
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

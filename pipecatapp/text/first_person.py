"""Says of somebody what they told of themselves: questions name people, people say "I"."""

import re
from functools import partial

from pipecatapp.text.language import language
from pipecatapp.text.rules import Replacements


def as_told(text: str, told_by: str | None) -> str:
    """Return "Alice said: Alice's daughter is Ada" for "My daughter is Ada"; for embedding.

    Args:
        text: What was said; what is in another language passes unchanged.
        told_by: Who said it; where that is not known, the text is returned as it is.
    """
    if not told_by:
        return text
    about = of_person(text, told_by)
    return language().statements.told_by.format(name=told_by, text=about)


def of_person(text: str, name: str) -> str:
    """Return a text with a person's name in place of "I", "my" and "me"."""
    return _replaced(text, language().statements.of_person, name)


def in_third_person(statement: str) -> str:
    """Return a statement with "I" and "my" as the user."""
    statement = _replaced(statement, language().statements.third_person)
    return statement[:1].upper() + statement[1:]


def _replaced(text: str, rules: Replacements, name: str = "") -> str:
    for pattern, replacement in rules:
        # As a function: a backslash in a name would mean something in a replacement.
        text = pattern.sub(partial(_put, replacement.format(name)), text)
    return text


def _put(replacement: str, _: re.Match[str]) -> str:
    return replacement

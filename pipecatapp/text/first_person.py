"""What somebody told of themselves, said of them: questions name people, people say "I"."""

import re
from functools import partial

# As Alice says it, and as others ask about it. What is written large there is not always so here:
# speech recognition is careless about it, "I" alone is safe.
_RULES = (
    (re.compile(r"\bI['\u2019]m\b|\bI am\b"), "{} is"),
    (re.compile(r"\bI['\u2019]ve\b|\bI have\b"), "{} has"),
    (re.compile(r"\bI['\u2019]ll\b"), "{} will"),
    (re.compile(r"\bI['\u2019]d\b"), "{} would"),
    (re.compile(r"\bI\b"), "{}"),
    (re.compile(r"\b(?:my|mine)\b", re.IGNORECASE), "{}'s"),
    (re.compile(r"\b(?:me|myself)\b", re.IGNORECASE), "{}"),
)


def as_told(text: str, told_by: str | None) -> str:
    """Return "Alice said: Alice's daughter is Ada" for "My daughter is Ada"; for embedding.

    Args:
        text: What was said, in English; other languages pass unchanged.
        told_by: Who said it; where that is not known, the text is returned as it is.
    """
    return f"{told_by} said: {of_person(text, told_by)}" if told_by else text


def of_person(text: str, name: str) -> str:
    """Return a text with a person's name in place of "I", "my" and "me"."""
    for pattern, replacement in _RULES:
        # As a function: a backslash in a name would mean something in a replacement.
        text = pattern.sub(partial(_put, replacement.format(name)), text)
    return text


def _put(replacement: str, _: re.Match[str]) -> str:
    return replacement

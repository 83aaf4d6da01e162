"""Where what is to be remembered ends: what is said to be polite is cut, what belongs to it stays.

A sign or a word too many can be taken for what it is; one too few is lost. So only what surely ends
the sentence is cut, and what may be either is named, to be read back.
"""

import re
from dataclasses import dataclass

from pipecatapp.text.language import language

_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_SIGNS = re.compile(r"[.!?]+$")
_QUOTES = ('"', "'", "\u201d", "\u2019", "\u00bb")


@dataclass(frozen=True)
class Ending:
    """A text without what surely does not belong to its end.

    Attributes:
        text: What is kept, word for word.
        unsure: The sign or word at its end that may or may not belong to it; empty for none.
    """

    text: str
    unsure: str = ""


def without_ending(text: str) -> Ending:
    """Return a text without its last full stop and polite words, where they do not belong to it.

    Args:
        text: A statement, or several sentences.
    """
    text = text.strip().rstrip(",; ")
    kept = _without_signs(text)
    if kept.text.endswith(tuple(".!?")):
        return kept
    polite = _without_polite_words(kept.text)
    return Ending(polite.text, kept.unsure or polite.unsure)


def _without_signs(text: str) -> Ending:
    found = _SIGNS.search(text)
    if not found:
        return Ending(text)
    signs, body = found.group(), text[: found.start()].rstrip()
    last = body.split()[-1:]
    if signs.startswith(".") and last and _is_abbreviation(last[0]):
        return Ending(f"{body}.")
    if signs.startswith(".."):
        return Ending(text)
    secret = language().statements.secret.search(body)
    password = language().requests.password.search(body)
    if signs == ".":
        value = secret["value"].split() if secret else []
        if len(value) != 1 or value[0].isdigit() or value[0].endswith(_QUOTES):
            return Ending(body)
        mixed = _is_mixed(value[0])
        if password and mixed:
            return Ending(text, signs)
        return Ending(body, signs if password or mixed else "")
    if secret or language().requests.naming.search(body):
        # Numbers that are no passwords have no signs.
        return Ending(text, signs) if password or not last[0].isdigit() else Ending(body)
    return Ending(body)


def _without_polite_words(text: str) -> Ending:
    requests = language().requests
    while found := requests.polite_end.search(text):
        before, word = text[: found.start()], found["word"]
        named = requests.naming.search(before)
        if requests.needs_more.search(before):
            return Ending(text)
        if found["comma"] and not (named and found["name"]):
            text = before.rstrip(", ")
        elif named or found["name"]:
            return Ending(text, word)
        else:
            text = before.rstrip()
    return Ending(text)


def _is_abbreviation(word: str) -> bool:
    """Tell whether a word has a full stop even where no sentence ends: "p.m", "St"."""
    plain = word.lstrip('("')
    return bool(_DOTTED.fullmatch(plain)) or plain in language().vocabulary.last_abbreviations


def _is_mixed(word: str) -> bool:
    """Tell whether a word is none of a language, as passwords are."""
    return not word.isalpha() or not (word.islower() or word.istitle())

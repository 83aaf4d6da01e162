"""Checks that a statement rests on what was said: a small model invents.

Every number and every name must have been said; most of the other words too, by their stem.
"""

from pipecatapp.text.language import language
from pipecatapp.text.numbers import number, numbers
from pipecatapp.text.words import whole_words

ENOUGH = 0.5
"""The share of a statement's other words that must have been said."""
STEM = 5
"""Letters that two forms of a word have in common: likes and liked."""


def stems(text: str) -> set[str]:
    """Return the stems of the words of a text that tell something."""
    return {_stem(word) for word in _words(text) if not _is_frame(word)}


def kin(text: str) -> set[str]:
    """Return the words of a text that say what somebody is to somebody."""
    return set(_words(text)) & language().vocabulary.kin


def shared(one: str, other: str) -> set[str]:
    """Return the stems, other than names, that two texts have in common."""
    return (stems(one) & stems(other)) - {_stem(name) for name in (*names(one), *names(other))}


def is_grounded(statement: str, source: str, said: str) -> bool:
    """Tell whether a statement may have come from what was said.

    Args:
        statement: One sentence about the user.
        source: All that it may rest on: the user's words and the turns before.
        said: The user's words of this turn, of which it must hold something.
    """
    if not numbers(statement) <= numbers(source):
        return False
    known = {_stem(word) for word in _words(source)}
    strict = [*names(statement), *kin(statement)]
    if any(_stem(word) not in known for word in strict):
        return False
    told = stems(statement)
    if told and sum(stem in known for stem in told) < ENOUGH * len(told):
        return False
    shared_words = _content_stems(statement) & _content_stems(said)
    return bool(shared_words or numbers(statement) & numbers(said))


def says(longer: str, shorter: str) -> bool:
    """Tell whether a statement names all that another one does: it makes that one needless."""
    words = stems(shorter)
    return bool(words) and words <= stems(longer) and numbers(shorter) <= numbers(longer)


def names(statement: str) -> list[str]:
    """Return the words with a capital letter, in small letters."""
    capitalized = [word for word in whole_words(statement) if word[0].isupper()]
    return [word for word in map(_plain, capitalized) if not _is_frame(word)]


def _words(text: str) -> list[str]:
    return [_plain(word) for word in whole_words(text)]


def _content_stems(text: str) -> set[str]:
    function_words = language().vocabulary.function_words
    return {_stem(word) for word in _words(text) if word not in function_words}


def _is_frame(word: str) -> bool:
    """Tell whether a statement needs a word besides what it tells; a number counts by itself."""
    vocabulary = language().vocabulary
    frame = word in vocabulary.function_words or word in vocabulary.frame_words
    return frame or number(word) is not None


def _plain(word: str) -> str:
    word = word.lower().replace("\u2019", "'")
    vocabulary = language().vocabulary
    if word in vocabulary.function_words or word in vocabulary.frame_words:
        return word
    word = word.removesuffix("'s").removesuffix("'")
    return vocabulary.synonyms.get(word, word)


def _stem(word: str) -> str:
    return word[:STEM] if len(word) > STEM else word.removesuffix("s")

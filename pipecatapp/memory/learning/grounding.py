"""Checks that a statement is grounded in what was said, as a small model invents.

Every number and name must have been said, and so must the stems of most other words.
"""

from pipecatapp.text.language import language
from pipecatapp.text.numbers import number, numbers
from pipecatapp.text.words import whole_words, word_prefix

ENOUGH = 0.5
"""The share of a statement's other words that must have been said."""


def stems(text: str) -> set[str]:
    """Return the stems of the words that tell something."""
    return {word_prefix(word) for word in _words(text) if not _is_frame(word)}


def kin(text: str) -> set[str]:
    """Return the words that say how people are related."""
    return set(_words(text)) & language().vocabulary.kin


def shared(one: str, other: str) -> set[str]:
    """Return the stems that two texts have in common, without names."""
    return (stems(one) & stems(other)) - {
        word_prefix(name) for name in (*names(one), *names(other))
    }


def is_grounded(statement: str, source: str, said: str) -> bool:
    """Tell whether a statement may have come from what was said.

    Args:
        statement: One sentence about the user.
        source: All that it may come from: the user's words and the turns before.
        said: The user's words of this turn, some of which the statement must hold.
    """
    if not numbers(statement) <= numbers(source):
        return False
    known = {word_prefix(word) for word in _words(source)}
    strict = [*names(statement), *kin(statement)]
    if any(word_prefix(word) not in known for word in strict):
        return False
    told = stems(statement)
    if told and sum(each in known for each in told) < ENOUGH * len(told):
        return False
    shared_words = _content_stems(statement) & _content_stems(said)
    return bool(shared_words or numbers(statement) & numbers(said))


def lasts(statement: str) -> bool:
    """Tell whether a statement will mean something, and still hold, when it is read alone later.

    It does not where it speaks of "the green one", or of the moment, except of a day that stays.
    """
    rules = language().statements
    if rules.unresolved.search(statement.strip()):
        return False
    return not rules.momentary.search(statement) or bool(rules.of_life.search(statement))


def says(longer: str, shorter: str) -> bool:
    """Tell whether a statement says all that a shorter one says."""
    words = stems(shorter)
    return bool(words) and words <= stems(longer) and numbers(shorter) <= numbers(longer)


def names(statement: str) -> list[str]:
    """Return the capitalized words that tell something, in small letters."""
    capitalized = [word for word in whole_words(statement) if word[0].isupper()]
    return [word for word in map(_plain, capitalized) if not _is_frame(word)]


def _words(text: str) -> list[str]:
    return [_plain(word) for word in whole_words(text)]


def _content_stems(text: str) -> set[str]:
    function_words = language().vocabulary.function_words
    return {word_prefix(word) for word in _words(text) if word not in function_words}


def _is_frame(word: str) -> bool:
    """Tell whether a word tells nothing by itself, or is a number, which is compared apart."""
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

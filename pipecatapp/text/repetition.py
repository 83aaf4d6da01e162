"""Tells whether words hand back what somebody said, whoever "I" and "you" are in them."""

import re
from difflib import SequenceMatcher

from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_question, is_remark, is_statement
from pipecatapp.text.words import whole_words, word_prefix

MATCHED = 0.7
"""The share of the words that have to be there, in the order in which they were said."""
COVERED = 0.6
"""The share of a sentence that is handed back, where nobody is named in what is."""
FEW_WORDS = 4
"""So many words about "I" or "you" are a repetition, however long the sentence was."""
LONG = 8
"""Of so many words one may be another than what was said, as a recognizer mishears."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_PERSONS = frozenset({"i", "my"})


def repeats(words: str, said: str) -> bool:
    """Tell whether words say nothing but what somebody has just said.

    Args:
        words: A clause or a sentence of the reply.
        said: What it replies to. A question is repeated only by the same words in the same order.
    """
    told = _told(words)
    rules = language().remarks
    if len(told) < 2 or rules.courtesy.match(words) or rules.dependent.search(words.strip()):
        return False
    if is_question(said) or not is_statement(said):
        return any(told == _tokens(sentence) for sentence in _sentences(said))
    if len(_new(words, said)) > _tolerated(told, said):
        return False
    return any(_hands_back(told, _tokens(sentence)) for sentence in _sentences(said))


def may_repeat(begun: str, said: str) -> bool:
    """Tell whether a clause that has begun may end as a repetition; its last word may go on."""
    whole = begun if begun[-1:].isspace() else begun.rpartition(" ")[0]
    return len(_new(whole, said)) <= _tolerated(_told(said), said)


def _hands_back(told: list[str], sentence: list[str]) -> bool:
    """Tell whether words are those of a sentence, in its order, and enough of it."""
    blocks = SequenceMatcher(None, told, sentence, autojunk=False).get_matching_blocks()
    matched = [word for block in blocks for word in told[block.a : block.a + block.size]]
    if not any(map(_tells, matched)) and told != sentence:
        return False
    if len(matched) < MATCHED * len(told):
        return False
    personal = len(matched) >= FEW_WORDS and not _PERSONS.isdisjoint(matched)
    return personal or len(matched) >= COVERED * len(sentence)


def _new(words: str, said: str) -> list[str]:
    """Return the words that tell something and that nobody has said."""
    known = set(_tokens(said))
    around = language().remarks.around
    return [word for word in _tokens(words) if _tells(word) and word not in known | around]


def _tolerated(told: list[str], said: str) -> int:
    """Return how many words may be new: one where many hand back a remark, else none."""
    return int(len(told) >= LONG and is_remark(said))


def _told(words: str) -> list[str]:
    """Return words without those around what is handed back: "you said that"."""
    around = language().remarks.around
    return [word for word in _tokens(words) if word not in around]


def _tokens(text: str) -> list[str]:
    """Return words in small letters, as they are compared."""
    rules = language().remarks
    text = text.lower().replace("\u2019", "'")
    for pattern, replacement in rules.contracted:
        text = pattern.sub(replacement, text)
    return [rules.turned.get(word, word_prefix(word)) for word in whole_words(text)]


def _tells(word: str) -> bool:
    return word not in language().vocabulary.stop_words and word not in ("be", "my")


def _sentences(said: str) -> list[str]:
    parts = [part for part in _SENTENCE_END.split(said) if part.strip()]
    return [*parts, said] if len(parts) > 1 else [said]

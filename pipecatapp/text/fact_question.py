"""Reads questions about the person who asks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipecatapp.text.language import language
from pipecatapp.text.sentences import sentences
from pipecatapp.text.words import stem

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*['\u2019]?")


@dataclass(frozen=True)
class Token:
    """A word.

    Attributes:
        word: In small letters, without its possessive ending.
        possessive: Whether it had that.
        capital: Whether it had a capital letter.
    """

    word: str
    possessive: bool = False
    capital: bool = False

    @cached_property
    def form(self) -> bool:
        """Whether it only gives a sentence its form."""
        return self.word in language().fact_questions.form_words

    @cached_property
    def stem(self) -> str:
        """What it is compared by."""
        return stem(language().fact_questions.same_words.get(self.word, self.word))


@dataclass(frozen=True)
class FactQuestion:
    """A question about the person who asks, or about what is theirs.

    Attributes:
        text: In small letters, without polite words before it.
        of: "my" or "our" for something of theirs, "i" or "we" for themselves, "the" for a thing of
            the house.
        name: The words behind that which belong together: of "my sister's birthday" both.
        content: The stems of all words that say something.
        droppable: Stems of words that an answer need not have.
        kind: Likewise, where the answer is near in meaning: of "which city" the city.
    """

    text: str
    of: str
    name: tuple[Token, ...]
    content: frozenset[str]
    droppable: frozenset[str]
    kind: frozenset[str]

    @property
    def wants_more(self) -> bool:
        """Whether an answer has to tell something that the question does not."""
        return not language().fact_questions.closed.match(self.text)


def fact_questions(words: str) -> list[FactQuestion]:
    """Return the ways to read some words as a question about the asker, the likelier first.

    "When do I take my tablets" is one for what the asker takes, or for what is theirs.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    rules = language().fact_questions
    text = plain_question(words)
    for pattern, other in rules.paraphrases:
        text = pattern.sub(other, text)
    if len(sentences(words)) > 1 or not rules.question.match(text):
        return []
    tokens = tokens_of(text)
    found = [
        next((i for i, token in enumerate(tokens) if token.word in kind), None)
        for kind in (rules.own, rules.myself, rules.possessed)
    ]
    places = list(dict.fromkeys(place for place in found if place is not None))
    read = [_read(text, tokens, place) for place in places]
    return [question for question in read if question is not None]


def _read(text: str, tokens: Sequence[Token], place: int) -> FactQuestion | None:
    """Return a question read as one about what the word at a place begins."""
    rules = language().fact_questions
    evidence = [kind for kind in rules.evidence if kind.asked.search(text)]
    droppable = {Token(word).stem for kind in evidence for word in kind.droppable}
    kind = rules.kind.match(text)
    kinds = {token.stem for token in tokens_of(kind[1])} if kind else set()
    content = {token.stem for token in tokens if not token.form}
    of, name = tokens[place].word, _name(tokens[place:], droppable)
    if not name and of in rules.myself and kind and rules.having.search(text):
        # "What shoe size do I have" asks for "my shoe size".
        of, name, kinds = min(rules.own), tuple(tokens_of(kind[1])), set()
    if not name and not content & droppable:
        return None
    return FactQuestion(text, of, name, frozenset(content), frozenset(droppable), frozenset(kinds))


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text; "wi-fi" is one word, as "wifi" is."""
    found = []
    for word in _TOKEN.findall(re.sub(r"(?<=\w)-(?=\w)", "", text)):
        plain = word.replace("\u2019", "'")
        bare = plain.removesuffix("'s").removesuffix("'")
        found.append(Token(bare.lower(), bare != plain, word[0].isupper()))
    return found


def _name(tokens: Sequence[Token], droppable: set[str]) -> tuple[Token, ...]:
    """Return the words behind "my" that belong together, or the verb behind "I".

    Args:
        tokens: "My" or "I", and what follows.
        droppable: What is only an attribute behind a possessive form, as in "my car's colour".
    """
    of_myself = tokens[0].word in language().fact_questions.myself
    name: list[Token] = []
    for token in tokens[1:]:
        if token.form:
            if name or not of_myself:
                break
        elif token.stem in droppable and (of_myself or (name and name[-1].possessive)):
            continue
        else:
            name.append(token)
            if of_myself:
                break
    if not name and not of_myself:
        name = list(tokens[1:2])  # "my name"
    return tuple(name)


def plain_question(words: str) -> str:
    """Return a question in small letters, without marks and polite words."""
    text = " ".join(words.lower().replace("\u2019", "'").split()).strip(" .!?,;:")
    opening = language().fact_questions.opening.match(text)
    text = text[opening.end() :] if opening else text
    return re.sub(r"[,.?!;:]+(?=\s)", "", language().requests.tail.sub("", text))

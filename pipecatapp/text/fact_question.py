"""Reads questions about the person who asks, and tells which statements plainly answer them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipecatapp.text.language import language
from pipecatapp.text.words import stem

CLOSE = 0.42
"""A statement that lacks the kind of what is asked ("which city") needs this cosine similarity:
of two right pairs and two wrong ones the former had 0.46 and more, the latter 0.38 and less."""
VERY_CLOSE = 0.5
"""One that lacks more of what is asked needs this, to be told where the model denies to know."""
MOST_BETWEEN = 2
"""Words that may stand between the words of a name in a statement."""
LONGEST_UNKNOWN = 5
"""Words of what a person can be said not to have told."""

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


def fact_question(words: str) -> FactQuestion | None:
    """Return the question about the asker that some words are, or None.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    rules = language().fact_questions
    text = _plain(words)
    if len(language().requests.sentence_end.split(words.strip())) > 1:
        return None
    if not rules.question.match(text):
        return None
    tokens = tokens_of(text)
    places = [
        next((i for i, token in enumerate(tokens) if token.word in kind), None)
        for kind in (rules.own, rules.myself, rules.possessed)
    ]
    place = next((place for place in places if place is not None), None)
    if place is None:
        return None
    found = [evidence for evidence in rules.evidence if evidence.asked.search(text)]
    droppable = {Token(word).stem for evidence in found for word in evidence.droppable}
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


def answers(question: FactQuestion, statement: str, similarity: float) -> bool:
    """Tell whether a statement plainly answers a question.

    Its subject is that of the question, it has all words of the question that say something, and
    what is asked for: a number, a time, a place.

    Args:
        question: What is asked.
        statement: In the second person, as it is told to the person who asks.
        similarity: The cosine of both vectors.
    """
    rules = language().fact_questions
    tokens = tokens_of(statement)
    stems = {token.stem for token in tokens if not token.form}
    optional = question.droppable | (question.kind if similarity >= CLOSE else frozenset())
    needed = question.content - optional
    if not needed <= stems or (not needed and not question.name and not question.content & stems):
        return False
    if question.wants_more and not stems - question.content:
        return False
    place = _subject(question, tokens)
    if place is None:
        return False
    found = [evidence for evidence in rules.evidence if evidence.asked.search(question.text)]
    return all(e.pattern is None or e.pattern.search(statement) for e in found)


def may_answer(question: FactQuestion, statement: str, similarity: float) -> bool:
    """Tell whether a statement is about the same as a question, though perhaps in other words.

    It is about the asker, and has the first of the words that name what is asked for: a dog's name
    is no answer where a cat's is asked for. The fewer of the others it has, the nearer it is.

    Args:
        question: What is asked.
        statement: In the second person.
        similarity: The cosine of both vectors.
    """
    rules = language().fact_questions
    tokens = tokens_of(statement)
    skipped = question.droppable | {Token(word).stem for word in rules.weak}
    name = [token.stem for token in question.name if token.stem not in skipped]
    if not {token.word for token in tokens} & set(rules.told[:2]) or not name:
        return False
    stems = {token.stem for token in tokens}
    if name[0] not in stems:
        return False
    most = len(stems & set(name)) > len(name) / 2
    return similarity >= (CLOSE if most else VERY_CLOSE)


def is_definition(question: FactQuestion, statement: str) -> bool:
    """Tell whether a statement says what or who the thing asked for is: "Your bank is ..."."""
    tokens = tokens_of(statement)
    place = _subject(question, tokens)
    verbs = language().fact_questions.being
    return place is not None and place < len(tokens) and tokens[place].word in verbs


def untold(words: str) -> frozenset[str] | None:
    """Return the stems of what somebody asks that only they can have told, or None.

    "What is my blood type" asks for that; "what is my best option" and "what is an option" do not.

    Args:
        words: What the user said.
    """
    rules = language().fact_questions
    text = _plain(words)
    for pattern in rules.unknown:
        if found := pattern.match(text):
            tokens = [token for token in tokens_of(found["what"]) if token.word not in rules.own]
            content = frozenset(token.stem for token in tokens_of(text) if not token.form)
            if len(tokens) <= LONGEST_UNKNOWN and not {t.word for t in tokens} & rules.open_heads:
                return content or None
    return None


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


def _subject(question: FactQuestion, tokens: Sequence[Token]) -> int | None:
    """Return the place behind the subject of a statement, where it is that of a question."""
    rules = language().fact_questions
    you, your, the = rules.told
    if question.of in rules.myself:
        if not question.name:
            return 1 if tokens and tokens[0].word == you else None
        key = question.name[0].stem
        for place, token in enumerate(tokens):
            if token.word == you:
                near = [other.stem for other in tokens[place + 1 : place + 5]]
                if key in near:
                    return place + 2 + near.index(key)
        return None
    for place, token in enumerate(tokens):
        theirs = token.word == your or (token.word == the and place == 0)
        if theirs and (end := _named(question.name, tokens, place + 1)) is not None:
            return end
    return _named(question.name, tokens, 0)


def _named(name: Sequence[Token], tokens: Sequence[Token], start: int) -> int | None:
    """Return the place behind a name that stands at a place of a statement, or None."""
    place = start
    for number, wanted in enumerate(name):
        most = (1 if start else 0) if number == 0 else MOST_BETWEEN
        for between, token in enumerate(tokens[place : place + most + 1]):
            if token.stem == wanted.stem:
                place += between + 1
                break
            if token.possessive:
                return None
        else:
            return None
    head, being = tokens[place - 1], language().fact_questions.being
    if head.possessive and not name[-1].possessive:
        return None  # "your wife's birthday" is not your wife
    behind = tokens[place : place + 2]
    compound = len(behind) == 2 and not (behind[0].form or behind[0].capital)
    return None if compound and behind[1].word in being and not head.possessive else place


def _plain(words: str) -> str:
    """Return a question in small letters, without marks and polite words."""
    text = " ".join(words.lower().replace("\u2019", "'").split()).strip(" .!?,;:")
    opening = language().fact_questions.opening.match(text)
    text = text[opening.end() :] if opening else text
    return re.sub(r"[,.?!;:]+(?=\s)", "", language().requests.tail.sub("", text))

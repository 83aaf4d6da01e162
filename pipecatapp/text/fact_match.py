"""Tells which statements answer questions about the person who asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipecatapp.text.fact_question import FactQuestion, Token, plain_question, tokens_of
from pipecatapp.text.fact_rules import Evidence
from pipecatapp.text.language import language

CLOSE = 0.42
"""A statement that lacks the kind of what is asked ("which city") needs this cosine similarity:
of two right pairs and two wrong ones the former had 0.46 and more, the latter 0.38 and less."""
VERY_CLOSE = 0.5
"""One that lacks more of what is asked needs this, to be told where the model denies to know."""
MOST_BETWEEN = 2
"""Words that may stand between the words of a name in a statement."""
LONGEST_UNKNOWN = 5
"""Words of what a person can be said not to have told."""


def answers(question: FactQuestion, statement: str, similarity: float) -> bool:
    """Tell whether a statement plainly answers a question.

    Its subject is that of the question, it has all words of the question that say something, and
    what is asked for: a number, a time, a place.

    Args:
        question: What is asked.
        statement: In the second person, as it is told to the person who asks.
        similarity: The cosine of both vectors.
    """
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
    return _holds_evidence(question.text, statement)


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


@dataclass(frozen=True)
class Untold:
    """A question for what only the asker can have told, such as their blood group.

    Attributes:
        text: As it is compared.
        content: The stems of its words that say something.
        exclusive: Those among them that no other word stands for: a son is no daughter.
    """

    text: str
    content: frozenset[str]
    exclusive: frozenset[str]

    def may_be_told_by(self, statement: str) -> bool:
        """Tell whether a statement may answer it, perhaps in other words."""
        stems = {token.stem for token in tokens_of(statement)}
        if not self.exclusive:
            return True
        return self.exclusive <= stems and _holds_evidence(self.text, statement)


def untold(words: str) -> Untold | None:
    """Return the question for what only the user can have told that some words are, or None.

    "What is my blood type" is one; "what is my best option" and "what is an option" are not.

    Args:
        words: What the user said.
    """
    rules = language().fact_questions
    text = plain_question(words)
    for pattern in rules.unknown:
        if found := pattern.match(text):
            tokens = [token for token in tokens_of(found["what"]) if token.word not in rules.own]
            if len(tokens) > LONGEST_UNKNOWN or {t.word for t in tokens} & rules.open_heads:
                return None
            content = [token for token in tokens_of(text) if not token.form]
            exclusive = frozenset(t.stem for t in content if t.word in rules.exclusive)
            # "Old" is asked for, and an answer need not say it.
            asked_for = {Token(w).stem for e in _evidence(text) for w in e.droppable}
            exclusive = exclusive - asked_for or exclusive
            return Untold(text, frozenset(t.stem for t in content), exclusive) if content else None
    return None


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


def _holds_evidence(question: str, statement: str) -> bool:
    """Tell whether a statement holds what a question asks for, such as a number or a place."""
    return all(e.pattern is None or e.pattern.search(statement) for e in _evidence(question))


def _evidence(question: str) -> list[Evidence]:
    return [e for e in language().fact_questions.evidence if e.asked.search(question)]

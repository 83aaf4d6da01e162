"""Answers a question about the user with a fact, in the second person and without the model.

A small model that reads "my favourite player" beside the fact may still speak of itself.
"""

from collections.abc import Sequence
from datetime import datetime

from pipecatapp.memory.long_term import SearchHit
from pipecatapp.memory.storage.fact import Fact, Source
from pipecatapp.text.dates import with_dates, written
from pipecatapp.text.fact_match import answers, is_definition, may_answer, untold
from pipecatapp.text.fact_question import FactQuestion, fact_questions
from pipecatapp.text.language import language
from pipecatapp.text.second_person import in_second_person

USER = "the user"
"""What facts call somebody who is not known by name."""
MOST_TOLD = 3
"""Facts of one answer."""


def plain_answer(words: str, hits: Sequence[SearchHit], person: str | None) -> str:
    """Return the sentences that answer a question about the user; empty where none plainly do.

    Args:
        words: What the user said.
        hits: Facts that may answer it, the best first.
        person: Who asks, where that is known.
    """
    for question in fact_questions(words):
        found = [hit for hit in hits if _answers(question, hit, person)]
        defining = [hit for hit in found if is_definition(question, _statement(hit.fact, person))]
        if defining:
            # Of two that define the same thing, the newer one holds.
            found = [max(defining, key=lambda hit: (hit.fact.confirmed_at, hit.fact.id))]
        if found:
            return " ".join(told(hit.fact, person) for hit in found[:MOST_TOLD])
    return ""


def is_untold(words: str, hits: Sequence[SearchHit], person: str | None) -> bool:
    """Tell whether only the user can have told what they ask, and no fact may tell it.

    Args:
        words: What the user said.
        hits: The facts that they are about.
        person: Who asks, where that is known.
    """
    asked = untold(words)
    if asked is None:
        return False
    return not any(asked.may_be_told_by(_statement(hit.fact, person)) for hit in hits)


def likely_answer(words: str, hits: Sequence[SearchHit], person: str | None) -> str:
    """Return the fact that is told where the model denies to know any; empty for none.

    Args:
        words: What the user said.
        hits: The facts that they are about, the best first.
        person: Who asks, where that is known.
    """
    if not hits or not _is_theirs(hits[0].fact, person):
        return ""
    best = hits[0]
    statement = _statement(best.fact, person)
    near = (may_answer(one, statement, best.similarity) for one in fact_questions(words))
    return told(best.fact, person) if any(near) else ""


def told(fact: Fact, person: str | None) -> str:
    """Return a fact as it is told to the user.

    One that names a day by the day on which it was told is quoted, with that day.

    Args:
        fact: Where somebody else told it of themselves, it is quoted with their name.
        person: Who the user is, where that is known.
    """
    if not _is_theirs(fact, person):
        text = fact.text.removesuffix(".")
        return f"{language().statements.told_by.format(name=fact.told_by or USER, text=text)}."
    said = datetime.fromtimestamp(fact.at).date()
    statement = in_second_person(fact.text, _names(person))
    if statement is not None and (
        fact.source is not Source.ASKED or with_dates(fact.text, said) == fact.text
    ):
        return statement
    return language().phrases.you_said.format(date=written(said), words=fact.text)


def _answers(question: FactQuestion, hit: SearchHit, person: str | None) -> bool:
    if not _is_theirs(hit.fact, person):
        return False
    return answers(question, _statement(hit.fact, person), hit.similarity)


def _is_theirs(fact: Fact, person: str | None) -> bool:
    """Tell whether "I" in a fact is the person who asks."""
    if fact.told_by == person or fact.source is not Source.ASKED:
        return True
    return not language().statements.first_person.search(fact.text)


def _statement(fact: Fact, person: str | None) -> str:
    return in_second_person(fact.text, _names(person)) or fact.text


def _names(person: str | None) -> tuple[str, ...]:
    return (USER, person) if person else (USER,)

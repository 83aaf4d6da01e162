"""Finds the older facts that a fact replaces which somebody asked to be remembered.

No model is asked: "I will remember" is said at once, and tells what is out of date.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipecatapp.memory.learning.change import ValueChange, value_change
from pipecatapp.memory.storage.fact import Fact, NewFact
from pipecatapp.text.first_person import in_third_person
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import is_written_alike, normal_form
from pipecatapp.text.numbers import number
from pipecatapp.text.sentences import sentences
from pipecatapp.text.words import whole_words


@dataclass(frozen=True)
class ReplacedFact:
    """An older fact that a newer one replaces.

    Attributes:
        fact: The older fact.
        value: What was said in the place of the newer value; empty where both say the same.
    """

    fact: Fact
    value: str


def replaced_facts(new: NewFact, older: Iterable[Fact]) -> list[ReplacedFact]:
    """Return those of some older facts that a new one replaces.

    They give another value to the same property of the same person or thing, or they say the same
    in another writing. One with further sentences stays, as those may still hold.
    """
    replaced = []
    for fact in older:
        if normal_form(fact.text) == normal_form(new.text):
            if not is_written_alike(fact.text, new.text):
                change = _change(new, fact)
                replaced.append(ReplacedFact(fact, _told(change, new, fact) if change else ""))
        elif _is_one_statement(fact.text) and (change := _change(new, fact)):
            replaced.append(ReplacedFact(fact, _told(change, new, fact)))
    return replaced


def _is_one_statement(text: str) -> bool:
    """Tell whether a text has no second sentence but digits, which speech recognizers set apart."""
    further = whole_words(" ".join(sentences(text)[1:]).lower())
    return all(number(word) is not None for word in further)


def _change(new: NewFact, old: Fact) -> ValueChange | None:
    return value_change(_about_somebody(new), _about_somebody(old))


def _about_somebody(fact: NewFact) -> str:
    """Return a statement with the name of who told it, as learned ones have it.

    What one person says of themselves is never the property of another.
    """
    rules = language().statements
    text = in_third_person(fact.text)
    for pattern, replacement in rules.household:
        text = pattern.sub(replacement, text)
    if not fact.told_by:
        return text
    name = fact.told_by
    return rules.user.sub(lambda found: f"{name}{found['of'] or ''}", text)


def _told(change: ValueChange, new: NewFact, old: Fact) -> str:
    """Return the older value if a person would call it another one."""
    plain = change.old.rstrip(".!")
    place = old.text.lower().rfind(plain.lower())
    if place < 0:
        # "The user's garden", which the user has called "my garden".
        return f'"{old.text}"' if change.differs else ""
    plain = old.text[place : place + len(plain)]
    if language().statements.secret.search(new.text) and not plain.isdigit():
        # A capital or a sign makes another password.
        return "" if is_written_alike(change.old, change.new) else change.old
    return plain if change.differs else ""

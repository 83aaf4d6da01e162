"""Finds signs in the wording that one statement replaces or repeats an older one.

A person has one address and one favorite color, but may have two daughters, two pets and two
allergies. The wording of the property tells which of the two is the case.
"""

import re
from itertools import takewhile

from pipecatapp.memory.learning.grounding import kin, names, shared, stems
from pipecatapp.text.language import language
from pipecatapp.text.numbers import numbers

_DETAILS = re.compile(r"[^\w\s']")


def is_successor(new: str, old: str) -> bool:
    """Tell whether two statements give different values to a property that has only one."""
    rules, vocabulary = language().statements, language().vocabulary
    before, after = _words(old), _words(new)
    pairs = zip(before, after, strict=False)
    alike = len(list(takewhile(lambda pair: _form(pair[0]) == _form(pair[1]), pairs)))
    values = before[alike:], after[alike:]
    if not all(values):
        return False
    about = " ".join(before[:alike]).lower()
    if rules.one_of_several.search(f"{about} ") and not _is_named(old):
        return False
    if all(value[0] in vocabulary.states for value in values) or rules.one_of.search(about):
        return True
    if all(value[0][0].isupper() for value in values):
        return rules.one_place.search(about) is not None
    return rules.one_spot.search(about) is not None and not any(
        value[0] in vocabulary.articles for value in values
    )


def may_replace(new: str, old: str) -> bool:
    """Tell whether a new statement may make an older one out of date.

    It must tell of an end, or share a topic with the older one and tell of a change or deny it.
    """
    if is_successor(new, old) or language().statements.end.search(new):
        return True
    if kin(new) and kin(old) and not kin(new) & kin(old):
        return False
    change = language().statements.change
    changes = bool({*change.findall(new.lower())} - {*change.findall(old.lower())})
    return bool(shared(new, old)) and (changes or _denies(new) != _denies(old))


def adds_nothing(new: str, old: str) -> bool:
    """Tell whether a new statement names no person, thing or number beyond those of an older one.

    Only then can they be the same: "has a daughter named Ada" says more than "has a daughter".
    """
    told = {*names(new)} <= {*names(old)} | stems(old) and numbers(new) <= numbers(old)
    return told and kin(new) == kin(old) and _denies(new) == _denies(old)


def _denies(statement: str) -> bool:
    return language().statements.negated.search(statement) is not None


def _words(statement: str) -> list[str]:
    return _DETAILS.sub(" ", language().statements.set_aside.sub("", statement)).split()


def _form(word: str) -> str:
    """Return a word without a final s, so that "live" equals "lives"."""
    return word.lower().removesuffix("s")


def _is_named(statement: str) -> bool:
    """Tell whether a statement is about somebody with a name, who is only one person."""
    first = language().statements.verb.search(statement)
    return bool(names(statement[: first.start()] if first else statement))

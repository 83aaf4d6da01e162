"""Finds signs in the wording that one statement replaces or repeats an older one.

A person has one address and one favorite color, but may have two daughters, two pets and two
allergies. The wording of the property tells which of the two is the case.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from pipecatapp.memory.learning.grounding import kin, names, shared, stems
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form
from pipecatapp.text.numbers import numbers

_DETAILS = re.compile(r"[^\w\s']")
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class ValueChange:
    """What two statements say of one property that has one value.

    Attributes:
        old: The value in the older statement, with its signs.
        new: The value in the newer one.
    """

    old: str
    new: str

    @property
    def differs(self) -> bool:
        """Whether the values are different, however they are written."""
        return _forms(_words(self.old)) != _forms(_words(self.new))


def is_successor(new: str, old: str) -> bool:
    """Tell whether two statements give different values to a property that has only one."""
    change = value_change(new, old)
    return change is not None and change.differs


def value_change(new: str, old: str) -> ValueChange | None:
    """Return the values that two statements give to one property; None where it is not one.

    Args:
        new: A statement in the third person.
        old: An older one.
    """
    if language().statements.exception.search(f"{old}\n{new}"):
        return None
    before, after = _without_article(_words(old), _words(new))
    pairs = zip(before, after, strict=False)
    alike = len(list(takewhile(lambda pair: _form(pair[0]) == _form(pair[1]), pairs)))
    # The values may begin alike: "Dr. Moon" and "Dr. Hall".
    for length in range(1, alike + 1):
        values = before[length:], after[length:]
        if all(values) and _has_one_value(before[:length], values, old, apart=length == alike):
            return ValueChange(
                _last_words(_worded(old), len(values[0])), _last_words(_worded(new), len(values[1]))
            )
    return None


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


def _has_one_value(
    subject: list[str], values: tuple[list[str], list[str]], old: str, *, apart: bool
) -> bool:
    """Tell whether a property has one value, and both values are of its kind.

    Args:
        subject: The words that name the property, as far as its verb.
        values: What the older and the newer statement say of it.
        old: The older statement.
        apart: Whether the values begin with different words.
    """
    rules, vocabulary = language().statements, language().vocabulary
    about = " ".join(subject).lower()
    first = [value[0] for value in values]
    if rules.one_of_several.search(f"{about} ") and not _is_named(old):
        return False
    if apart and all(word in vocabulary.states for word in first):
        return True
    if rules.one_of.search(about):
        return _are_alike(about, [" ".join(value) for value in values])
    named = all(word[0].isupper() for word in first)
    if rules.one_name.search(about):
        return named
    if rules.thing.search(about) and all(rules.spot.match(" ".join(value)) for value in values):
        return True
    if not apart:
        return False
    if named:
        return rules.one_place.search(about) is not None
    return rules.one_spot.search(about) is not None and not any(
        word in vocabulary.articles for word in first
    )


def _are_alike(about: str, values: list[str]) -> bool:
    """Tell whether two values can stand for one another: "1234" and "on the fridge" cannot."""
    rules = language().statements
    old, new = values
    if any(rules.no_value.match(value) for value in values) or rules.verb.search(old):
        return False  # an older statement with a second one in it may still hold
    if rules.numbered.search(about) and not all(map(numbers, values)):
        return False
    # "... is 1234 for the garage" is about another code than "... is 1234".
    narrowing = rules.narrowing if rules.narrowed.search(about) else rules.occasion
    return _matched(narrowing, old) == _matched(narrowing, new)


def _matched(pattern: re.Pattern[str], value: str) -> str:
    found = pattern.search(value)
    return normal_form(found.group()) if found else ""


def _without_article(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Return both without their first word where only one of them has an article there."""
    leading = language().vocabulary.leading_articles
    begins = [bool(words) and words[0].lower() in leading for words in (before, after)]
    if begins[0] == begins[1]:
        return before, after
    return (before[1:], after) if begins[0] else (before, after[1:])


def _last_words(statement: str, count: int) -> str:
    """Return a statement from one of its last words on, with the signs before and behind it."""
    found = list(_WORD.finditer(statement))
    start = found[-min(count, len(found))].start()
    while start and not statement[start - 1].isspace():
        start -= 1
    return statement[start:]


def _denies(statement: str) -> bool:
    return language().statements.negated.search(statement) is not None


def _words(statement: str) -> list[str]:
    return _DETAILS.sub(" ", _worded(statement)).split()


def _worded(statement: str) -> str:
    """Return a statement in the wording in which properties are compared."""
    rules = language().statements
    statement = rules.set_aside.sub("", statement)
    for pattern, replacement in rules.plain_wording:
        statement = pattern.sub(replacement, statement, count=1)
    return statement


def _forms(words: list[str]) -> list[str]:
    return [_form(word) for word in words]


def _form(word: str) -> str:
    """Return a word as it is compared: "live" equals "lives", and "colour" equals "color"."""
    plain = normal_form(word).removesuffix("'s")
    return language().vocabulary.spellings.get(plain, plain).removesuffix("s")


def _is_named(statement: str) -> bool:
    """Tell whether a statement is about somebody with a name, who is only one person."""
    first = language().statements.verb.search(statement)
    return bool(names(statement[: first.start()] if first else statement))

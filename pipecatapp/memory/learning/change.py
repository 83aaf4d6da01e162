"""Signs that code can see of what one statement is to an older one.

A person has one address and one favorite color, but may have two daughters, two pets and two
allergies: which of the two is the case the wording of the property tells.
"""

import re
from itertools import takewhile

from pipecatapp.memory.learning.grounding import kin, names, numbers, shared, stems

# What somebody or something has one of: the words that two statements begin with alike, up to
# the value.
_ONE_OF = re.compile(
    r"(?:\b(?:works?|working|employed) (?:at|for|as)"
    r"|\b(?:address|number|password|passphrase|pin|code|birthday|birth date|date of birth|age|size"
    r"|height|weight|nickname|job|employer|boss|ip|version|port|name|team|anniversary|email) is"
    r"|\b(?:favorite|favourite|preferred|best)(?: \S+){1,3} (?:is|are)"
    r"|\bhas the (?:address|number|name|port|ip|password|ip address)"
    r"|\b(?:is|are) (?:parked|located|kept|stored) (?:in|on|at)|\bis (?:called|born (?:on|in))"
    r"|\b(?:goes|go) (?:to bed|out) (?:at|on)|\bgets up at|\bruns on port"
    r"|\b(?:has|have) (?:breakfast|lunch|dinner) at"
    r")(?: (?:the|a|an|level|node|port|number|\d+))*$"
)
# "In" is no less "in a flat" than "in Porto": only names of places exclude each other.
_ONE_PLACE = re.compile(r"\b(?:lives?|living|resides|based|works?) in$|\bmoved to$")
# Things are in one place at a time; "the user is in the choir" is no place.
_ONE_SPOT = re.compile(r"^(?!the user (?:is|are)\b)\S+ \S.* (?:is|are) (?:in|on|at)(?: the)?$")
# Of these there may be several, so that "the user's sister lives in ..." may be about two.
_ONE_OF_SEVERAL = re.compile(
    r"\b(?:brother|sister|sibling|son|daughter|child|kid|friend|cousin|aunt|uncle|niece|nephew"
    r"|grandson|granddaughter|grandmother|grandfather|colleague|neighbou?r|dog|cat|pet|appointment"
    r"|lesson|flight)s?(?:'s)?(?: is| lives| goes| works)? "
)
_STATES = frozenset(
    (
        *("single", "married", "divorced", "engaged", "widowed", "separated", "retired"),
        *("unemployed", "employed", "vegetarian", "vegan", "pregnant"),
    )
)
_CHANGE = re.compile(
    r"\b(?:no longer|not anymore|any ?more|any longer|stopped|quit|gave up|given up|sold|moved"
    r"|left|again|instead|from now on|now|used to|divorced|broke up|split up|separated|died|changed"
    r"|replaced|became|former|formerly|previous|new|cancel\w*|postponed|switched|bought|married"
    r"|retired|lost|rescheduled|gone|got rid of)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:no longer|any ?more|any longer|stopped|quit|again|instead)\b", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|neither|nor|cannot|\w+n't|stopped|quit|hates?|dislikes?|avoids?)\b",
    re.IGNORECASE,
)
_SET_ASIDE = re.compile(r"\b(?:new|now|currently|again|from now on|these days)\b ?", re.IGNORECASE)
_DETAILS = re.compile(r"[^\w\s']")


# What was kept word for word speaks of "I" and "my".
_FIRST_PERSON = (
    (re.compile(r"\b(?:I['\u2019]m|I am)\b", re.IGNORECASE), "the user is"),
    (re.compile(r"\bI['\u2019]ve(?: got)?\b", re.IGNORECASE), "the user has"),
    (re.compile(r"\bI (?:don['\u2019]?t|do not)\b", re.IGNORECASE), "the user does not"),
    (re.compile(r"\bI have\b", re.IGNORECASE), "the user has"),
    (re.compile(r"\bI\b", re.IGNORECASE), "the user"),
    (re.compile(r"\bmy\b", re.IGNORECASE), "the user's"),
)


def in_third_person(statement: str) -> str:
    """Return a statement with "I" and "my" as the user."""
    for pattern, words in _FIRST_PERSON:
        statement = pattern.sub(words, statement)
    return statement[:1].upper() + statement[1:]


def is_successor(new: str, old: str) -> bool:
    """Tell whether both give another value to what there is one of ("lives in ...")."""
    before, after = _words(old), _words(new)
    pairs = zip(before, after, strict=False)
    alike = len(list(takewhile(lambda pair: _form(pair[0]) == _form(pair[1]), pairs)))
    values = before[alike:], after[alike:]
    if not all(values):
        return False
    about = " ".join(before[:alike]).lower()
    if _ONE_OF_SEVERAL.search(f"{about} ") and not _is_named(old):
        return False
    if all(value[0] in _STATES for value in values) or _ONE_OF.search(about):
        return True
    if all(value[0][0].isupper() for value in values):
        return _ONE_PLACE.search(about) is not None
    return _ONE_SPOT.search(about) is not None and not any(v[0] in ("a", "an") for v in values)


def may_replace(new: str, old: str) -> bool:
    """Tell whether a new statement may make an older one out of date.

    It must tell of an end, or be about something that the older one is about and tell of a change
    or deny it.
    """
    if is_successor(new, old) or _END.search(new):
        return True
    if kin(new) and kin(old) and not kin(new) & kin(old):
        return False
    denies = bool(_NEGATED.search(new)) != bool(_NEGATED.search(old))
    changes = bool({*_CHANGE.findall(new.lower())} - {*_CHANGE.findall(old.lower())})
    return bool(shared(new, old)) and (denies or changes)


def adds_nothing(new: str, old: str) -> bool:
    """Tell whether a new statement names no person, thing or number that an older one does not.

    Only then can they be the same: "has a daughter named Ada" is more than "has a daughter".
    """
    told = {*names(new)} <= {*names(old)} | stems(old) and numbers(new) <= numbers(old)
    return (
        told and kin(new) == kin(old) and bool(_NEGATED.search(new)) == bool(_NEGATED.search(old))
    )


def _words(statement: str) -> list[str]:
    return _DETAILS.sub(" ", _SET_ASIDE.sub("", statement)).split()


def _form(word: str) -> str:
    """Return a word as it is compared: "live" as "lives"."""
    return word.lower().removesuffix("s")


def _is_named(statement: str) -> bool:
    """Tell whether the one whom a statement is about has a name, so that it is one and the same."""
    first = re.search(r"\b(?:is|are|lives|works|goes|has)\b", statement)
    return bool(names(statement[: first.start()] if first else statement))

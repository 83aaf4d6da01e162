"""Checks that a statement rests on what was said: a small model invents.

Every number and every name must have been said; most of the other words too, by their stem.
"""

import re

ENOUGH = 0.5
"""The share of a statement's other words that must have been said."""
STEM = 5
"""Letters that two forms of a word have in common: likes and liked."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12},
    **{"twentieth": 20, "thirtieth": 30, "half": 30, "quarter": 15},
}
_NUMBERS = {
    **{word: number for number, word in enumerate(_ONES)},
    **{f"{word}th": number for number, word in enumerate(_ONES)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    **_ORDINALS,
}
# Words that tell nothing by themselves.
_GRAMMAR_WORDS = """
user user's users' a an the and or but of to in on at by for from with as is are was were be been
being has have had having his her their its this that these those there who whose which he she it
they him them no not do does did doesn't don't isn't aren't can can't cannot will would should may
more most any some all out up down into than then when where while also very
"""
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())
# Words that a statement needs besides what it tells.
_FRAME_WORDS = """
live lives living work works working name named names called person people home house family
member like likes prefer prefers own owns use uses using go goes get gets take takes make makes
located currently regularly usually always never every each day time today tomorrow yesterday new
old only
"""
_FRAME = _GRAMMAR | frozenset(_FRAME_WORDS.split())
# Who is who must not be guessed: "Emma" alone is nobody's wife.
_KIN = frozenset(
    (
        *("wife", "husband", "son", "daughter", "child", "children", "mother", "father", "parents"),
        *("brother", "sister", "friend", "boss", "girlfriend", "boyfriend", "partner", "neighbor"),
        *("uncle", "aunt", "cousin", "niece", "nephew", "grandmother", "grandfather", "colleague"),
    )
)
_KIN_AS_SAID = {
    **{"mom": "mother", "mum": "mother", "dad": "father", "kid": "child", "kids": "children"},
    **{"grandma": "grandmother", "grandpa": "grandfather", "neighbour": "neighbor"},
    **{"dr": "doctor", "mr": "mister", "mrs": "missus", "folks": "parents"},
}
_PLACED = re.compile(r"\d+(?:st|[nr]d|th)$")


def numbers(text: str) -> set[int]:
    """Return the numbers of a text, written in digits or in words ("nineteen eighty four")."""
    found: set[int] = set()
    run: list[int] = []
    for word in [*_WORD.findall(text.lower().replace("-", " ")), ""]:
        value = _number(word)
        if value is not None:
            run.append(value)
        elif word in ("hundred", "thousand") and run:
            run[-1] *= 100 if word == "hundred" else 1000
        elif word != "and" or not run:
            found |= _readings(run)
            run = []
    return found


def _readings(run: list[int]) -> set[int]:
    """Return what numbers that follow each other may mean: 20 5 is 25, 19 84 is 1984."""
    found = set(run)
    for start in range(len(run)):
        total, digits = 0, ""
        for value in run[start:]:
            digits += str(value)
            total = _joined(total, value)
            found |= {total, int(digits[:18])}
    return found


def _joined(total: int, value: int) -> int:
    if value >= 100 or (total % 100 == 0 and total >= 100) or (value < 10 and total % 10 == 0):
        return total + value
    return total * 100 + value


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word[:18])
    if _PLACED.match(word):
        return int(word[:-2][:18])
    return _NUMBERS.get(word)


def stems(text: str) -> set[str]:
    """Return the stems of the words of a text that tell something."""
    return {_stem(word) for word in _words(text) if word not in _FRAME and _number(word) is None}


def kin(text: str) -> set[str]:
    """Return the words of a text that say what somebody is to somebody."""
    return {word for word in _words(text) if word in _KIN}


def shared(one: str, other: str) -> set[str]:
    """Return the stems, other than names, that two texts have in common."""
    return (stems(one) & stems(other)) - {_stem(name) for name in (*names(one), *names(other))}


def is_grounded(statement: str, source: str, said: str) -> bool:
    """Tell whether a statement may have come from what was said.

    Args:
        statement: One sentence about the user.
        source: All that it may rest on: the user's words and the turns before.
        said: The user's words of this turn, of which it must hold something.
    """
    if not numbers(statement) <= numbers(source):
        return False
    known = {_stem(word) for word in _words(source)}
    strict = [*names(statement), *kin(statement)]
    if any(_stem(word) not in known for word in strict):
        return False
    told = stems(statement)
    if told and sum(stem in known for stem in told) < ENOUGH * len(told):
        return False
    new = {_stem(word) for word in _words(said) if word not in _GRAMMAR}
    mentioned = {_stem(word) for word in _words(statement) if word not in _GRAMMAR}
    return bool(mentioned & new or numbers(statement) & numbers(said))


def says(longer: str, shorter: str) -> bool:
    """Tell whether a statement names all that another one does: it makes that one needless."""
    words = stems(shorter)
    return bool(words) and words <= stems(longer) and numbers(shorter) <= numbers(longer)


def names(statement: str) -> list[str]:
    """Return the words with a capital letter, in small letters."""
    words = [word for word in _WORD.findall(statement) if word[0].isupper()]
    return [w for w in map(_plain, words) if w not in _FRAME and _number(w) is None]


def _words(text: str) -> list[str]:
    return [_plain(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    word = word.lower().replace("\u2019", "'")
    if word in _FRAME:
        return word
    word = word.removesuffix("'s").removesuffix("'")
    return _KIN_AS_SAID.get(word, word)


def _stem(word: str) -> str:
    return word[:STEM] if len(word) > STEM else word.removesuffix("s")

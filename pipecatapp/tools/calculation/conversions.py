"""Reads conversions of units from what people say, and tells their results."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from pipecatapp.text.arithmetic import Units
from pipecatapp.text.language import language
from pipecatapp.text.number_words import with_digits
from pipecatapp.tools.calculation.evaluation import Evaluation, NotASumError
from pipecatapp.tools.calculation.sums import LONGEST_REQUEST, bare_request, in_symbols, rewritten
from pipecatapp.tools.calculation.units import NEXT_SMALLER, UNITS, convert
from pipecatapp.tools.calculation.wording import told
from pipecatapp.tools.tool import ToolError

DIGITS = 6
"""Significant digits of a converted amount."""
LONGEST_NAME = 5
"""Words of a unit's name: "degrees" and "miles per hour" are names."""

Part = tuple[Fraction, tuple[str, ...]]
"""A number, and the units that it may be of."""


@dataclass(frozen=True)
class Conversion:
    """A conversion that was read from words.

    Attributes:
        said: The conversion without the words around it, numbers in digits.
        parts: The parts of the amount, such as 5 feet and 3 inches; empty for money.
        targets: The units that the words for the target may mean.
    """

    said: str
    parts: tuple[Part, ...] = ()
    targets: tuple[str, ...] = ()


def read_conversion(words: str) -> Conversion | None:
    """Return the conversion that words ask for, if they ask for nothing else, or None."""
    if len(words) > LONGEST_REQUEST:
        return None
    text, _ = bare_request(words)
    text = " ".join(rewritten(with_digits(text), language().units.rewrites).split())
    for amount, target in _splits(text):
        target = target.strip()
        if _is_money(amount, target):
            return Conversion(text)
        targets = _meanings(target)
        parts = _amount(amount) if targets else None
        if parts and targets and (len(parts) > 1 or parts[0][1] != targets):
            return Conversion(text, parts, targets)
    return None


def answer_conversion(asked: Conversion) -> str:
    """Return the sentence that tells the result of a conversion.

    Raises:
        ToolError: It is of money, or of units of different kinds.
    """
    words = language().units
    if not asked.parts:
        raise ToolError(words.no_rates)
    pairs = _pairs(asked)
    if not pairs:
        raise ToolError(_unlike(asked.parts[0][1][0], asked.targets[0], words))
    results = [_result(asked, source, target) for source, target in pairs]
    sentence = words.between.join(results)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may be the amount and the target of a conversion."""
    for shape in language().units.shapes:
        found = shape.match(text)
        if found is None:
            continue
        if "target" in shape.groupindex:
            yield found["amount"], found["target"]
            continue
        rest = found["rest"]
        for link in language().units.link.finditer(rest):
            yield rest[: link.start()], rest[link.end() :]


def _is_money(amount: str, target: str) -> bool:
    """Tell whether money is to be converted; pounds are money beside another currency."""
    currencies = language().units.currencies
    pounds = _names().get("pounds")
    sides = [
        [(word in currencies, _names().get(word) == pounds) for word in side.split()]
        for side in (amount, target)
    ]
    money = [any(is_currency for is_currency, _ in side) for side in sides]
    may_be = [any(any(each) for each in side) for side in sides]
    return any(money) and all(may_be) and len(sides[1]) <= LONGEST_NAME


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    """Return the units that each name in small letters may mean."""
    words = language().units
    names = {
        name.lower(): (unit,)
        for unit, known in words.words.items()
        for name in (known.one, known.many, *known.others)
    }
    return {**names, **words.shared}


def _meanings(name: str) -> tuple[str, ...]:
    return _names().get(name.rstrip("."), ())


def _amount(text: str) -> tuple[Part, ...] | None:
    """Return the parts of an amount, such as "5 feet 3 inches", or None if it is none."""
    words = text.split()
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        units = _meanings(" ".join(words[-length:]))
        if not units:
            continue
        before = " ".join(words[:-length])
        number = _number(before)
        if number is not None:
            return ((number, units),)
        head, _, last = before.rpartition(" ")
        parts, number = _amount(language().units.part_end.sub("", head)), _number(last)
        if parts and number is not None:
            return (*parts, (number, units))
    return _with_bare_end(text)


def _with_bare_end(text: str) -> tuple[Part, ...] | None:
    """Return the parts of an amount whose last number has no unit, such as "six foot two"."""
    head, _, last = text.rpartition(" ")
    parts, number = _amount(head) if head and last.isdecimal() else None, _number(last)
    smaller = NEXT_SMALLER.get(parts[-1][1][0]) if parts else None
    return (*parts, (number, (smaller,))) if parts and smaller and number is not None else None


def _number(text: str) -> Fraction | None:
    """Return the number in front of a unit, or None if the text is none."""
    text = text.strip()
    bare = language().units.article.sub("", text).strip()
    if text and not bare:
        return Fraction(1)
    try:
        value = Evaluation(in_symbols(bare)).value
    except (NotASumError, ToolError):
        return None
    return value if isinstance(value, Fraction) else None


def _pairs(asked: Conversion) -> list[tuple[str, str]]:
    """Return the units that may be meant: of one kind, and of one system where that is possible."""
    sources = asked.parts[0][1]
    pairs = [
        (source, target)
        for source in sources
        for target in asked.targets
        if source != target and UNITS[source].kind == UNITS[target].kind
    ]
    if any(_kind_of(part) != UNITS[source].kind for part in asked.parts[1:] for source, _ in pairs):
        return []
    alike = [pair for pair in pairs if _system(pair[0]) and _system(pair[0]) == _system(pair[1])]
    return alike or pairs


def _kind_of(part: Part) -> str:
    return UNITS[part[1][0]].kind


def _system(unit: str) -> str:
    return UNITS[unit].system


def _result(asked: Conversion, source: str, target: str) -> str:
    first, *others = asked.parts
    parts = [(first[0], source), *((number, units[0]) for number, units in others)]
    of = UNITS[source]
    # Only temperatures have a scale of their own, and nobody names them in parts.
    total = sum((number * UNITS[unit].size for number, unit in parts), Fraction(0)) / of.size
    value = convert(total, of, UNITS[target])
    amount = " ".join(_told(number, unit) for number, unit in parts)
    return language().units.result.format(amount=amount, value=_told(value, target))


def _told(number: Fraction, unit: str) -> str:
    words = language().units.words[unit]
    return f"{told(number, DIGITS)} {words.one if number == 1 else words.many}"


def _unlike(first: str, second: str, words: Units) -> str:
    kinds = [words.kinds[UNITS[unit].kind] for unit in (first, second)]
    names = [words.words[unit].many for unit in (first, second)]
    sentence = words.unlike.format(first=names[0], second=names[1], kind=kinds[0], other=kinds[1])
    return sentence[:1].upper() + sentence[1:]

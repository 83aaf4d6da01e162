"""Describes how a language asks for sums and conversions, and how it tells their results."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pattern = re.Pattern[str]
Rewrites = tuple[tuple[Pattern, str], ...]
"""Patterns and their replacements, as `re.sub` takes them, applied in this order."""
ListOperation = Literal["+", "*", "avg", "gcd", "lcm"]


@dataclass(frozen=True)
class Arithmetic:
    """How sums are asked for and told.

    A sum in symbols has numbers, `+ - * / ^ ! % ( )` and the names of
    `tools/calculation/evaluation.py`.

    Attributes:
        asks: Matches the words before a sum or a conversion.
        insists: Matches words, among those, that only a sum follows.
        ends: Matches the words behind it.
        doubtful: Matches what looks like a sum and is often something else, such as a date.
        lists: Match what is done with several numbers; their group `list` holds them.
        between: Matches what stands between two numbers of a list.
        symbols: Turn a sum in words into symbols.
        said: Turn symbols into words that can be spoken.
        thousands: Stands between groups of three digits of a result.
        decimal: Stands before the decimals of a result.
        negative: Template of a `{number}` below zero.
        about: Template of a `{number}` that is rounded.
        exactly: Template of a rounded `{number}` and the fraction `{over}` by `{under}` that it is.
        large: Template of a number of more `{digits}` than are told: `{mantissa}`, `{exponent}`.
        percentage: Template of a result that is a percentage.
        in_degrees: Template of a `{sum}` whose angle had no unit.
        result: Template of a `{sum}` and its `{value}`.
        by_zero: Says that nothing can be divided by zero.
        too_large: Says that a number has too many digits.
        undefined: Says that there is no such number, such as the logarithm of zero.
        unreadable: Says that the words are no sum that can be worked out.
    """

    asks: Pattern
    insists: Pattern
    ends: Pattern
    doubtful: Pattern
    lists: tuple[tuple[ListOperation, Pattern], ...]
    between: Pattern
    symbols: Rewrites
    said: Rewrites
    thousands: str
    decimal: str
    negative: str
    about: str
    exactly: str
    large: str
    percentage: str
    in_degrees: str
    result: str
    by_zero: str
    too_large: str
    undefined: str
    unreadable: str


@dataclass(frozen=True)
class UnitWords:
    """The words for a unit.

    Attributes:
        one: For one of it.
        many: For any other number.
        others: Further words and symbols, in small letters; `one` and `many` count as well.
    """

    one: str
    many: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Units:
    """How conversions are asked for and told.

    Attributes:
        words: The words for each unit of `tools/calculation/units.py`.
        kinds: What each kind of unit measures, as it is told.
        shared: Words that may mean several units, each with those units.
        currencies: Words for currencies, in small letters.
        rewrites: Applied to a request first: they set numbers and units apart.
        shapes: Match a conversion; their groups are `amount` and `target`, or `rest` where a `link`
            stands between the two.
        link: Matches what may stand there.
        part_end: Matches what may follow a part of an amount: "5 feet and 3 inches".
        article: Matches an article that means one, or stands between a number and its unit.
        result: Template of an `{amount}` and its `{value}`, both with their units.
        between: Stands between two results, where a word may mean either of two units.
        unlike: Template for units `{first}` and `{second}` that measure `{kind}` and `{other}`.
        no_rates: Says that exchange rates are not known.
    """

    words: Mapping[str, UnitWords]
    kinds: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]
    currencies: frozenset[str]
    rewrites: Rewrites
    shapes: tuple[Pattern, ...]
    link: Pattern
    part_end: Pattern
    article: Pattern
    result: str
    between: str
    unlike: str
    no_rates: str

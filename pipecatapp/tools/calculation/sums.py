"""Reads sums from what people say, and tells their results."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipecatapp.text.arithmetic import Rewrites
from pipecatapp.text.language import language
from pipecatapp.text.number_words import with_digits
from pipecatapp.tools.calculation.evaluation import Evaluation, NotASumError
from pipecatapp.tools.calculation.wording import told
from pipecatapp.tools.tool import ToolError

# A sum with 45.50 is one of prices, so its result has two decimals as well.
_PRICE = re.compile(r"\.\d0\b")
_ONE_DECIMAL = re.compile(r"(?<!\d)[\d,]+\.\d$")

LONGEST_REQUEST = 200
"""Characters of a request for a sum or a conversion."""


@dataclass(frozen=True)
class Sum:
    """A sum that was read from words.

    Attributes:
        said: The sum without the words around it, numbers in digits.
        symbols: The same in symbols.
        certain: Whether it can hardly be anything else.
    """

    said: str
    symbols: str
    certain: bool


def bare_request(words: str) -> tuple[str, bool]:
    """Return a request in small letters without the words around it.

    Args:
        words: What somebody said.

    Returns:
        The request, and whether the words around it say that it is a sum.
    """
    requests, arithmetic = language().requests, language().arithmetic
    text = " ".join(words.lower().split())
    text = text[(found.end() if (found := requests.opening.match(text)) else 0) :]
    lead = arithmetic.asks.match(text)
    asked = lead.group() if lead else ""
    rest = text[len(asked) :].rstrip()
    if re.search(r"[a-z]{3}", rest) or not rest.endswith("!"):
        # Behind words it is a mark of the sentence; "5!" is a factorial.
        rest = rest.rstrip("!")
    insists = arithmetic.insists.search(asked) is not None
    return arithmetic.ends.sub("", rest), insists


def read_sum(words: str) -> Sum | None:
    """Return the sum that words ask for, if they ask for nothing else, or None."""
    if len(words) > LONGEST_REQUEST:
        return None
    bare, insists = bare_request(words)
    if not bare:
        return None
    symbols = in_symbols(with_digits(bare, ordinals=True))
    try:
        operations = Evaluation(symbols).operations
    except NotASumError:
        return None
    except ToolError:
        operations = 1  # it was read: that it has no result is told
    if not operations:
        return None
    said = with_digits(bare)
    return Sum(said, symbols, insists or not language().arithmetic.doubtful.match(said))


def answer_sum(asked: Sum) -> str:
    """Return the sentence that tells the result of a sum.

    Raises:
        ToolError: It has none, or one that is too large.
    """
    words = language().arithmetic
    found = Evaluation(asked.symbols)
    simple = re.fullmatch(r"\(?\d+\)? ?/ ?\(?\d+\)?", asked.symbols) is not None
    value = told(found.value, as_fraction=not simple)
    if _PRICE.search(asked.said):
        value = _ONE_DECIMAL.sub(r"\g<0>0", value)
    if found.is_percentage:
        value = words.percentage.format(number=value)
    said = rewritten(asked.said, words.said)
    if found.assumes_degrees:
        said = words.in_degrees.format(sum=said)
    return words.result.format(sum=said[:1].upper() + said[1:], value=value)


def in_symbols(text: str) -> str:
    """Return a sum in words in symbols; words that are no part of a sum stay words."""
    arithmetic = language().arithmetic
    for operation, pattern in arithmetic.lists:
        if found := pattern.match(text):
            parts = [rewritten(part, arithmetic.symbols) for part in _parts(found["list"])]
            return _joined(operation, parts)
    return rewritten(text, arithmetic.symbols).strip()


def _parts(text: str) -> Iterable[str]:
    return language().arithmetic.between.split(text)


def _joined(operation: str, parts: list[str]) -> str:
    if operation in ("+", "*"):
        return operation.join(f"({part})" for part in parts)
    return f"{operation}({','.join(parts)})"


def rewritten(text: str, rules: Rewrites) -> str:
    """Return a text with all rules applied, in their order."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text

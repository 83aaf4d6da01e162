"""Tells numbers in words that can be read and spoken."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

from pipecatapp.text.language import language
from pipecatapp.tools.calculation.functions import Number, rounded

SUM_DIGITS = 10
"""Significant digits of a rounded result."""
LONGEST_INTEGER = 40
"""Digits of an integer that is told in full, such as the factorial of 30."""
LONGEST_PART = 4
"""Digits above and below the line of a fraction that is told beside its rounded value."""


def told(number: Number, digits: int = SUM_DIGITS, *, as_fraction: bool = False) -> str:
    """Return a number as it is told: exact where it is short, else rounded.

    Args:
        number: Exact, or rounded already.
        digits: Significant digits; those in front of the decimal point are never rounded away.
        as_fraction: Whether a short fraction that has no short decimals is told as well.
    """
    words = language().arithmetic
    if abs(number) >= 10**LONGEST_INTEGER:
        return _large(number)
    short = _shortened(number, digits)
    if not _is_exact(number, short):
        about = words.about.format(number=_grouped(short))
        if as_fraction and isinstance(number, Fraction) and _is_short(number):
            over, under = number.numerator, number.denominator
            return words.exactly.format(number=about, over=over, under=under)
        return about
    return _grouped(short)


def _is_exact(number: Number, short: Decimal) -> bool:
    return isinstance(number, Fraction) and Fraction(short) == number


def _is_short(number: Fraction) -> bool:
    longest = max(abs(number.numerator), number.denominator)
    return abs(number.numerator) > 1 and longest < 10**LONGEST_PART


def _shortened(number: Number, digits: int) -> Decimal:
    """Return a number rounded to so many digits, or to an integer if that has more."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return Decimal(number.numerator)
    value = rounded(number)
    with localcontext(Context(prec=LONGEST_INTEGER + 5, rounding=ROUND_HALF_EVEN)):
        if not value:
            return Decimal(0)
        place = min(0, value.adjusted() - digits + 1)
        return value.quantize(Decimal(1).scaleb(place))


def _grouped(number: Decimal) -> str:
    """Return a decimal with its digits in groups of three, without zeros at its end."""
    words = language().arithmetic
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    decimals = decimals.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", words.thousands)
    shown = f"{grouped}{words.decimal}{decimals}" if decimals else grouped
    return words.negative.format(number=shown) if number < 0 else shown


def _large(number: Number) -> str:
    with localcontext(Context(prec=SUM_DIGITS)):
        value = +rounded(number)
        mantissa = value.scaleb(-value.adjusted())
    return language().arithmetic.large.format(
        mantissa=_grouped(mantissa), exponent=value.adjusted(), digits=value.adjusted() + 1
    )

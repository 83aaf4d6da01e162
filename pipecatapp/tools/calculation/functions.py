"""The functions of sums, exact where their results are rational.

A number is a `Fraction` where it is exact, and a `Decimal` of `PRECISION` digits where it is
rounded. Everything is bounded, so that no sum takes long.
"""

import math
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation, Overflow, localcontext
from fractions import Fraction

from pipecatapp.text.language import language
from pipecatapp.tools.tool import ToolError

Number = Fraction | Decimal

PRECISION = 40
"""Digits of a rounded number."""
MOST_BITS = 13_000
"""Of the numerator and the denominator of an exact number: about 3,900 decimal digits."""
MOST_FACTORS = 1000
"""The largest number whose factorial is worked out."""

_CONTEXT = Context(prec=PRECISION, Emax=4000, Emin=-4000)
# By Niven's theorem these are all angles of a right triangle, in degrees, with a rational sine.
_SINES = {0: "0", 30: "1/2", 90: "1", 150: "1/2", 180: "0", 210: "-1/2", 270: "-1", 330: "-1/2"}
_TANGENTS = {0: "0", 45: "1", 135: "-1"}


def too_large() -> ToolError:
    """Return the error of a number with too many digits."""
    return ToolError(language().arithmetic.too_large)


def undefined() -> ToolError:
    """Return the error of a number that does not exist."""
    return ToolError(language().arithmetic.undefined)


def rounded(number: Number) -> Decimal:
    """Return a number as a decimal of `PRECISION` digits."""
    if isinstance(number, Decimal):
        return number
    with localcontext(_CONTEXT):
        return Decimal(number.numerator) / Decimal(number.denominator)


def decimally(work_out: Callable[[], Decimal]) -> Decimal:
    """Return what a function of decimals makes.

    Raises:
        ToolError: It is too large, or does not exist.
    """
    try:
        with localcontext(_CONTEXT):
            return work_out()
    except Overflow as error:
        raise too_large() from error
    except (InvalidOperation, ZeroDivisionError) as error:
        raise undefined() from error


def bounded(number: Number) -> Number:
    """Return a number that is not too long.

    Raises:
        ToolError: It is.
    """
    if isinstance(number, Fraction):
        bits = max(number.numerator.bit_length(), number.denominator.bit_length())
        if bits > MOST_BITS:
            raise too_large()
    return number


def whole(number: Number) -> int | None:
    """Return a number as an integer, or None if it is none."""
    exact = isinstance(number, Fraction) and number.denominator == 1
    return int(number) if exact else None


def quotient(number: Number, by: Number) -> Number:
    """Return one number divided by another.

    Raises:
        ToolError: The other is zero.
    """
    if not by:
        raise ToolError(language().arithmetic.by_zero)
    if isinstance(number, Fraction) and isinstance(by, Fraction):
        return number / by
    return decimally(lambda: rounded(number) / rounded(by))


def remainder(number: Number, by: Number) -> Number:
    """Return what is left of one number divided by another.

    Raises:
        ToolError: The other is zero, or one of them is rounded.
    """
    if not by:
        raise ToolError(language().arithmetic.by_zero)
    if isinstance(number, Decimal) or isinstance(by, Decimal):
        raise undefined()
    return number % by


def power(base: Number, exponent: Number) -> Number:
    """Return a power; that of a rational exponent is a root.

    Raises:
        ToolError: It is too large, or does not exist.
    """
    if not base and exponent <= 0:
        raise undefined()
    times = whole(exponent)
    if times is not None and isinstance(base, Fraction):
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if base not in (0, 1, -1) and (size - 1) * abs(times) > MOST_BITS:
            raise too_large()
        return Fraction(base ** (times if abs(base) != 1 else times % 2))
    if times is None and isinstance(exponent, Fraction) and exponent.denominator <= MOST_FACTORS:
        return power(root(base, exponent.denominator), Fraction(exponent.numerator))
    if base < 0 and times is None:
        raise undefined()
    return decimally(lambda: rounded(base) ** rounded(exponent))


def root(number: Number, degree: int) -> Number:
    """Return a root, exact where it is rational.

    Raises:
        ToolError: There is none.
    """
    if degree < 1 or (number < 0 and degree % 2 == 0):
        raise undefined()
    if number < 0:
        return -root(-number, degree)
    if isinstance(number, Fraction):
        above, below = (_whole_root(n, degree) for n in (number.numerator, number.denominator))
        if above is not None and below is not None:
            return Fraction(above, below)
    if degree == 2:
        return decimally(lambda: rounded(number).sqrt())
    return decimally(lambda: rounded(number) ** (1 / Decimal(degree)))


def _whole_root(number: int, degree: int) -> int | None:
    """Return the root of an integer if it is an integer: by bisection, as powers are exact."""
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < number:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == number else None


def factorial(number: Number) -> Number:
    """Return the factorial of a natural number.

    Raises:
        ToolError: It is too large, or it is not the factorial of a natural number.
    """
    count = whole(number)
    if count is None or count < 0:
        raise undefined()
    if count > MOST_FACTORS:
        raise too_large()
    return Fraction(math.factorial(count))


def logarithm(number: Number, base: Number | None = None) -> Number:
    """Return the logarithm of a number.

    Args:
        number: Positive.
        base: None for the natural logarithm.

    Raises:
        ToolError: There is none.
    """
    if number <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise undefined()
    if number == 1:
        return Fraction(0)
    if base is None:
        return decimally(lambda: rounded(number).ln())
    value = decimally(lambda: rounded(number).ln() / rounded(base).ln())
    nearest = Fraction(round(value))
    exact = isinstance(base, Fraction) and abs(nearest) < MOST_BITS
    return nearest if exact and power(base, nearest) == number else value


def sine(angle: Number, *, degrees: bool) -> Number:
    """Return the sine of an angle."""
    if degrees and isinstance(angle, Fraction) and angle % 360 in _SINES:
        return Fraction(_SINES[int(angle % 360)])
    return Decimal(repr(math.sin(_radians(angle, degrees=degrees))))


def cosine(angle: Number, *, degrees: bool) -> Number:
    """Return the cosine of an angle."""
    if degrees and isinstance(angle, Fraction):
        return sine(angle + 90, degrees=True)
    return Decimal(repr(math.cos(_radians(angle, degrees=degrees))))


def tangent(angle: Number, *, degrees: bool) -> Number:
    """Return the tangent of an angle.

    Raises:
        ToolError: There is none: it is a right angle.
    """
    if degrees and isinstance(angle, Fraction):
        if angle % 180 == 90:
            raise undefined()
        if angle % 180 in _TANGENTS:
            return Fraction(_TANGENTS[int(angle % 180)])
    return Decimal(repr(math.tan(_radians(angle, degrees=degrees))))


def _radians(angle: Number, *, degrees: bool) -> float:
    if degrees:
        return math.radians(float(angle % 360 if isinstance(angle, Fraction) else angle))
    try:
        return float(angle)
    except OverflowError as error:
        raise too_large() from error

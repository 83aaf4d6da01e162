"""Works a sum in symbols out: a parser of its own, as `eval` would run whatever was said.

Its grammar, the weakest operator first: `+ -`, `* / mod`, a sign, `^` (from the right), a function
or a root, and `!` or `%` behind a number. `80 - 10%` is 72, as calculators have it.
"""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from pipecatapp.tools.calculation import functions
from pipecatapp.tools.calculation.functions import Number

LONGEST_SUM = 200
"""Characters."""
DEEPEST = 30
"""Brackets, powers, signs and functions within each other."""

PI = Decimal("3.141592653589793238462643383279502884197")
E = Decimal("2.718281828459045235360287471352662497757")

_TOKENS = re.compile(r"\d+(?:\.\d+)?|\.\d+|[a-z]+|\S")
_OF_ANGLES: Mapping[str, Callable[..., Number]] = {
    "sin": functions.sine,
    "cos": functions.cosine,
    "tan": functions.tangent,
}
_OF_LISTS = ("avg", "gcd", "lcm", "pct")


class NotASumError(ValueError):
    """The text is no sum in symbols."""


class Evaluation:
    """One sum.

    Attributes:
        value: Its result.
        operations: How many operations it has; a number alone has none.
        is_percentage: Whether the result is a percentage.
        assumes_degrees: Whether it has an angle without a unit.
    """

    def __init__(self, text: str):
        """Work a sum out.

        Args:
            text: In symbols, in small letters.

        Raises:
            NotASumError: It is none.
            ToolError: It has no result, or one that is too large.
        """
        if len(text) > LONGEST_SUM:
            raise NotASumError(text)
        self._tokens: list[str] = _TOKENS.findall(text.strip())
        self._at = self._depth = self.operations = 0
        self.is_percentage = self.assumes_degrees = False
        self._unit = ""
        self._in_angle = False
        self.value = self._sum()
        if self._at < len(self._tokens):
            raise NotASumError(text)

    # -- the grammar --------------------------------------------------------------------------

    def _sum(self) -> Number:
        value = self._product()[0]
        while sign := self._take("+", "-"):
            term, is_percent = self._product()
            if is_percent:
                term = self._multiplied(value, term)
            value = self._added(value, term if sign == "+" else -term)
        return value

    def _product(self) -> tuple[Number, bool]:
        """Return a product, and whether it is a mere percentage."""
        value, is_percent = self._signed()
        while sign := self._take("*", "/", "mod"):
            by, is_percent = self._signed()[0], False
            self.operations += 1
            if sign == "*":
                value = self._multiplied(value, by)
            else:
                divide = functions.quotient if sign == "/" else functions.remainder
                value = functions.bounded(divide(value, by))
        return value, is_percent

    def _signed(self) -> tuple[Number, bool]:
        sign = self._take("-", "+")
        if not sign:
            return self._power()
        depth = self._deeper()
        value, is_percent = self._signed()
        self._depth = depth
        return (-value if sign == "-" else value), is_percent

    def _power(self) -> tuple[Number, bool]:
        base, is_percent = self._postfixed()
        if not self._take("^"):
            return base, is_percent
        depth = self._deeper()
        exponent = self._signed()[0]
        self._depth = depth
        self.operations += 1
        return functions.bounded(functions.power(base, exponent)), False

    def _postfixed(self) -> tuple[Number, bool]:
        value, is_percent = self._atom(), False
        while sign := self._take("!", "%", "deg", "rad", "root"):
            if sign == "!":
                self.operations += 1
                value = functions.bounded(functions.factorial(value))
            elif sign == "%":
                value, is_percent = functions.quotient(value, Fraction(100)), True
            elif sign == "root":
                return self._root_of(value), False
            elif self._in_angle:
                self._unit = sign
            else:
                raise NotASumError(sign)
        return value, is_percent

    def _root_of(self, degree: Number) -> Number:
        count = functions.whole(degree)
        if count is None or count > functions.MOST_FACTORS:
            raise NotASumError("root")
        self.operations += 1
        return functions.root(self._argument(), count)

    def _argument(self) -> Number:
        """Return what a function without brackets is of: `sqrt 2 ^ 2` is of a power."""
        depth = self._deeper()
        value = self._signed()[0]
        self._depth = depth
        return value

    def _atom(self) -> Number:
        symbol = self._next()
        if symbol[-1:].isdigit():
            return functions.bounded(Fraction(symbol))
        if symbol == "(":
            depth = self._deeper()
            value = self._sum()
            self._depth = depth
            self._expect(")")
            return value
        if symbol in ("pi", "e"):
            self._unit = self._unit or ("rad" if symbol == "pi" else "")
            return PI if symbol == "pi" else E
        if symbol.isalpha():
            self.operations += 1
            return functions.bounded(self._function(symbol))
        raise NotASumError(symbol)

    def _function(self, name: str) -> Number:
        """Return the value of a function whose name has been read."""
        if name in _OF_ANGLES:
            return self._of_angle(name)
        if name in _OF_LISTS or name == "log":
            return self._of_list(name)
        argument = self._argument()
        match name:
            case "sqrt":
                return functions.root(argument, 2)
            case "cbrt":
                return functions.root(argument, 3)
            case "ln":
                return functions.logarithm(argument)
            case "fact":
                return functions.factorial(argument)
            case "abs":
                return argument if argument >= 0 else -argument
        raise NotASumError(name)

    def _of_angle(self, name: str) -> Number:
        outer = self._unit, self._in_angle
        self._unit, self._in_angle = "", True
        angle = self._argument()
        degrees = self._unit in ("", "deg")
        self.assumes_degrees = self.assumes_degrees or not self._unit
        self._unit, self._in_angle = outer
        return _OF_ANGLES[name](angle, degrees=degrees)

    def _of_list(self, name: str) -> Number:
        if name == "log" and self._peek() != "(":
            return functions.logarithm(self._argument(), Fraction(10))
        self._expect("(")
        depth = self._deeper()
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._depth = depth
        self._expect(")")
        if name == "log":
            return self._log(values)
        if name == "pct":
            return self._percentage(values)
        if name == "avg":
            return functions.quotient(self._total(values), Fraction(len(values)))
        counts = [functions.whole(value) for value in values]
        if None in counts or len(counts) < 2:
            raise NotASumError(name)
        found = math.gcd if name == "gcd" else math.lcm
        return Fraction(found(*(count for count in counts if count is not None)))

    def _log(self, values: list[Number]) -> Number:
        if len(values) > 2:
            raise NotASumError("log")
        return functions.logarithm(values[0], values[1] if values[1:] else Fraction(10))

    def _percentage(self, values: list[Number]) -> Number:
        if len(values) != 2:
            raise NotASumError("pct")
        self.is_percentage = True
        return self._multiplied(functions.quotient(*values), Fraction(100))

    # -- arithmetic ---------------------------------------------------------------------------

    def _total(self, values: list[Number]) -> Number:
        total: Number = Fraction(0)
        for value in values:
            total = self._added(total, value)
        return total

    def _added(self, first: Number, second: Number) -> Number:
        self.operations += 1
        if isinstance(first, Fraction) and isinstance(second, Fraction):
            return functions.bounded(first + second)
        return functions.decimally(lambda: functions.rounded(first) + functions.rounded(second))

    def _multiplied(self, first: Number, second: Number) -> Number:
        if isinstance(first, Fraction) and isinstance(second, Fraction):
            return functions.bounded(first * second)
        return functions.decimally(lambda: functions.rounded(first) * functions.rounded(second))

    # -- tokens -------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, *tokens: str) -> str:
        """Return the next token and go on if it is one of these, else an empty text."""
        token = self._peek()
        if token and token in tokens:
            self._at += 1
            return token
        return ""

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise NotASumError(token)

    def _deeper(self) -> int:
        """Go one level deeper, and return the level before.

        Raises:
            NotASumError: This is too deep.
        """
        before, self._depth = self._depth, self._depth + 1
        if before == DEEPEST:
            raise NotASumError("too deep")
        return before

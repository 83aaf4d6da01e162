"""`calculator`: sums and conversions of units, worked out exactly.

The user's own words are read by code, so that a number is what they said; the model only says where
a sum stands in words that code cannot read as a whole.
"""

import re

from pipecatapp.text.language import language
from pipecatapp.text.number_words import with_digits
from pipecatapp.text.numbers import numbers
from pipecatapp.tools.calculation.conversions import answer_conversion, read_conversion
from pipecatapp.tools.calculation.sums import answer_sum, read_sum
from pipecatapp.tools.tool import Call, DirectCall, NotForThisToolError, ToolError, Toolset, tool

_NUMBER = re.compile(r"[\d.]+")

EXAMPLES = (
    "what is two plus two",
    "how much is ten percent of fifty",
    "how many minutes are in a day",
    "how many ounces are in a pound",
    "what's nine times eight",
    "um what's forty seven minus nineteen",
    "twelve times thirty four please",
    "what is 3.5 * 18?",
    "Calculate 1250 / 8",
    "what's the square root of eighty one",
    "how much is a fifteen percent tip on sixty two dollars",
    "so if i divide a hundred and forty by six what do i get",
    "what do you get when you multiply six by thirteen",
    "add up 12, 19 and 44 for me",
    "what is seven to the power of five",
    "2^20",
    "what's three quarters of two hundred",
    "what does 19.99 plus 4.50 come to",
    "work out eleven squared",
    "what is the average of 71, 80 and 92",
    "i bought six of them at four fifty each how much is that altogether",
    "how much do i pay for eighty euros with twenty percent off",
    "split ninety six by four people how much is that each",
    "tell me what forty percent of three hundred and fifty is",
    "sixteen percent of 89",
    "cosine of sixty degrees",
    "can you do a sum for me eighteen times twenty two",
    "convert ten miles to kilometers",
    "how many centimeters are in an inch",
    "what is twenty five degrees celsius in fahrenheit",
    "Convert 180 C to F",
    "how many feet are two metres",
    "350 fahrenheit in celsius please",
    "how many grams is half a pound of butter",
    "how much is a pint in milliliters",
    "what's seventy kilos in pounds",
    "how many seconds are there in a week",
    "change six feet two into centimeters",
    "the recipe says two cups how many milliliters is that",
    "it's ninety fahrenheit there what is that in celsius",
    "100 km/h in mph?",
    "how big is an acre in square meters",
    "how many megabytes are four gigabytes",
)


class Calculator(Toolset):
    """Works sums out."""

    namespace = "calculator"

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that a plain sum or conversion asks for."""
        asked = read_sum(words)
        if asked is not None:
            return ("calculator.calculate", {"expression": asked.said}) if asked.certain else None
        if (conversion := read_conversion(words)) is not None:
            return "calculator.calculate", {"expression": conversion.said}
        return None

    def revised(self, call: DirectCall, words: str) -> DirectCall | None:
        """Return None where there is no number to work with."""
        _, arguments = call
        return call if numbers(f"{words} {arguments.get('expression', '')}") else None

    # The tool itself sees to it that every number of the sum was said.
    @tool(read_only=True, spoken=True, examples=EXAMPLES, provenance={"expression": "derived"})
    async def calculate(self, call: Call, expression: str) -> str:
        """Work out a sum, or convert an amount into another unit.

        Args:
            expression: the sum or the conversion, in the user's own words
        """
        if (found := _answer(call.words)) is not None:
            return found
        if _said(expression, call) and (found := _answer(expression)) is not None:
            return found
        if len(_NUMBER.findall(with_digits(call.words))) < 2:
            raise NotForThisToolError("it is no sum")  # "how many bones does a hand have"
        raise ToolError(language().arithmetic.unreadable)


def _answer(words: str) -> str | None:
    """Return the result of what words ask for, or None if they are neither of the two.

    Raises:
        ToolError: It has no result.
    """
    if (asked := read_sum(words)) is not None:
        return answer_sum(asked)
    conversion = read_conversion(words)
    return None if conversion is None else answer_conversion(conversion)


def _said(expression: str, call: Call) -> bool:
    """Tell whether every number of a sum was said, in this turn or before."""
    before = (part for turn in call.conversation.turns() for part in turn)
    said = numbers(" . ".join([call.words, *before]))
    return all(numbers(number) <= said for number in _NUMBER.findall(with_digits(expression)))

import time
from contextlib import suppress

import pytest

from pipecatapp.tools.calculation.sums import answer_sum, read_sum
from pipecatapp.tools.tool import ToolError


def answer(words: str) -> str:
    """Return the answer to a sum."""
    asked = read_sum(words)
    assert asked is not None, words
    return answer_sum(asked)


SUMS = {
    # operators, typed and spoken
    "what is 13 to the power of 8": "13 to the power of 8 is 815,730,721.",
    "What's nineteen to the power of seven?": "19 to the power of 7 is 893,871,739.",
    "3^40 - 1": "3 to the power of 40 minus 1 is 12,157,665,459,056,928,800.",
    "14 times 14 plus 6": "14 times 14 plus 6 is 202.",
    "2 + 3 * 4": "2 plus 3 times 4 is 14.",
    "(2 + 3) * 4": "(2 plus 3) times 4 is 20.",
    "what is seven minus nineteen": "7 minus 19 is minus 12.",
    "how much is 6 x 7": "6 times 7 is 42.",
    "8\xd79": "8 times 9 is 72.",
    "four hundred and twelve divided by eight": "412 divided by 8 is 51.5.",
    "100 ÷ 7": "100 divided by 7 is about 14.28571429.",
    "2 ** 10": "2 to the power of 10 is 1,024.",
    "2^3^2": "2 to the power of 3 to the power of 2 is 512.",
    "three to the fifth": "3 to the fifth is 243.",
    "-3^2": "Minus 3 to the power of 2 is minus 9.",
    "minus 6 times minus 7": "Minus 6 times minus 7 is 42.",
    "2,500,000 / 4": "2,500,000 divided by 4 is 625,000.",
    "um so twin please tell me what eight times seven is": "8 times 7 is 56.",
    "what does 19.99 plus 4.50 come to": "19.99 plus 4.50 is 24.49.",
    "could you calculate 12 squared plus 5 squared please": "12 squared plus 5 squared is 169.",
    # exact decimals and fractions
    "0.2 + 0.1": "0.2 plus 0.1 is 0.3.",
    "1.1 * 1.1": "1.1 times 1.1 is 1.21.",
    "0,75 + 0,5": "0,75 plus 0,5 is 1.25.",
    "1/4 + 1/12": "1 divided by 4 plus 1 divided by 12 is about 0.3333333333.",
    "2/7 + 3/7": (
        "2 divided by 7 plus 3 divided by 7 is about 0.7142857143, exactly 5 divided by 7."
    ),
    "one half plus one third": "1 half plus 1 third is about 0.8333333333, exactly 5 divided by 6.",
    "two and a half times four": "2 and a half times 4 is 10.",
    "1 1/2 + 3/4": "1 and 1 divided by 2 plus 3 divided by 4 is 2.25.",
    "three quarters of 200": "3 quarters of 200 is 150.",
    "half of 90": "Half of 90 is 45.",
    "2½ + 1": "2½ plus 1 is 3.5.",
    # percentages
    "18 percent of 250": "18 percent of 250 is 45.",
    "20% of $80": "20 percent of $80 is 16.",
    "how much is a 15 % tip on 62.40": "15 percent tip on 62.40 is 9.36.",
    "25% off 120": "25 percent off 120 is 90.",
    "200 + 10%": "200 plus 10 percent is 220.",
    "20% tip on 45.50": "20 percent tip on 45.50 is 9.10.",
    "20 percent more than 60": "20 percent more than 60 is 72.",
    "what percent of 50 is 12": "12 as a percentage of 50 is 24 percent.",
    "9 is what percent of 45": "9 as a percentage of 45 is 20 percent.",
    # roots, logarithms, angles, factorials
    "square root of 3": "The square root of 3 is about 1.732050808.",
    "what's the square root of two hundred and fifty six": "The square root of 256 is 16.",
    "√(9/16)": "The square root of (9 divided by 16) is 0.75.",
    "cube root of minus 27": "The cube root of minus 27 is minus 3.",
    "5th root of 243": "5th root of 243 is 3.",
    "8^(2/3)": "8 to the power of (2 divided by 3) is 4.",
    "sine of 30 degrees": "The sine of 30 degrees is 0.5.",
    "cos of 120 degrees": "Cos of 120 degrees is minus 0.5.",
    "tangent of 45": "The tangent of 45, in degrees, is 1.",
    "sin(pi / 4)": "Sin(pi divided by 4) is about 0.7071067812.",
    "log of 10000": "The log of 10000 is 4.",
    "log base 3 of 81": "The log base 3 of 81 is 4.",
    "natural log of 2": "The natural log of 2 is about 0.6931471806.",
    "factorial of 15": "The factorial of 15 is 1,307,674,368,000.",
    "what is 6!": "6 factorial is 720.",
    "what is 6 plus 6!": "6 plus 6 is 12.",
    "2 pi": "2 pi is about 6.283185307.",
    # lists and verbs
    "the average of 71, 80 and 92": "The average of 71, 80 and 92 is 81.",
    "add up 12, 19 and 44": "That is 75.",
    "the product of 3, 5 and 7": "The product of 3, 5 and 7 is 105.",
    "greatest common divisor of 84 and 36": "The greatest common divisor of 84 and 36 is 12.",
    "how many times does 7 go into 91": "That is 13.",
    "what do you get if you multiply 12 by 7": "That is 84.",
    "two dozen divided by 3": "2 dozen divided by 3 is 8.",
    "ten to the minus three": "10 to the minus 3 is 0.001.",
    "2/3 of 90": "2 over 3 of 90 is 60.",
    "a quarter of 80": "A quarter of 80 is 20.",
    "subtract 8 from 50": "That is 42.",
    "divide ninety by four": "That is 22.5.",
    "the difference between 12 and 30": "The difference between 12 and 30 is 18.",
    "the remainder of 29 divided by 6": "The remainder of 29 divided by 6 is 5.",
}


@pytest.mark.parametrize(("words", "told"), SUMS.items())
def test_a_sum_is_worked_out(words: str, told: str) -> None:
    assert answer(words) == told


def test_long_integers_are_told_in_full_and_longer_ones_by_their_size() -> None:
    assert f"{2**120:,}" in answer("2^120")
    told = answer("7^90")
    assert told.endswith("times 10 to the power of 76, a number of 77 digits.")
    assert str(7**90)[:2] == "11"
    assert "about 1.1" in told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("9**9**9", "more digits"),
        ("10^10^10", "more digits"),
        ("99999^99999", "more digits"),
        ("factorial of 100000", "more digits"),
        ("20!!", "more digits"),
        ("e^(9^9)", "more digits"),
        ("7 divided by 0", "divided by zero"),
        ("5 mod (3 - 3)", "divided by zero"),
        ("square root of -9", "no such number"),
        ("log of 0", "no such number"),
        ("tan 90 degrees", "no such number"),
        ("0^0", "no such number"),
        ("(1/3)^100000", "more digits"),
    ],
)
def test_what_has_no_result_is_told_in_a_sentence_and_at_once(words: str, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ToolError, match=reason):
        answer(words)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        "(" * 150 + "1" + ")" * 40,
        "-" * 190 + "1",
        "sqrt " * 39 + "2",
        "1+" * 99 + "1",
        "2^" * 60 + "2",
        "9" * 199,
        "9" * 120 + "^" + "9" * 60,
    ],
)
def test_nothing_that_is_typed_takes_long_or_breaks_it(text: str) -> None:
    began = time.perf_counter()
    asked = read_sum(text)
    if asked is not None:
        with suppress(ToolError):
            answer_sum(asked)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "words", ["24/7", "555-0199", "what is 9/11", "2026-11-30", "ten over ten"]
)
def test_what_may_be_something_else_is_doubtful(words: str) -> None:
    asked = read_sum(words)
    assert asked is not None
    assert not asked.certain


@pytest.mark.parametrize(
    "words",
    [
        "__import__('os').system('id')",
        "open('/etc/passwd').read()",
        "17",
        "what is 100 percent",
        "seven of nine",
        "1 + 1 = 3",
        "3 plus apples",
        "sin",
        "gcd(12)",
        "30 degrees",
        "2 to the power of",
    ],
)
def test_what_is_no_sum_is_left_alone(words: str) -> None:
    assert read_sum(words) is None

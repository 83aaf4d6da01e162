"""Numbers in words."""

import re

from pipecatapp.text.date_rules import Numbers

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
CARDINALS = {
    **{word: number for number, word in enumerate(ONES)},
    **{word: 10 * number for number, word in enumerate(TENS, 2)},
}
ORDINALS = {
    **{f"{word}th": number for number, word in enumerate(ONES)},
    **{f"{word[:-1]}ieth": 10 * number for number, word in enumerate(TENS, 2)},
    **{"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12},
}

NUMBERS = Numbers(
    # "Half" and "quarter" are of an hour.
    values={**CARDINALS, **ORDINALS, "half": 30, "quarter": 15},
    cardinals=CARDINALS,
    ordinals=ORDINALS,
    scales={
        **{"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9},
        "trillion": 10**12,
    },
    one=frozenset({"a", "an"}),
    point="point",
    zero=frozenset({"o", "oh", "nought", "naught"}),
    conjunction="and",
    ordinal=re.compile(r"(\d+)(?:st|[nr]d|th)$"),
    # People dictate an address digit by digit.
    spelled_out={word: str(number) for number, word in enumerate(ONES[:11])},
)

"""How people ask for sums, typed and as speech recognizers write."""

import re

from pipecatapp.text.arithmetic import Arithmetic, Rewrites

PARTS = {
    **{2: "half|halves", 3: "3th|thirds?", 4: "4th|fourths?|quarters?", 5: "5th|fifths?"},
    **{6: "6th|sixths?", 7: "7th|sevenths?", 8: "8th|eighths?", 9: "9th|ninths?"},
    **{10: "10th|tenths?", 12: "12th|twelfths?", 100: "100th|hundredths?"},
}
"""The words for the parts of one; words of ranks have come in digits before."""
NUMBER = r"[\d.]+"
LEAD = (
    r"^(?:(?:(?:can|could|would|will) you|please|quickly|quick(?: question)?|just|do you know"
    r"|i (?:want|need) to know|i(?:'d| would) like to know|tell me"
    r"|do the (?:maths?|sum|calculation)|(?:here's|here is) a sum)[,:]?\s+)*"
)
QUESTION = (
    r"(?:what do (?:you|i|we) get (?:if|when) (?:you|i|we)|how many (?:is|are)|do"
    r"|what (?:temperature|length|weight|distance|speed) (?:is|are)"
    r"|what(?:'s|s| is| are| does| do| would be| will be|(?! ?%| per ?cent))"
    r"|how much(?: is| are| does| would| do)"
    r"|how (?:far|tall|long|heavy|hot|cold|big|fast|high|deep|wide|warm) (?:is|are)"
    r"|calculate|compute|work out|figure out|solve|evaluate|find|give me)"
)


def _rules(*rules: tuple[str, str]) -> Rewrites:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


FRACTIONS = (
    (r"\b(\d+) and (?:an? |1 )?half\b", r"\1.5"),
    (r"\b(\d+) and (?:a |1 )?quarter\b", r"\1.25"),
    (r"\b(\d+) and 3 quarters\b", r"\1.75"),
    (r"\bhalf (?:of )?(?:a |the )?(?=[\d(])", "0.5*"),
    (r"\b(?:an? |1 )?quarter of (?=[\d(])", "0.25*"),
    (r"(?<![\d.])(\d+)/(\d+) of (?:the )?(?=[\d(])", r"(\1/\2)*"),
    *((rf"\b(?:an?|1) (?:{words})\b", f"(1/{part})") for part, words in PARTS.items()),
    *((rf"\b(\d+) (?:{words})\b", rf"(\1/{part})") for part, words in PARTS.items()),
    (r"\b(\d+) and \((\d+)/(\d+)\)", r"(\1+\2/\3)"),
    (r"(?<![\d.^*/+-])(\b\d+) (\d+)/(\d+)\b", r"(\1+\2/\3)"),
    (r"(?<=[%)])\s*of (?:the )?(?=[\d(])", "*"),
)
PERCENTAGES = (
    (r"\b(?:per ?cent|pct)\b", "%"),
    (r"(?<=\d) %", "%"),
    (
        rf"\b(?:a )?({NUMBER})% (?:sales |income )?(?:tip|tax|vat|discount|interest|commission)"
        r" (?:on|of|for|from) ",
        r"\1% of ",
    ),
    (rf"\b({NUMBER})% off(?: of)? (.+)$", r"(\2)-\1%"),
    (rf"\b({NUMBER})% more than (.+)$", r"(\2)+\1%"),
    (rf"\b({NUMBER})% less than (.+)$", r"(\2)-\1%"),
    (rf"\b(?:increase|raise) (.+) by ({NUMBER})%$", r"(\1)+\2%"),
    (rf"\b(?:decrease|reduce|lower) (.+) by ({NUMBER})%$", r"(\1)-\2%"),
    (r"\b(?:what|which) (?:%|percentage) of (.+) (?:is|are) (.+)$", r"pct(\2,\1)"),
    (r"^(.+) (?:is|are) (?:what|which) (?:%|percentage) of (.+)$", r"pct(\1,\2)"),
    (r"^(.+) as (?:a |an )?(?:%|percentage) of (.+)$", r"pct(\1,\2)"),
)
POWERS = (
    (r"\b(\d+)th power of (\S+)", r"(\2)^\1"),
    (r",? ?\b(?:raised )?to the (\d+)th(?: power)?\b", r"^\1"),
    (r",? ?\b(?:raised )?to the (?:minus |negative |-)(\d+)(?:th)?(?: power)?\b", r"^-\1"),
    (r",? ?\b(?:raised )?to (?:the )?power(?: of)?\b", "^"),
    (r" ?\bsquared\b", "^2"),
    (r" ?\bcubed\b", "^3"),
    (r"\b(?:the )?square root(?: of)?\b", "sqrt"),
    (r"\b(?:the )?(?:cube|cubic|3th) root(?: of)?\b", "cbrt"),
    (r"\b(?:the )?(\d+)th root(?: of)?\b", r"\1 root"),
    (r"^(?:the )?root of\b", "sqrt"),
    (r"\b(?:the )?square of (\S+)", r"(\1)^2"),
    (r"\b(?:the )?cube of (\S+)", r"(\1)^3"),
)
FUNCTIONS = (
    (r"\b(?:the )?factorial(?: of)? (?=[\d(])", "fact "),
    (r" ?\bfactorial\b", "!"),
    (r"\b(?:the )?(?:sine|sin)(?: of)?\b", "sin"),
    (r"\b(?:the )?(?:cosine|cos)(?: of)?\b", "cos"),
    (r"\b(?:the )?(?:tangent|tan)(?: of)?\b", "tan"),
    (r"(?<=\d) ?(?:degrees?|deg|\xb0)(?!\w)", " deg"),
    (r"\bradians?\b", "rad"),
    (r"\b(?:the )?(?:natural log(?:arithm)?|ln)(?: of)?\b", "ln"),
    (r"\b(?:the )?log(?:arithm)? (?:to (?:the )?)?base (\S+) of (\S+)", r"log(\2,\1)"),
    (r"\b(?:the )?log(?:arithm)?(?: of)?\b", "log"),
    (r"\b(?:the )?absolute value of\b", "abs"),
    (r"\bthe (?=pi\b|e\b)", ""),
)
VERBS = (
    (r"^subtract (.+) from (.+)$", r"(\2)-(\1)"),
    (r"^(?:take(?: away)?|deduct) (.+) from (.+)$", r"(\2)-(\1)"),
    (r"^multiply (.+) (?:by|with|and) (.+)$", r"(\1)*(\2)"),
    (r"^divide (.+) (?:by|and) (.+)$", r"(\1)/(\2)"),
    (r"^add (.+) to (.+)$", r"(\2)+(\1)"),
    (r"^(?:the )?difference (?:between|of) (.+) and (.+)$", r"abs((\1)-(\2))"),
    (r"^how (?:many times|often) does (.+) go in(?:to)? (.+)$", r"(\2)/(\1)"),
    (r"^(?:the )?(?:quotient|ratio) of (.+) and (.+)$", r"(\1)/(\2)"),
    (r"^(?:the )?remainder (?:of|when|if) (.+?)(?: is)? divided by (.+)$", r"(\1) mod (\2)"),
)
OPERATORS = (
    (r"\b(?:multiplied by|times)\b", "*"),
    (r"(?<=[\d)!%])\s*x\s*(?=[\d(.-])", "*"),
    (r"\b(?:divided by|over)\b", "/"),
    (r"\b(?:plus|added to)\b", "+"),
    (r"\b(?:minus|negative|less|take away)\b", "-"),
    (r"\bmodulo\b", "mod"),
    (r"(?<=\d) ?(?=pi\b)", "*"),
    (r"\b(\d+) dozen\b", r"(\1*12)"),
    (r"\b(?:a )?dozen\b", "12"),
    (r"\b(?:twice|double)\b", "2*"),
    (r"\btriple\b", "3*"),
)
SIGNS = (
    (r"[\xd7\u2217\xb7]|\\\*", "*"),
    (r"\*\*", "^"),
    (r"\xf7|\u2215|\u2044", "/"),
    (r"[\u2212\u2013]", "-"),
    (r"\xb2", "^2"),
    (r"\xb3", "^3"),
    (r"\u221a", "sqrt "),
    (r"\u03c0", "pi"),
    (r"(?<=\d) ?\xbd", ".5"),
    (r"(?<=\d) ?\xbc", ".25"),
    (r"(?<=\d) ?\xbe", ".75"),
    (r"\xbd", "0.5"),
    (r"\xbc", "0.25"),
    (r"\xbe", "0.75"),
    # "1,234" is a thousand and more, "0,5" and "1,5" are decimals as some countries write them.
    (r"(?<!\b0)(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<=\d),(?=\d)", "."),
    (r"[$\u20ac\xa3] ?(?=\d)", ""),
    (r"(?<=\d) ?(?:dollars?|euros?|bucks?|quid|\u20ac)(?!\w)", ""),
)

ARITHMETIC = Arithmetic(
    asks=re.compile(
        rf"{LEAD}(?:{QUESTION}\b"
        r"(?: (?:the )?(?:exact )?(?:result|answer|value|solution) (?:of|to))?"
        r"(?: a(?= \d))?)?[\s:,]*"
    ),
    insists=re.compile(r"\b(?:calculate|compute|work out|solve|evaluate|sum|maths?|calculation)\b"),
    ends=re.compile(
        r"(?:[\s,]*(?:=|\bequal(?:s|s to| to)?(?: what)?\b"
        r"|\b(?:then|is|make|makes|come to|exactly|precisely|please|for me|thanks|thank you|twin"
        r"|be|in total|altogether)\b))*[\s?.]*$"
    ),
    # Dates, scores, telephone numbers, and marks out of ten.
    doubtful=re.compile(r"^\d+(?:[/-]\d+)+$|^\d+ over \d+$|^(?:\d+|a) dozen$"),
    lists=(
        (
            "+",
            re.compile(r"^(?:add(?: up)?(?: together)?|(?:the )?(?:sum|total) of) (?P<list>.+)$"),
        ),
        ("*", re.compile(r"^(?:the )?product of (?P<list>.+)$")),
        ("avg", re.compile(r"^(?:the )?(?:average|mean)(?: of)? (?P<list>.+)$")),
        (
            "gcd",
            re.compile(
                r"^(?:the )?(?:greatest|highest) common (?:divisor|factor) of (?P<list>.+)$"
            ),
        ),
        (
            "lcm",
            re.compile(r"^(?:the )?(?:least|lowest|smallest) common multiple of (?P<list>.+)$"),
        ),
    ),
    between=re.compile(r",? and |, ?"),
    symbols=_rules(*SIGNS, *PERCENTAGES, *VERBS, *FRACTIONS, *POWERS, *FUNCTIONS, *OPERATORS),
    said=_rules(
        (r"(?<![\d.^*/+-])(\b\d+) (\d+)/(\d+)\b", r"\1 and \2/\3"),
        (r"\s*(?:\*\*|\^)\s*", " to the power of "),
        (r"\s*\xb2", " squared"),
        (r"\s*\xb3", " cubed"),
        (r"\s*[*\xd7\u2217\xb7]\s*|(?<=[\d)])\s*x\s*(?=[\d(])", " times "),
        (r"(?<!\d)(\d+)/(\d+) of\b", r"\1 over \2 of"),
        (r"\s*[/\xf7]\s*", " divided by "),
        (r"\s*\+\s*", " plus "),
        (r"(?<=[\d)!%])\s*[-\u2212\u2013]\s*", " minus "),
        (r"[-\u2212\u2013](?=\d)", "minus "),
        (r"\s*%", " percent"),
        (r"!", " factorial"),
        (r"\u221a|\bsqrt ?", "the square root of "),
        (r"\u03c0", "pi"),
        (r"^how (?:many times|often) .*$", "That"),
        (r"^(add|subtract|multiply|divide|take|increase|reduce|raise|lower|decrease)\b.*$", "That"),
        (r"^(?:what|which) percent of (.+) is (.+)$", r"\2 as a percentage of \1"),
        (r"^(.+) is what percent of (.+)$", r"\1 as a percentage of \2"),
        (
            r"^(?=(?:square|cube|sum|product|average|mean|factorial|difference|remainder|greatest|least"
            r"|highest|lowest|cosine|sine|tangent|natural|log)\b)",
            "the ",
        ),
    ),
    thousands=",",
    decimal=".",
    negative="minus {number}",
    about="about {number}",
    exactly="{number}, exactly {over} divided by {under}",
    large="about {mantissa} times 10 to the power of {exponent}, a number of {digits} digits",
    percentage="{number} percent",
    in_degrees="{sum}, in degrees,",
    result="{sum} is {value}.",
    by_zero="Nothing can be divided by zero.",
    too_large="That number has more digits than I can work out.",
    undefined="There is no such number.",
    unreadable="I could not read that as a sum or a conversion. Please say it in other words.",
)

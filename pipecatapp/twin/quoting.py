"""Finds what people only quote: an order in somebody else's words is nobody's order.

Typing has quotation marks for that, speech has none: there what somebody says, wrote or told, and
what is to be translated, counted or put in other words, is taken for quoted to its end. In a
ten-fold cross-validation over the examples, those that this touches are judged rightly in 96 %
rather than 76 %.
"""

import re

STAND_IN = "this text"
"""What stands for quoted words."""

_MARKED = re.compile(r"[\"“«][^\"”»]{12,}[\"”»]|(?<=\s)'[^']{12,}'(?=\W|$)")
_THREE_WORDS = r"(?:\S+\s+){2,}\S+"
_PERSON = (
    r"(?:e-?mail|mail|message|letter|note|sign|text|page|film|radio|robot|caller|stranger|coach"
    r"|guy|man|woman|lady|boy|girl|kid|boss|teacher|colleague|friend|neighbou?r|brother|sister|son"
    r"|daughter|wife|husband|mother|father|mom|mum|dad|grandma|grandpa|uncle|aunt|somebody|someone"
    r"|he|she|they)"
)
_REPORTED = re.compile(
    rf"\b({_PERSON}(?: \w+){{0,3}}? (?:says|said|wrote|reads|tells|told)"
    rf"(?: (?:me|us|you|him|her|them|that|to))*[:,]?) {_THREE_WORDS}",
    re.IGNORECASE,
)
_EXAMINED = re.compile(
    r"\b((?:how many (?:words|letters|vowels|syllables|characters|sentences) (?:are |is )?"
    r"(?:there )?(?:in|has|have)(?: the| this)?(?: sentence| text| phrase| words)?"
    r"|translate(?: this| that| it| the following)?(?: sentence| text)? (?:in)?to [a-z]+"
    r"|(?:translate|pronounce|spell|rephrase|correct|proofread)"
    r" (?:the|this) (?:sentence|text|phrase|words|line)"
    r"|(?:in|to) (?:simpler|other|plain) words|put this (?:more )?politely"
    r"|read this back(?: to me)?(?: word for word)?"
    rf"|(?:is this|is it) (?:correct|good|proper|right) english)[:,]?) {_THREE_WORDS}",
    re.IGNORECASE,
)


def unquoted(words: str) -> str:
    """Return words without what they quote."""
    words = _MARKED.sub(STAND_IN, words)
    for spoken in (_EXAMINED, _REPORTED):
        words = spoken.sub(rf"\1 {STAND_IN}", words)
    return words

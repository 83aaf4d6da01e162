"""Finds the words that a user only quotes: an order that somebody else gave is not an order.

Typed text has quotation marks; speech has none. There, what somebody says, wrote or told, and what
is to be translated, counted or rephrased, counts as quoted up to its end. In a ten-fold
cross-validation over the examples, the 40 that the first of these rules touch were classified
rightly in 96 % instead of 76 %, and the 20 of the later rules in 95 % instead of 85 %.
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
    r"|(?:the|these) (?:words|sentence|phrase|line)(?: is| are| was| were)?(?! in\b)|that reads"
    r"|read this back(?: to me)?(?: word for word)?"
    rf"|(?:is this|is it) (?:correct|good|proper|right) english)[:,]?) {_THREE_WORDS}",
    re.IGNORECASE,
)
_LANGUAGE = (
    r"(?:english|german|french|spanish|italian|dutch|portuguese|polish|russian|swedish|danish"
    r"|norwegian|finnish|turkish|greek|latin|chinese|japanese|korean|arabic|czech|hungarian)"
)
_TRANSLATED = re.compile(
    rf"\b((?:translate|how (?:do|would|can) (?:you|i|we) say|what is|what's)) {_THREE_WORDS}"
    rf" ((?:in|to|into) {_LANGUAGE})\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(\b(?:sentence|text|message|e-?mail|mail|note|paragraph|phrase|line|word|grammar|english"
    r"|translat\w+|spell\w*|summari[sz]e|rephrase|proofread)\b(?! field)[^:\n]{0,40}:) .*",
    re.IGNORECASE | re.DOTALL,
)


def unquoted(words: str) -> str:
    """Return an utterance with what it quotes replaced by a stand-in."""
    words = _MARKED.sub(STAND_IN, words)
    words, found = _TRANSLATED.subn(rf"\1 {STAND_IN} \2", words)
    if found:
        return words
    for introduced in (_INTRODUCED, _EXAMINED, _REPORTED):
        words = introduced.sub(rf"\1 {STAND_IN}", words)
    return words

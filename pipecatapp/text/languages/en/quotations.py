"""How people quote somebody else's words."""

import re

from pipecatapp.text.request_rules import Quotations

THREE_WORDS = r"(?:\S+\s+){2,}\S+"
PERSON = (
    r"(?:e-?mail|mail|message|letter|note|sign|text|page|film|radio|robot|caller|stranger|coach"
    r"|guy|man|woman|lady|boy|girl|kid|boss|teacher|colleague|friend|neighbou?r|brother|sister|son"
    r"|daughter|wife|husband|mother|father|mom|mum|dad|grandma|grandpa|uncle|aunt|somebody|someone"
    r"|he|she|they)"
)
REPORTED = re.compile(
    rf"\b({PERSON}(?: \w+){{0,3}}? (?:says|said|wrote|reads|tells|told)"
    rf"(?: (?:me|us|you|him|her|them|that|to))*[:,]?) {THREE_WORDS}",
    re.IGNORECASE,
)
EXAMINED = re.compile(
    r"\b((?:how many (?:words|letters|vowels|syllables|characters|sentences) (?:are |is )?"
    r"(?:there )?(?:in|has|have)(?: the| this)?(?: sentence| text| phrase| words)?"
    r"|translate(?: this| that| it| the following)?(?: sentence| text)? (?:in)?to [a-z]+"
    r"|(?:translate|pronounce|spell|rephrase|correct|proofread)"
    r" (?:the|this) (?:sentence|text|phrase|words|line)"
    r"|(?:in|to) (?:simpler|other|plain) words|put this (?:more )?politely"
    r"|(?:the|these) (?:words|sentence|phrase|line)(?: is| are| was| were)?(?! in\b)|that reads"
    r"|read this back(?: to me)?(?: word for word)?"
    rf"|(?:is this|is it) (?:correct|good|proper|right) english)[:,]?) {THREE_WORDS}",
    re.IGNORECASE,
)
LANGUAGE = (
    r"(?:english|german|french|spanish|italian|dutch|portuguese|polish|russian|swedish|danish"
    r"|norwegian|finnish|turkish|greek|latin|chinese|japanese|korean|arabic|czech|hungarian)"
)
TRANSLATED = re.compile(
    rf"\b((?:translate|how (?:do|would|can) (?:you|i|we) say|what is|what's)) {THREE_WORDS}"
    rf" ((?:in|to|into) {LANGUAGE})\b",
    re.IGNORECASE,
)
INTRODUCED = re.compile(
    r"(\b(?:sentence|text|message|e-?mail|mail|note|paragraph|phrase|line|word|grammar|english"
    r"|translat\w+|spell\w*|summari[sz]e|rephrase|proofread)\b(?! field)[^:\n]{0,40}:) .*",
    re.IGNORECASE | re.DOTALL,
)

QUOTATIONS = Quotations(
    stand_in="this text",
    marked=re.compile(r"[\"“«][^\"”»]{12,}[\"”»]|(?<=\s)'[^']{12,}'(?=\W|$)"),
    translated=TRANSLATED,
    to_the_end=(INTRODUCED, EXAMINED, REPORTED),
    closed=re.compile(r"[\"“«][^\"”»]*[\"”»]"),
    open_ended=re.compile(r"[\"“«]([^\"”»]*)[\"”»]?"),
    # "Translate this: ..." hands over a text, whatever stands in it.
    handed_over=re.compile(
        r"\b((?:summari[sz]e|translate|proofread|rewrite|rephrase|correct|shorten|explain|read"
        r"|check|fix|improve|answer|analy[sz]e|debug)\b[^:\n]{0,60}:)\s.*",
        re.IGNORECASE | re.DOTALL,
    ),
)

"""How people state facts about themselves and others."""

import re

from pipecatapp.text.rules import Statements

# Speech recognition is careless about capital letters; "I" alone is safe.
OF_PERSON = (
    (re.compile(r"\bI['\u2019]m\b|\bI am\b"), "{} is"),
    (re.compile(r"\bI['\u2019]ve\b|\bI have\b"), "{} has"),
    (re.compile(r"\bI['\u2019]ll\b"), "{} will"),
    (re.compile(r"\bI['\u2019]d\b"), "{} would"),
    (re.compile(r"\bI\b"), "{}"),
    (re.compile(r"\b(?:my|mine)\b", re.IGNORECASE), "{}'s"),
    (re.compile(r"\b(?:me|myself)\b", re.IGNORECASE), "{}"),
)
# What was kept word for word speaks of "I" and "my".
THIRD_PERSON = (
    (re.compile(r"\b(?:I['\u2019]m|I am)\b", re.IGNORECASE), "the user is"),
    (re.compile(r"\bI['\u2019]ve(?: got)?\b", re.IGNORECASE), "the user has"),
    (re.compile(r"\bI (?:don['\u2019]?t|do not)\b", re.IGNORECASE), "the user does not"),
    (re.compile(r"\bI have\b", re.IGNORECASE), "the user has"),
    (re.compile(r"\bI\b", re.IGNORECASE), "the user"),
    (re.compile(r"\bmy\b", re.IGNORECASE), "the user's"),
)

MERE_TALK = re.compile(
    r"^(?:The user|They|He|She)(?: is| was)? (?:ask(?:s|ed|ing)?"
    r"|want(?:s|ed) (?:to know|help|advice)"
    r"|suggest(?:s|ed)?|request(?:s|ed|ing)?|thank(?:s|ed|ing)?|greet(?:s|ed|ing)?|sa(?:ys|id)"
    r"|feel(?:s|ing)? |look(?:s|ing) for|need(?:s|ed) (?:help|advice|to know|a recipe)"
    r"|curious|wonder(?:s|ed|ing)?|interested in knowing|quot(?:es|ed|ing)|mention(?:s|ed))\b"
    r"|\bassistant\b|\btwin'?s? (?:said|is|has|can)\b",
    re.IGNORECASE,
)
BARE_REPLY = re.compile(
    r"(?:(?:yes|yeah|yep|no|nope|nah|ok|okay|sure|thanks|thank you|please|maybe|right|exactly"
    r"|alright|good|great|fine|cool|never mind|not now|go ahead|do it|both|stop"
    r"|later|i don't know)\b[\s,]*)+"
)
QUESTION = re.compile(
    r"(?:\W|u+h*m+|so|and|well|okay|ok|hey|twin)*(?:what|when|where|who|whose|whom|how|why|which|is|are"
    r"|was|were|do|does|did|can|could|would|will|should|tell me)\b|.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
)

ONE_OF = re.compile(
    r"(?:\b(?:works?|working|employed) (?:at|for|as)"
    r"|\b(?:address|number|password|passphrase|pin|code|birthday|birth date|date of birth|age|size"
    r"|height|weight|nickname|job|employer|boss|ip|version|port|name|team|anniversary|email) is"
    r"|\b(?:favorite|favourite|preferred|best)(?: \S+){1,3} (?:is|are)"
    r"|\bhas the (?:address|number|name|port|ip|password|ip address)"
    r"|\b(?:is|are) (?:parked|located|kept|stored) (?:in|on|at)|\bis (?:called|born (?:on|in))"
    r"|\b(?:goes|go) (?:to bed|out) (?:at|on)|\bgets up at|\bruns on port"
    r"|\b(?:has|have) (?:breakfast|lunch|dinner) at"
    r")(?: (?:the|a|an|level|node|port|number|\d+))*$"
)
# "In" is no less "in a flat" than "in Porto": only names of places exclude each other.
ONE_PLACE = re.compile(r"\b(?:lives?|living|resides|based|works?) in$|\bmoved to$")
# Things are in one place at a time; "the user is in the choir" is no place.
ONE_SPOT = re.compile(r"^(?!the user (?:is|are)\b)\S+ \S.* (?:is|are) (?:in|on|at)(?: the)?$")
# "The user's sister lives in ..." may be about two sisters.
ONE_OF_SEVERAL = re.compile(
    r"\b(?:brother|sister|sibling|son|daughter|child|kid|friend|cousin|aunt|uncle|niece|nephew"
    r"|grandson|granddaughter|grandmother|grandfather|colleague|neighbou?r|dog|cat|pet|appointment"
    r"|lesson|flight)s?(?:'s)?(?: is| lives| goes| works)? "
)
CHANGE = re.compile(
    r"\b(?:no longer|not anymore|any ?more|any longer|stopped|quit|gave up|given up|sold|moved"
    r"|left|again|instead|from now on|now|used to|divorced|broke up|split up|separated|died|changed"
    r"|replaced|became|former|formerly|previous|new|cancel\w*|postponed|switched|bought|married"
    r"|retired|lost|rescheduled|gone|got rid of)\b",
    re.IGNORECASE,
)
SECRET = re.compile(
    r"\b(?:pass(?:word|phrase|code)|pin|code|combination|safe ?word|token|log-?in)\b"
    r"(?: \S+){0,6}?(?: is|:| =)\s+(?P<value>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)

STATEMENTS = Statements(
    of_person=OF_PERSON,
    told_by="{name} said: {text}",
    third_person=THIRD_PERSON,
    pronoun_i=re.compile(r"\bi\b"),
    first_person=re.compile(r"\b(?:I|I'm|[Mm]y|me|mine|[Ww]e|[Oo]ur|us|[Yy]our?)\b"),
    of_oneself=re.compile(
        r"\b(?:i|i'?(?:m|ve|d|ll)|me|my|mine|myself|we|we'?(?:re|ve|ll)|us|our|ours)\b"
    ),
    user=re.compile(r"\b[Tt]he user(?P<of>'s)?\b"),
    mere_talk=MERE_TALK,
    bare_reply=BARE_REPLY,
    question=QUESTION,
    one_of=ONE_OF,
    one_place=ONE_PLACE,
    one_spot=ONE_SPOT,
    one_of_several=ONE_OF_SEVERAL,
    change=CHANGE,
    end=re.compile(
        r"\b(?:no longer|any ?more|any longer|stopped|quit|again|instead)\b", re.IGNORECASE
    ),
    negated=re.compile(
        r"\b(?:no|not|never|without|neither|nor|cannot|\w+n't|stopped|quit|hates?|dislikes?"
        r"|avoids?)\b",
        re.IGNORECASE,
    ),
    set_aside=re.compile(
        r"\b(?:new|now|currently|again|from now on|these days)\b ?", re.IGNORECASE
    ),
    verb=re.compile(r"\b(?:is|are|lives|works|goes|has)\b"),
    secret=SECRET,
)

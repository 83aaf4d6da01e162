"""How people state facts about themselves and others."""

import re

from pipecatapp.text.languages.en.properties import (
    EXCEPTION,
    HOUSEHOLD,
    NARROWED,
    NARROWING,
    NO_VALUE,
    NUMBERED,
    OCCASION,
    ONE_NAME,
    ONE_OF,
    ONE_OF_SEVERAL,
    ONE_PLACE,
    ONE_SPOT,
    PLAIN_WORDING,
    SPOT,
    THING,
)
from pipecatapp.text.statement_rules import Statements

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
# "The blue and the green one", "the user likes this": nobody knows later what that was.
UNRESOLVED = re.compile(
    r"\b(?:(?:the|this|that|these|those|each|either|neither|another|which)(?: [\w'-]+){0,5}?"
    r"|first|second|third|last|other|next|same|former|latter) ones?"
    r"(?=[.,;]|$| (?:on|in|at|is|are|was|and|or|for|with|from|best|better|more|most|too)\b)"
    r"|\b(?:this|that|these|those|it|them|there|here|the (?:former|latter|other|same))\.?$"
    r"|^(?:it|this|that|these|those|they|both|neither) (?:is|are|was|were|has|have|can|does)\b",
    re.IGNORECASE,
)
MOMENTARY = re.compile(
    r"\b(?:today|tonight|right now|just now|for now|at the moment|at present|this (?:morning"
    r"|afternoon|evening|minute)|in a (?:minute|moment|second)|soon|already|yet|(?:is|are|was|were)"
    r" (?:just|still|about to|hungry|thirsty|tired|sleepy|bored|cold|late|busy|ready|sitting"
    r"|standing|waiting|listening|talking|eating|cooking|wearing|holding|testing|trying|leaving"
    r"|looking)|only (?:needs?|wants?)|would like|(?:needs?|wants?) to (?:go|leave|eat|drink|sleep"
    r"|sit|rest|talk|hear|see|say|wait|stop|try))\b",
    re.IGNORECASE,
)
OF_LIFE = re.compile(
    r"\b(?:born|birth|birthday|baby|pregnant|engaged|married|wedding|anniversary|divorced|died"
    r"|funeral|moved|moves|bought|sold|started|starts|retired|hired|fired|quit|promoted|graduated"
    r"|passed|exam|degree|licen[cs]e|diagnosed|surgery|operated|operation|broke|broken|adopted"
    r"|got (?:a|the|his|her|their) (?:job|dog|cat|flat|house|car)|joined|became|allerg\w+)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"(?:\W|u+h*m+|so|and|well|okay|ok|hey|twin)*(?:what|when|where|who|whose|whom|how|why|which|is|are"
    r"|was|were|do|does|did|can|could|would|will|should|tell me)\b|.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
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
    unresolved=UNRESOLVED,
    momentary=MOMENTARY,
    of_life=OF_LIFE,
    question=QUESTION,
    one_of=ONE_OF,
    one_place=ONE_PLACE,
    one_spot=ONE_SPOT,
    thing=THING,
    spot=SPOT,
    one_name=ONE_NAME,
    one_of_several=ONE_OF_SEVERAL,
    exception=EXCEPTION,
    numbered=NUMBERED,
    narrowed=NARROWED,
    narrowing=NARROWING,
    occasion=OCCASION,
    no_value=NO_VALUE,
    plain_wording=PLAIN_WORDING,
    household=HOUSEHOLD,
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
        r"\b(?:new|now|currently|again|from now on|these days|actually)\b ?", re.IGNORECASE
    ),
    verb=re.compile(r"\b(?:is|are|lives|works|goes|has)\b"),
    secret=SECRET,
)

"""How people ask about themselves."""

import re

from pipecatapp.text.fact_rules import Evidence, FactQuestions
from pipecatapp.text.languages.en.dates import WEEKDAYS

NUMBER = (
    r"\b(?:\d[\d.,:/]*\w*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[ -]\w+)?|hundred|dozen|once|twice)\b"
)
MONTHS = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|spring"
    r"|summer|autumn|winter"
)
TIME = (
    r"\b(?:\d{1,2}[:.]\d\d|\d{1,2} ?(?:[ap]\.? ?m\b|o'?clock)|\d{4}|\d{1,2}[./-]\d{1,2})"
    rf"|\b(?:at|until|till|by|before|after|since|around|from|half past|quarter to) {NUMBER}"
    rf"|\b(?:{'|'.join(WEEKDAYS)}|{MONTHS}|noon|midnight|midday|mornings?|evenings?|afternoons?"
    r"|nights?|today|tomorrow|weekends?|weeks?|months?|years?|daily|christmas|easter)s?\b"
)
PLACE = (
    r"\b(?:in|on|at|under|behind|near|next to|beside|above|below|inside|outside|over|between|by"
    r"|from|to|with|around|opposite)\b"
)
COLOUR = (
    r"\b(?:red|blue|green|yellow|black|white|gr[ae]y|brown|orange|purple|violet|pink|silver|gold"
    r"|golden|beige|turquoise|navy|cream|maroon|bronze|copper|lilac|crimson|teal|ivory)\b"
)
FORM_WORDS = """
a about actually again also am an and any anymore are at be been being by can current currently did
do does every exactly for from had has have he her his how i in is it its just me mine most my name
now of often on once our ours please really right she still than that the their them there they this
time to tell usually was we were what what's whats wheres whos when where where's which who who's
whom whose why will with would you your yours
"""
OPEN_HEADS = """
alarm alarms answer best chance chances computer connection fate fault first future horoscope
internet ip last life list lists memory microphone mistake move next option options point
previous problem purpose question questions reminder reminders right rights screen second
status timer timers turn uptime volume weather
"""
EXCLUSIVE = """
aunt birthday blood brother cat cousin daughter dentist dog father goldfish grandfather grandmother
grandson granddaughter hamster heavy horse husband mother nephew niece old parrot phone rabbit
sister son tall tortoise uncle wife
"""
NAMED = re.compile(
    r"\b(?:called|named|names?)\b|\b(?:is|are|was) [A-Z]\w+"
    r"|\b[Yy]our [a-z]+(?: [a-z]+)? [A-Z][a-z]+\b"
)
MY = r"(?P<what>(?:my|our) [\w' -]+?)"


def _evidence(asked: str, droppable: str, pattern: str | re.Pattern[str] | None) -> Evidence:
    compiled = re.compile(pattern, re.IGNORECASE) if isinstance(pattern, str) else pattern
    return Evidence(re.compile(asked), frozenset(droppable.split()), compiled)


FACT_QUESTIONS = FactQuestions(
    opening=re.compile(
        r"^(?:(?:please|so|and|but|okay|ok|well|um+|uh+|hey|hi|hello|twin|now|then|also|oh|right|sorry"
        r"|quick question|by the way|listen|say)[\s,.!:]+)*"
        r"(?:(?:can|could|would|will) you (?:please |quickly |still )*)?"
        r"(?:(?:tell|remind) me (?:again |please |once more )*"
        r"|do you (?:still |happen to )*(?:remember|know|recall) |remember |i(?:'ve)? forgot )?"
    ),
    question=re.compile(
        r"^(?:whos?|whats?|which|when|wheres?|how|whose|is|are|was|were|do|does|did|am|have|has|can"
        r"|at what|on (?:what|which)|in (?:what|which)|my|our|the name|the colou?r)\b"
    ),
    closed=re.compile(r"^(?:is|are|was|were|do|does|did|am|have|has|can)\b"),
    having=re.compile(r"\b(?:have|got|own)$"),
    being=frozenset({"is", "are", "was", "were", "am"}),
    possessed=frozenset({"my", "our", "the"}),
    own=frozenset({"my", "our"}),
    myself=frozenset({"i", "we"}),
    told=("you", "your", "the"),
    form_words=frozenset(FORM_WORDS.split()),
    paraphrases=(
        (
            re.compile(
                r"^what(?: do i do for a living|(?:'s| is) my (?:job|profession|occupation|work))$"
            ),
            "what do i work as",
        ),
        (re.compile(r"^who do i work for$"), "where do i work"),
    ),
    exclusive=frozenset(EXCLUSIVE.split()),
    weak=frozenset({"favourite", "best", "new", "old", "own", "first", "last", "main", "usual"}),
    same_words={
        **{"favorite": "favourite", "color": "colour", "mom": "mother", "mum": "mother"},
        **{"dad": "father", "grandma": "grandmother", "grandpa": "grandfather", "kid": "child"},
        **{"kids": "child", "children": "child", "soccer": "football", "neighbor": "neighbour"},
        **{"bike": "bicycle", "tv": "television", "telephone": "phone", "flat": "apartment"},
        **{"named": "called", "name": "called", "names": "called", "birth": "birthday"},
        **{"born": "birthday", "bday": "birthday", "hate": "dislike", "went": "go"},
        **{"drove": "drive", "ate": "eat", "met": "meet", "bought": "buy", "spouse": "married"},
        **{"doc": "doctor", "car's": "car", "lived": "live", "film": "movie"},
        **{"physician": "doctor", "gp": "doctor"},
    },
    evidence=(
        _evidence(r"\bhow old\b|\bage\b", "old age", NUMBER),
        _evidence(r"\bhow (?:many|much|tall|high|long|far|big|heavy|often)\b", "many much", NUMBER),
        _evidence(r"\b(?:what|which) colou?rs?\b|\bcolou?r\b", "colour color colors", COLOUR),
        _evidence(r"\bname\b|\bcalled\b|\bnamed\b", "name names called named", NAMED),
        _evidence(r"\b(?:number|pin|size)\b", "", rf"{NUMBER}|\b[SMLX]{{1,3}}\b"),
        _evidence(
            r"^(?:when|(?:at )?what time|(?:on )?(?:what|which) (?:day|date|year|month))\b",
            "day date year month time",
            TIME,
        ),
        _evidence(r"^where\b", "put leave left keep kept stored store located find parked", PLACE),
        _evidence(
            r"\b(?:kind|sort|type|breed|brand|make|model) of\b",
            "kind sort type breed brand make model",
            None,
        ),
        _evidence(r"\bbreed\b|\bbrand\b", "breed brand", None),
    ),
    kind=re.compile(
        r"^(?:in |on |at )?(?:what|which) ((?:\w+ ){1,3}?)"
        r"(?:do|did|am|have|is|are|was) (?:i|we|my|our)\b"
    ),
    unknown=(
        re.compile(rf"^(?:what|who|when|where|which)(?:'s| is| are| was| were) {MY}$"),
        re.compile(rf"^what(?:'s| is) the (?:name|age|colou?r|birthday|address|number) of {MY}$"),
        re.compile(rf"^how (?:old|tall|big) (?:is|are) {MY}$"),
        re.compile(rf"^what (?:colou?r|breed|brand|make|size) (?:is|are) {MY}$"),
        re.compile(rf"^what (?:is|are|'s) {MY} (?:called|named)$"),
        re.compile(r"^where (?:do|does) (?P<what>(?:i|my [\w' -]+?)) (?:live|work|study)$"),
        re.compile(
            r"^(?P<what>how (?:old|tall|heavy) am i|when was i born|who am i married to"
            r"|what am i allergic to)$"
        ),
    ),
    open_heads=frozenset(OPEN_HEADS.split()),
    denial=re.compile(
        r"\b(?:i|we)(?:'m| am)? (?:do not|don't|cannot|can't|could not|couldn't|am not|not|have no"
        r"|am unable|unable|am sorry|sorry)\b|\b(?:no|not any) (?:information|knowledge"
        r"|record|memory)|\bunfortunately\b|\bnot (?:sure|certain|mentioned|provided|specified)\b",
        re.IGNORECASE,
    ),
    of_itself=re.compile(
        r"^(?:\W|well|oh)*(?:as an? |my "
        r"|i(?:'m| am| live| work| was| do| have| like| love| prefer)\b)",
        re.IGNORECASE,
    ),
)

"""How people ask for several things, for an expert, or to remember or forget something.

Each is told by its wording alone, as people type and as speech recognizers write.
"""

import re

from pipecatapp.text.request_rules import Requests

ASKED = r"\b(?:ask|asking|consult|talk to|speak (?:to|with)|hand [^.?!]*? to|what (?:does|would))\b"
LET = r"\b(?:let|have|get|want)\b"
DO = r"(?: to)? (?:answer|do|explain|help|look|make|say|take|tell|think|write)\b"
EXPERT = r"[^.?!]*?\b{name}[ _-](?:expert|specialist)\b"

START = (
    r"^(?:(?:u+h*m+|u+h+|e+r+m*|h+m+|so|well|okay|ok|alright|right|oh|hey|hi|hello|yeah|yes|no|now"
    r"|and|but|also|oh and|one more thing|by the way|twin|please|listen|actually|just|like)"
    r"[,.!:]*\s+)*"
)
POLITE = (
    r"(?P<polite>(?:can|could|will|would) you (?:please |just |also )*"
    r"|(?:i(?:'d| would) like|i want|i need) you to (?:please |also |always )*"
    r"|(?:you should|you must|you can|you may|make sure (?:you|to)|try to|help me(?: to)?) "
    r"|(?:please |just |also |always )+)?"
)
LEAD = (
    r"(?P<lead>(?:remember|save|store|memori[sz]e|note) the fact|remember|memori[sz]e"
    r"|(?:do not|don'?t)(?: you)?(?: ever)? forget|never forget"
    r"|(?:keep|bear) in mind|(?:make|take) a (?:mental )?note(?: of)?|take note(?: of)?"
    r"|note(?: down)?(?= that\b|:)|(?:save|store|keep|put|add) (?:in|to) (?:your|long-term) memory)"
)
LINK = (
    r"(?P<link>(?:[,:]|\s+please,?(?=\s+(?:that|this|the following)\b)"
    r"|\s+(?:that|this|the following|something(?=(?: for me)?[,:])|for me"
    r"|for later))*(?:[,:]|(?:(?<=this)|(?<=following)|(?<=for me))[.?])?)\s+"
)
WISH = re.compile(f"{POLITE}{LEAD}{LINK}(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
OPENING = re.compile(START, re.IGNORECASE)
# In the middle of a sentence that has no marks, "please" or "and" and "that" make it a wish.
AMID = re.compile(
    rf"[\s,;]+(?:(?:so|and|but|please|also)[\s,]+)+{LEAD}\s+that\s+(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
AT_THE_END = re.compile(
    r"^(?P<rest>.+?)[\s,.;:!-]+(?:(?:so|and|but|please|also|just|(?:can|could) you)[\s,]+)*"
    r"(?:(?:remember|memori[sz]e|(?:do not|don'?t|never) forget|note) (?:that|this|it)(?: down)?"
    r"|(?:keep|bear) (?:that|this|it) in mind|(?:make|take) a note of (?:that|this|it))"
    r"(?:[\s,]+(?:please|for me|okay|ok|will you|thanks|thank you|twin))*[.!]*$",
    re.IGNORECASE | re.DOTALL,
)
# "I can't remember that", "do you remember that": nobody asks for anything.
NO_STATEMENT = re.compile(
    r"\b(?:i|you|we|they|he|she|to|not|can'?t|cannot|couldn'?t|don'?t|won'?t|still|never|always"
    r"|hardly|who|what|where|when|which|how|why)$",
    re.IGNORECASE,
)
# What follows "remember" when somebody reminisces or asks: "the time we ...", "when we ...".
MOMENT = (
    r"(?:time|day|night|evening|summer|one|guy|man|woman|film|movie|song|story|joke|place|thing)"
    r"(?:$|\s+(?:we|when|i|you|he|she|they|with|at|in|on|from|where|about|last)\b)"
)
REMINISCENT_THAT = re.compile(f"^{MOMENT}", re.IGNORECASE)
REMINISCENT = re.compile(
    r"^(?:(?:me|us|him|them|when|how|what|where|who|whose|why|which|if|whether|back in|from)\b"
    rf"|(?:the|those|these) {MOMENT})",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"^(?:he|she|it|they|his|her|its|their|this|these|those)\b", re.IGNORECASE)
TAIL = re.compile(
    r"(?:[\s,]+(?:please|okay|ok|for me|thanks|thank you|will you|would you|twin))+[.!]*$",
    re.IGNORECASE,
)
# A comma sets a polite word apart; without one, "for me" may belong to what is said.
POLITE_WORDS = r"please|okay|ok|thanks|thank you|will you|would you"
POLITE_END = re.compile(
    rf"(?:(?P<comma>,)\s*|\s+)(?P<word>{POLITE_WORDS}|(?P<name>twin)|(?<=,)for me|(?<=, )for me)$",
    re.IGNORECASE,
)
NEEDS_MORE = re.compile(
    r"(?:^|[\s'])(?:is|are|was|were|be|been|am|s|m|re|called|named|feels?|feeling|looks?|sounds?"
    r"|seems?|says?|said|say|saying|means?|and|or|but|to|of|for|with|as|at|in|on|by|from|the|an?|my"
    r"|your|his|her|its|our|their|not|no|very|quite|all|both|has|have|had|likes?|loves?|hates?"
    r"|word|name|always|never|than|like)$",
    re.IGNORECASE,
)
NAMING = re.compile(
    r"\b(?:(?:safe|code|magic|pass)?[ -]?words?|phrases?|pass(?:word|phrase|code)|called|named"
    r"|nick(?:name|named)?|names?|titles?|titled|songs?|mottos?|slogans?|spelled|spelt|wi-?fi|ssid"
    r"|says?|said|reads|answers?|films?|movies?|books?|shows?|games?|questions?)\b",
    re.IGNORECASE,
)
PASSWORD = re.compile(r"\bpass(?:word|phrase|code|key)\b", re.IGNORECASE)
WHAT = r"(?:what|who|whose|where|when|why|how|which)"
BE = r"(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|shall|may|must)"
SUBJECT = (
    r"(?:i|you|he|she|it|we|they|there|that|this|these|those|the|my|our|your|his|her|their|an?)"
)
QUESTION = (
    rf"(?:{WHAT}(?:'s|'re)? (?:{BE}|much|many|long|far|old|often|time|day|kind|about|else|should)\b"
    rf"|{WHAT}'s\b|(?:can|could|would|will) you\b|{BE}(?:n't)? {SUBJECT}\b|tell me\b|let me know\b)"
)
AND = r"(?:(?:and|so|but|also|oh|then|now|okay|ok|well|by the way)[\s,]+)*"
ASKS = re.compile(f"{AND}{QUESTION}", re.IGNORECASE)
BEFORE_QUESTION = re.compile(rf"(?<=[.!?])\s(?=(?-i:[A-Z]))(?={QUESTION})", re.IGNORECASE)
ORDERS = re.compile(
    rf"{AND}(?:{POLITE}{LEAD}\b|(?:please )?(?:can|could|would|will) you\b|please \w+"
    r"|(?:turn|switch) (?:on|off|up|down|the)\b|set (?:an?|the|my)\b|play\b|show (?:me|us)\b"
    r"|tell (?:me|us)\b|remind (?:me|us)\b|wake (?:me|us)\b|suggest\b|add\b|search\b|look up\b"
    r"|translate\b|convert\b|summari[sz]e\b|calculate\b|explain\b|write (?:me|an?)\b|give me\b"
    r"|start (?:an?|the)\b|forget (?:that|my|our|what|about)\b)",
    re.IGNORECASE,
)
POLITE_SENTENCE = re.compile(
    r"(?:(?:please|twin|thanks|thank you|cheers|ok|okay|all right|alright|good|great|right|so much"
    r"|very much|a lot|will you|would you|for me|that'?s all|that is all|that'?s it|bye|goodbye"
    r"|good night|(?:remember|(?:do not|don'?t|never) forget) (?:that|this|it))\b[\s,.!]*)+",
    re.IGNORECASE,
)

FORGET = re.compile(
    rf"{POLITE}(?:forget(?: about(?= (?:my|our|the fact|what|everything)\b))?"
    r"|stop remembering"
    r"|(?:delete|erase|remove|drop|clear|wipe)(?= .*\b(?:the (?:fact|memory|memories|note)\b"
    r"|what (?:you|i) |everything (?:you|i) |(?:in|from|out of) (?:your|the|long-term) memory)))"
    r"\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"^(?:(?:what|everything|anything|all|whatever)\b(?: that)?(?: (?:you|i|we)(?:'ve| have| had)?"
    r"(?: just| ever| once)? (?:know|knew|remember|told|said|saved|stored|mentioned|learned)"
    r"(?: to)?(?: you)?)?|the (?:memory|memories|note|notes|facts?)) (?:about|of|on|regarding) ",
    re.IGNORECASE,
)
THAT = re.compile(r"^(?:(?:the )?(?:fact|memory|note)(?: that)?|that)[,:]?\s+", re.IGNORECASE)
FROM_MEMORY = re.compile(
    r"\s+(?:in|from|out of) (?:your|the|long-term) (?:long-term )?memory$", re.IGNORECASE
)
NOTHING_KEPT = re.compile(
    r"^(?:(?:it|this|that|them|everything|anything|all(?: of (?:it|this|that))?|me|us"
    r"|nothing)|(?:that|this) one|about\b.*|how\b.*|to\b.*|if\b.*"
    r"|(?:what|everything|all|whatever|anything)"
    r"(?: that)? (?:i|you|we)(?:'ve| have)?(?: just)? (?:said|asked|told you|know|remember"
    r"|(?:talked|spoke) about|discussed)"
    r"|(?:(?:the|your|our|my|all|short-term|long-term) )*memory"
    r"|.*\b(?:conversations?|chats?|talks?|sessions?|discussions?|questions?|messages?"
    r"|instructions?|prompts?|rules|orders?)\b.*)$",
    re.IGNORECASE,
)

REQUESTS = Requests(
    # A comma says nothing: speech recognition sets them where somebody breathes.
    several=re.compile(
        r"\b(?:and|then|afterwards|after that|also|both|each|every|all|if|unless|until|first"
        r"|next)\b",
        re.IGNORECASE,
    ),
    # Speech is full of these.
    fillers=re.compile(
        r"\b(?:u+h*m+|u+h+|e+r+m*|h+m+|like,|you know,|well,|so,|okay|ok|hey|please|twin),?"
        r"(?=\s|$)",
        re.IGNORECASE,
    ),
    # "Let the coding expert sleep" is about it, and not for it.
    for_expert=f"{ASKED}{EXPERT}|{LET}{EXPERT}{DO}",
    asks=ASKS,
    before_question=BEFORE_QUESTION,
    orders=ORDERS,
    polite_sentence=POLITE_SENTENCE,
    opening=OPENING,
    wish=WISH,
    bare_lead="remember",
    statement_link=re.compile("th"),
    continued_link=re.compile("following|this[:.?]|for me[:.?]"),
    asks_ability=re.compile("you "),
    amid=AMID,
    at_the_end=AT_THE_END,
    no_statement=NO_STATEMENT,
    reminiscent=REMINISCENT,
    reminiscent_that=REMINISCENT_THAT,
    pronoun=PRONOUN,
    tail=TAIL,
    polite_end=POLITE_END,
    needs_more=NEEDS_MORE,
    naming=NAMING,
    definite=re.compile(r"(?:the|my|our|his|her|their|its)\b", re.IGNORECASE),
    password=PASSWORD,
    forget=FORGET,
    about=ABOUT,
    that=THAT,
    from_memory=FROM_MEMORY,
    nothing_kept=NOTHING_KEPT,
)

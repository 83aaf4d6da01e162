"""How people ask about their own conversation."""

import re

from pipecatapp.text.log_rules import LogQuestions

WHO = r"(?P<who>i|you|we|you and i)(?:'ve|'d| have| had| was| were)?"
JUST = r"(?: (?:just|actually|already|ever|even|not|really|once|again|been))*"
ASK = (
    r"ask(?:ed|ing)?(?: (?:you|me))?(?: (?:for|about))?"
    r"|want(?:ed)? to know(?: from (?:you|me))?"
)
TELL = (
    r"sa(?:y|id|ying)(?: to (?:you|me))?|t(?:ell|old|elling) (?:you|me)"
    r"|mention(?:ed|ing)?(?: to (?:you|me))?|answer(?:ed|ing)?(?: me)?|repl(?:y|ied)"
    r"|suggest(?:ed)?(?: to me)?|recommend(?:ed)?(?: to me)?|propose(?:d)?"
)
TALK = (
    r"t(?:alk|alked|alking)|sp(?:eak|oke|oken)|speaking|discuss(?:ed|ing)?|chat(?:ted|ting)?"
    r"|cover(?:ed)?|go(?:ne)? (?:over|through)"
)
AGREE = r"decide(?:d)?|agree(?:d)?|settle(?:d)?|conclude(?:d)?"
VERB = f"(?P<verb>{ASK}|{TELL}|{TALK}|{AGREE})"
ASKED = r"what(?:'s| is| was)?(?: it)?(?: that)?(?: (?:did|have|had|was|were|is it))?"
TODAY = r"(?P<today>(?:earlier |so far )?(?:today|tonight|this (?:morning|afternoon|evening)))"
PAST = (
    r"(?: (?:so far|earlier(?: on)?|before|again|already|just now|now|up to now|until now|please"
    r"|(?:in|of|during) (?:this|our|the) (?:whole )?(?:conversation|chat|talk|session)|previously"
    r"|(?:a|some|a few) (?:moments?|minutes?|while|time) ago|here|to you|at all|though|then|twin"
    r"|thanks|thank you|since we (?:began|started)))*"
)
TAIL = rf"{PAST}(?: {TODAY})?{PAST}$"
ORDERS = {
    **{"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "1st": 0, "2nd": 1, "3rd": 2},
    **{"at the beginning": 0, "at the very beginning": 0, "in the beginning": 0, "at first": 0},
    **{"at the start": 0, "at the very start": 0, "to begin with": 0, "to start with": 0},
    **{"initially": 0, "earliest": 0, "opening": 0, "very first": 0, "first of all": 0},
    **{"last": -1, "very last": -1, "latest": -1, "most recent": -1, "most recently": -1},
    **{"just now": -1, "previous": -1, "a moment ago": -1, "before that": -1, "before this": -1},
    **{"right before this": -1, "right before that": -1, "second to last": -2, "last but one": -2},
    **{"just": -1, "at the end": -1, "lastly": -1},
}
ORDER = rf"(?P<order>{'|'.join(sorted(ORDERS, key=len, reverse=True))})"
CHAT = (
    r"(?:our|this|the|today's|my)(?: (?:whole|entire|last|recent))?"
    r" (?:conversation|chat|talk|discussion|dialogue|session)(?: (?:with you|together))?"
)
SUM_UP = (
    r"(?:summari[sz]e|sum up|recap|recapitulate|go (?:back )?over|run (?:me )?through"
    r"|(?:(?:give|make|tell|write)(?: me)? |let's have |i(?:'d like| want| need) )?(?:a |the )?"
    r"(?:(?:short|brief|quick|little) )*(?:summary|recap|overview|rundown|short version) (?:of|on)"
    r"|let's (?:recap|sum up|go over)|tl ?dr(?: of)?)"
)
EVERYTHING = r"(?:what|all|everything|all that|the (?:main )?(?:things|points|topics)|whatever)"
ON = r"(?:about|on|regarding|concerning)"
TOPIC = rf"{ON} (?P<topic>.+?)"
LIKE = (
    r"(?P<verb>like[ds]?|prefer(?:red)?|love[ds]?|cho?ose|chosen|pick(?:ed)?|want(?:ed)?|favou?r(?:ed)?"
    r"|decided? (?:on|for)|settled? (?:on|for)|agreed? on|go(?:ne)? (?:for|with)|went (?:for|with)"
    r"|recommend(?:ed)?|suggest(?:ed)?|vote[d]? for)"
)
BROUGHT_UP = (
    r"(?P<verb>mention(?:ed)?(?: to you)?"
    r"|t(?:ell|old) (?:you|me)(?: anything| something)? (?:about|of)"
    r"|sa(?:y|id) (?:anything|something) (?:about|of|on)|br(?:ing|ought) up|discuss(?:ed)?"
    r"|ask(?:ed)?(?: you| me)?(?: anything| something)? (?:about|for)"
    r"|(?:talk(?:ed)?|sp[eo]a?ke?n?) (?:about|of))(?: (?:something|anything) about)?"
)
BEST = r"(?: the)?(?: (?:best|most|more|better))?(?: of (?:them|these|those|all))?"


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"^(?:{pattern}){TAIL}") for pattern in patterns)


LOG_QUESTIONS = LogQuestions(
    opening=re.compile(
        r"^(?:(?:please|just|quickly|so|and|but|okay|ok|well|um+|uh+|hey|hi|hello|twin|now|then|also"
        r"|oh|right|sorry|thanks|thank you|by the way|one more thing)\s+)*"
        r"(?:(?:can|could|would|will) you (?:please |just |quickly |still )*"
        r"|i(?:'d| would) like (?:you )?to |i want (?:you )?to |are you able to )?"
        r"(?:(?:tell|remind) me (?:again |once more |please )*"
        r"|do you (?:still )?(?:remember|know|recall) "
        r"|(?:remember|recall|know) |say again |i(?:'ve| have)? forg[eo]t(?:ten)? )?"
    ),
    summary=_all(
        rf"{SUM_UP} {EVERYTHING}(?: that)? {WHO}{JUST} {VERB}(?: about)?(?: {TOPIC})?",
        rf"{SUM_UP} (?:{CHAT}|us|it all)(?: {TOPIC})?",
        rf"{ASKED} {WHO}{JUST} (?:{TALK})(?: about)?",
        rf"what (?:topics|things|subjects) (?:did|have|had) {WHO}{JUST} (?:{TALK})(?: about)?",
        rf"what (?:was|were|has been|is) {CHAT}(?: all)? about",
        rf"what (?:was|were|are) the (?:main|key|most important)? ?(?:points|topics|things)"
        rf" (?:of|in|from) {CHAT}",
        r"(?:a |the )?(?:(?:short|brief|quick) )*(?:recap|summary|sum up)(?: of that| of it all)?",
        r"summari[sz]e(?: everything)?|let's recap|sum (?:it|everything) up",
    ),
    order=_all(
        rf"{ASKED} {WHO}{JUST} {VERB} {ORDER}(?: of all| thing)?",
        rf"{ASKED} {WHO} (?P<order>just) {VERB}",
        rf"(?:{ASKED} )?(?:the|my|your) {ORDER}"
        rf" (?:thing|question|request|message|sentence|words?|answer|reply|topic)s?"
        rf"(?: was)?(?: that)? {WHO}{JUST} {VERB}",
        rf"(?:{ASKED} )?the (?:thing|question)(?: that)? {WHO}{JUST} {VERB} {ORDER}",
        rf"{ASKED} (?P<whose>my|your|our) {ORDER}"
        r" (?P<verb>question|request|message|sentence|answer|reply)",
        rf"which (?:question|thing|topic)s? (?:did|have|was it) {WHO}{JUST} {VERB} {ORDER}",
        rf"what (?:did|have|had|was it(?: that)?) {WHO}{JUST} (?P<verb>{ASK}|{TELL})",
        rf"how did (?:we|{CHAT}) (?P<order>start|begin)",
    ),
    about=_all(
        rf"(?:{ASKED}|everything|the (?:part|bit) where) {WHO}{JUST} {VERB}"
        r"(?: (?:earlier|before|today|just now|so far|again|previously))*"
        r" (?:about|on|regarding|concerning|as to|for) (?P<topic>.+?)",
        rf"(?:what|when|where|who|which \w+|how (?:much|many|old|long|far)) did {WHO}{JUST}"
        r" (?P<verb>say|tell (?:you|me)|mention)(?: that)? (?!(?:about|on|for|that|to|me|you"
        r"|earlier|before|today|just)\b)"
        r"(?P<topic>.+?)",
        rf"{ASKED} (?:that|it) {TOPIC} (?:that )?{WHO}{JUST} {VERB}",
        rf"{ASKED} (?:your|my|our) (?:answer|advice|idea|suggestion|recommendation|question|plan)s?"
        r" (?:about|on|regarding|concerning|to|for) (?P<topic>.+?)",
    ),
    when=re.compile(
        rf"^(?:when|(?:at )?what time|how long ago)(?: was it(?: that)?)?(?: did)? {WHO}{JUST}"
        rf" {BROUGHT_UP} (?P<topic>.+?){TAIL}"
    ),
    mentioned=_all(
        rf"(?:did|have|had|haven't|didn't) {WHO}{JUST} {BROUGHT_UP} (?P<topic>.+?)",
    ),
    liked=_all(
        r"which(?: one| ones)?(?: of (?:them|these|those|the [\w' -]+?))?(?: was it(?: that)?)?"
        rf"(?: (?:did|had|have))? {WHO}{JUST}(?: sa(?:y|id)(?: that)? (?:i|we|you))? {LIKE}{BEST}",
        rf"which(?: one| ones) (?:did|had) {WHO}{JUST} {LIKE}{BEST}"
        r" (?:for|about|in|at|as|among|of) (?P<topic>.+?)",
        r"(?:which|what) (?P<topic>(?!kind\b|sort\b|one\b)[\w' -]+?)"
        rf" (?:did|had) {WHO}{JUST} {LIKE}{BEST}",
        rf"what did {WHO}{JUST} (?P<verb>like (?:best|most|better)|prefer|choose|pick|decide on"
        r"|settle on|agree on|go for)",
        r"which(?: one)?(?: of (?:them|these|those|the [\w' -]+?))? was my"
        r" (?:favou?rite|choice|pick)",
        r"what was my (?:choice|pick)",
    ),
    count=_all(
        r"how (?:many|much) (?:(?P<what>questions|things|messages|requests|sentences|turns) )?"
        rf"(?:(?:did|have|had) )?{WHO}{JUST} (?P<verb>{ASK}|{TELL}|{TALK}|sen[dt]|had)",
        rf"how (?:often|many times) (?:did|have|had) {WHO}{JUST} {BROUGHT_UP} (?P<topic>.+?)",
    ),
    vague=re.compile(
        r"^(?:it|that|this|them|those|these|everything|anything|something|things?|all|us|me|you|so"
        r"|what|which|(?:our|this|the) (?:conversation|chat|talk|discussion)|conversation|chat|talk"
        r"|so far|today|earlier|before)*$"
    ),
    orders={**ORDERS, "start": 0, "begin": 0},
    choosing=re.compile(r"^(?:decide|agree|settle)"),
    user=frozenset({"i", "my"}),
    twin=frozenset({"you", "your"}),
    asking=re.compile(r"^(?:ask|want|question|request)"),
    statement=re.compile(
        r"^(?:(?:well|oh|so|and|but|yes|yeah|no|okay|ok|by the way),? )*"
        r"(?:i|i'(?:m|ve|d|ll)|my|we|we'(?:re|ve)|our|the|a|an|he|she|it|it's|they|there|this|that"
        r"|that's|thats|these|those|yes|yeah|no|nope|okay|ok|maybe|sure|great|nice|good|lovely|cool"
        r"|interesting|funny|wow)\b"
        r"(?! (?:want|would like|'d like|need) (?:you )?to (?:know|hear|see))",
        re.IGNORECASE,
    ),
    greeting=re.compile(
        r"^(?:\W|(?:hi|hello|hey|good (?:morning|afternoon|evening|day|night)|howdy|greetings"
        r"|thanks|thank you|very much|a lot|so much|there|twin|bye|goodbye|okay|ok|yes|no|again"
        r"|how are you(?: doing)?(?: today)?)\b)+$",
        re.IGNORECASE,
    ),
    choice=re.compile(
        r"\b(?:(?:i|we)(?:'d|'ll| would| will| really| do| think i| actually| just| still)*"
        r" (?:like|liked|love|loved|prefer|preferred|choose|chose|pick|picked|take|took|go for"
        r"|fancy|favou?r|want|decided on|settled on|recommend|suggest|go with|went with)"
        r"|my favou?rite|(?:is|was|sounds|looks|seems) (?:the )?(?:best|nicest|nice|good|better"
        r"|perfect|great"
        r"|lovely)|let's (?:take|go (?:for|with)|do|have)|best)\b",
        re.IGNORECASE,
    ),
    pointing=re.compile(
        r"\b(?:one|ones|it|that|this|them|those|first|second|third|fourth|last|former|latter|both)\b",
        re.IGNORECASE,
    ),
)

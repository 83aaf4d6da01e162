"""How people word a property that has one value, and which have several."""

import re

NUMBER = (
    r"(?:number|pin|code|combination|age|size|height|weight|ip|version|port|locker|seat|room"
    r"|(?:licen[cs]e |number )?plate|rent)"
)
IDENTIFIER = (
    r"(?:pass(?:word|phrase|code|key)|(?:safe|code|magic) ?word|user ?name|log-?in|e ?mail"
    r"|e ?mail address|wifi|ssid|network)"
)
SINGLE = (
    r"(?:address|birthday|birth date|date of birth|nickname|job|employer|boss|name|team"
    r"|parking (?:spot|space|place)|(?:bin|rubbish|trash|recycling|wash|pay) ?day"
    r"|anniversary|blood (?:type|group)|star sign|deadline)"
)
TIMED = (
    r"(?:(?:goes|go) (?:to bed|out) (?:at|on)|(?:opens?|closes?|starts?|begins?|ends?) (?:at|on)"
    r"|(?:is|are) (?:collected|picked up|emptied|taken out|delivered) (?:at|on))"
)
ONE_OF = re.compile(
    rf"(?:\b(?:works?|working|employed) (?:at|for|as)|\b(?:{NUMBER}|{IDENTIFIER}|{SINGLE}) is"
    r"|\b(?:favorite|favourite|preferred|best)(?: \S+){1,3} (?:is|are)"
    r"|\bhas the (?:address|number|name|port|ip|password|ip address)"
    r"|\b(?:is|are) (?:parked|located|kept|stored) (?:in|on|at)|\bis called"
    r"|\b(?:is|was) born (?:on|in)|\bweighs?"
    rf"|\b{TIMED}|\bgets? up at|\bruns on port"
    r"|\b(?:has|have) (?:breakfast|lunch|dinner) at"
    r")(?: (?:the|a|an|level|node|port|number|\d+))*$"
)
# "In" is no less "in a flat" than "in Porto": only names of places exclude each other.
ONE_PLACE = re.compile(r"\b(?:lives?|living|resides|based|works?) (?:in|at)$|\bmoved to$")
PERSON = (
    r"(?:doctor|gp|dentist|vet|landlord|landlady|hairdresser|plumber|accountant|lawyer|tutor"
    r"|coach|trainer|teacher|manager|supervisor|therapist|husband|wife|girlfriend|boyfriend)"
)
ONE_NAME = re.compile(rf"\b{PERSON} is$")
THING = re.compile(r"^(?!the user (?:is|are)\b)\S+ \S.* ?\b(?:is|are)$")
SPOT = re.compile(
    r"(?:in|on|at|under|behind|inside|beside|near|below|above|beneath) (?:the|my|our|the user's|his"
    r"|her|their) (?!morning|afternoon|evening|night|day|week|month|year|spring|summer|autumn"
    r"|winter)",
    re.IGNORECASE,
)
# Things are in one place at a time; "the user is in the choir" is no place.
ONE_SPOT = re.compile(r"^(?!the user (?:is|are)\b)\S+ \S.* (?:is|are) (?:in|on|at)(?: the)?$")
# "The user's sister lives in ..." may be about two sisters.
ONE_OF_SEVERAL = re.compile(
    r"\b(?:brother|sister|sibling|son|daughter|child|kid|friend|cousin|aunt|uncle|niece|nephew"
    r"|grandson|granddaughter|grandmother|grandfather|colleague|neighbou?r|dog|cat|pet|appointment"
    r"|lesson|flight|baby|parrot|bird|hamster|rabbit|horse|pony|goldfish|tortoise|hen|roommate"
    r"|flatmate|classmate|student|pupil|grandchild|godchild|stepson|stepdaughter)s?(?:'s)?"
    r"(?: is| lives| goes| works)? "
)
EXCEPTION = re.compile(
    r"\b(?:one of|another|others?|also|too|second|third|(?<!year )(?<!years )old|former|previous"
    r"|besides|as well"
    r"|(?:this|next|last) (?:week|weekend|time|month|year)|today|tomorrow|tonight|yesterday"
    r"|for now|except|unless|sometimes|maybe|perhaps|probably)\b",
    re.IGNORECASE,
)
NUMBERED = re.compile(rf"\b{NUMBER} is(?: \d+)*$")
NARROWED = re.compile(rf"\b(?:(?:{NUMBER}|{IDENTIFIER}) is|{TIMED})(?: \d+)*$")
NARROWING = re.compile(
    r"\b(?:for|of|at|in|on|during|when|while|if|from|until|by|with) \S.*$", re.IGNORECASE
)
OCCASION = re.compile(
    r"\b(?:in|on|at|during|for|before|after) (?:the )?(?:mornings?|afternoons?|evenings?|nights?"
    r"|breakfast|lunch|dinner|week|weekends?|weekdays?|holidays?|spring|summer|autumn|winter"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
# "... is on the fridge", "... is injured".
NO_VALUE = re.compile(
    r"(?:(?:not|no|never|still|only|just|so|too|very|quite|really|in|on|at|under|behind|inside|near"
    r"|from|with|by|for|about|to|like|unlike|hidden|written|stored|kept|long|short|wrong|right|safe"
    r"|secret|unknown|missing|easy|hard|simple|complicated|injured|retired|gone|dead|ill|sick|back"
    r"|here|there|great|good|bad|nice|fine|better|worse|amazing|brilliant|the same|the reason"
    r"|what|why|where|when|who|how|because)\b|\w{3,}ing\b|\w{4,}ed$)",
    re.IGNORECASE,
)
PROPERTY = rf"(?:[\w-]+ )?(?:{NUMBER}|{IDENTIFIER}|{SINGLE})"
OWNER = r"(?:(?:the user's|the|our|his|her|their) )?"
PLAIN_WORDING = (
    (
        re.compile(
            r"^(?:(?:actually|wait|sorry|correction|in fact|well|hang on|no(?=,))[\s,:]+)+(?=\S)",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(r"\bwi-?\s?fi\b|\bwlan\b", re.IGNORECASE), "wifi"),
    (re.compile(r"(?<=\w)['\u2019]s (?=\d)"), " is "),
    # "The user changed the alarm code to 1234": "the alarm code is 1234".
    (
        re.compile(
            r"^(?:the user|we|i) (?:(?:have|has) )?(?:just )?(?:changed|set|reset)"
            rf" (?P<what>{OWNER}\S.{{1,60}}?) to (?=\S)",
            re.IGNORECASE,
        ),
        r"\g<what> is ",
    ),
    (re.compile(r"\b(?:(?:has|was|got|is) )?(?:been )?changed to\b", re.IGNORECASE), "is"),
    # "The code of the alarm": "the alarm code".
    (
        re.compile(
            rf"^(?:the |our )?(?P<what>{PROPERTY}) (?:of|for|to) (?P<owner>{OWNER}\S.{{0,40}}?)"
            r" (?P<verb>is|are)\b",
            re.IGNORECASE,
        ),
        r"\g<owner> \g<what> \g<verb>",
    ),
    (
        re.compile(
            rf"^(?P<what>(?:[\w'\u2019-]+ ){{0,5}}{PROPERTY})\s*[:=]\s*(?=\S)", re.IGNORECASE
        ),
        r"\g<what> is ",
    ),
    (re.compile(rf"\b(?P<what>{SINGLE}) is on (?=\S)", re.IGNORECASE), r"\g<what> is "),
    (
        re.compile(
            rf"\b(?P<what>{IDENTIFIER}|{SINGLE}|{PERSON}) is (?:called|named) (?=\S)", re.IGNORECASE
        ),
        r"\g<what> is ",
    ),
    # "Blue is my favorite color": "my favorite color is blue".
    (
        re.compile(
            r"^(?P<value>\S.{0,40}?) (?P<verb>is|are)"
            r" (?P<what>(?:the user's|my) favou?rite \w+)[.!]*$",
            re.IGNORECASE,
        ),
        r"\g<what> \g<verb> \g<value>",
    ),
    (
        re.compile(
            r"^(?P<who>\S.{0,40}?) (?:is|am) (?P<age>\d{1,3})(?: years? old)?[.!]*$", re.IGNORECASE
        ),
        r"\g<who>'s age is \g<age>",
    ),
    (re.compile(r"\b(?:has |have )?(?:just )?moved to\b", re.IGNORECASE), "lives in"),
)
HOUSEHOLD = (
    (
        re.compile(
            r"^the user's (?=(?:home |house |front |back |garden )?(?:alarm|wi-?fi|wlan|router"
            r"|bins?|gate|garage|door|front door|back door|fuse box|boiler|heating|mail ?box"
            r"|letter ?box|recycling|rubbish|trash|house|cellar|attic|shed|nas)\b)",
            re.IGNORECASE,
        ),
        "the ",
    ),
)

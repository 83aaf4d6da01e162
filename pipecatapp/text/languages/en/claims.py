"""How an answer claims or promises an act, and how people ask for one."""

import re

from pipecatapp.text.claim_rules import ActKind, Claims
from pipecatapp.text.languages.en.act_words import BASE, GOING_ON, PARTICIPLE, PAST, THINGS

STATES = (
    rf"(?:{PARTICIPLE}|off|on|up|down|out|ready|done|active|armed|playing|running|ringing|underway"
    r"|under way|on (?:its|the|their) way)"
)
ADVERB = r"(?:(?:just|now|already|also|all|both|currently|successfully|immediately|right away) )*"
LEAD = (
    r"(?:(?:sure|okay|ok|alright|all right|great|certainly|of course|absolutely|yes|yep|yeah|well"
    r"|good|got it|done|so|and|then|there|now|hello|hi|sorry)\b[\s,.!:-]*(?:thing\b[\s,.!]*)?)*"
)
I_HAVE = rf"\b(?:i|we)(?:'ve| have|'d| had) {ADVERB}(?:gone ahead and )?"
I_WILL = (
    rf"\b(?:i|we)(?:'ll| will| shall|'m going to| am going to|'re going to| are going to"
    rf"|'m about to| am about to) {ADVERB}(?:go ahead and |make sure to |try to )?"
)
I_DID = rf"\b(?:i|we) {ADVERB}(?:did )?"
I_AM = rf"\b(?:i'm|i am|we're|we are) {ADVERB}"
LET_ME = r"\blet me (?:just |quickly |go ahead and )*"
# What somebody may announce who was asked for a deed and does it not.
HARMLESS = (
    r"(?:be|need|have|help|try|do|see|say|think|suggest|recommend|assume|explain|answer|describe"
    r"|list|write|translate|spell|guide|walk|wait|ask|begin|use|stay|not|never|always|also|only"
    r"|(?:tell|give|show|let|keep) you)"
)
# Whatever they are about, these verbs of a first person are acts in the world.
SURE_ACTS = re.compile(
    rf"{I_HAVE}(?:turned|switched|dimmed|locked|unlocked|sent|e-?mailed|texted|phoned|messaged"
    r"|notified|contacted|ordered|booked|reserved|scheduled|reminded|preheated|vacuumed|adjusted"
    r"|deleted|saved|stored|memori[sz]ed|activated|deactivated|played|muted|paused|placed|paid"
    r"|transferred|posted|forwarded|printed|restarted|rebooted|noted|forgotten)\b"
    rf"|{I_WILL}(?:turn (?:on|off|up|down|the|it|your)|switch|dim|lock|unlock|send|e-?mail|text"
    rf"|phone"
    r"|notify|contact|order|book|reserve|schedule|remind|wake you|preheat|vacuum|adjust|delete"
    r"|save"
    r"|store|memori[sz]e|activate|deactivate|mute|pause|pay|transfer|forward|print|restart|reboot"
    r"|(?:make a )?note|remember|keep (?:that|this|it|an eye)|take care of|see to it"
    r"|make sure (?!to (?:keep|be|help|explain|answer|give|make))|get (?:right "
    r"|started )?on (?:it|that)|get back to you"
    r"|let you know (?:when|once|if|as soon)|check (?:on|back)|look (?:it|that) up"
    r"|look into (?:it|that)"
    r"|play (?:some|the|your|a) )"
    rf"|{I_AM}(?:turning|switching|dimming|locking|unlocking|sending|e-?mailing|texting|phoning"
    rf"|calling"
    r"|messaging|ordering|booking|reserving|scheduling|playing|adding|setting|checking"
    r"|searching|looking (?:it|that) up|on it)\b"
    rf"|{LET_ME}(?:check (?:on|(?:the|your|today's) (?:weather|news|forecast|calendar|status"
    rf"|list|traffic|price))|look (?:it|that) up|search|turn (?:on|off|it|the)"
    rf"|call"
    r"|send|set|book|order)\b",
    re.IGNORECASE,
)
OWN_ACTS = re.compile(
    rf"{I_HAVE}(?:{PARTICIPLE}|done|made)\b|{I_WILL}(?:{BASE}|do|make)\b|{I_DID}(?:{PAST})\b"
    rf"|{I_AM}(?:{GOING_ON})\b|{LET_ME}(?:{BASE})\b|\bi can (?:now |gladly )?(?:{BASE})\b",
    re.IGNORECASE,
)
OF_THINGS = re.compile(
    rf"\b(?:the|your|all|my|both|a|an|his|her|our|this"
    rf"|that)(?: of)?(?: [\w'-]+){{0,4}}? (?:{THINGS})\b"
    rf"(?: [\w'-]+){{0,5}}?(?: (?:is|are|was|were|has been|have been|will be|will|should be|should"
    rf"|is being|are being)|'s|'ve been)(?: now| already| all| both| currently| successfully"
    rf"| being)*"
    rf" (?:(?:turned|switched) )?{STATES}\b",
    re.IGNORECASE,
)
# Only after a request for a deed: "Timer set for ten minutes", "Playing some music", "It's done".
ELLIPTIC = re.compile(
    rf"^{LEAD}(?:(?:the |your )?(?:[\w'-]+ ){{0,3}}(?:{THINGS})(?: [\w'-]+){{0,4}}? {STATES}\b"
    rf"|(?:now )?(?:{GOING_ON})\b(?!.*\b(?:is|are|can|may|would|helps?|makes?|requires?|means)\b)"
    rf"|(?:it|that|they|he|she|everything)(?:'s| is|'re| are| has been| have been| was| were"
    rf"|'ll be"
    rf"| will be| should be) (?:now |all |already |being )*(?:{PARTICIPLE}|done|set|off|on|ready"
    r"|taken care of|on (?:its|the|their) way|playing|started|running)\b"
    r"|(?:all |it's |and it's )?(?:done|set|completed|finished)[.!,]*$|consider it done"
    r"|right away|on it"
    r"|will do|you got it|sure thing|as you wish|no problem|my pleasure|coming (?:right )?up"
    rf"|(?:{BASE})(?:ed|ing)? (?:the|your|some)\b.*\b(?:now|{THINGS})\b"
    rf"|{I_WILL}(?!{HARMLESS}\b)\w+)",
    re.IGNORECASE,
)
STATE_DENIED = re.compile(
    rf"^(?:no\b[\s,.]*)?(?:it|they|that|(?:the|your) (?:[\w'-]+ ){{0,3}}(?:{THINGS}))"
    rf"(?: is| are|'s|'re)?(?: not|n't)(?: currently| now| yet| all| both)* {STATES}\b",
    re.IGNORECASE,
)
ASSENT = re.compile(
    r"^(?:sure|okay|ok|alright|all right|certainly|of course|absolutely|yes|yep|yeah|got it|gladly"
    r"|understood|with pleasure|no problem|consider it done|i (?:did|have|am|will))\b"
    r"(?:[\s,.!]*(?:i (?:have|did|am|will)|it (?:is|was|has)|they (?:are|have)|thing|sir"
    r"|right away"
    r"|here you go))?[\s,.!:-]*$",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:not|never|cannot|can't|unable|nothing|no longer|without|neither|nor|instead of|if"
    r"|unless"
    r"|once you|when you|would|could|might|unfortunately|sorry|apologi[sz]e)\b|n't\b|n\u2019t\b",
    re.IGNORECASE,
)

POLITE = (
    r"(?:^|[.!?,;]\s*|\b(?:please|and|then|just|now|you|you to|so|twin|to|hey|okay|ok|let's)\s+)"
)
WHAT = r"(?: [\w'-]+){0,5}? "
ASKED = re.compile(
    rf"{POLITE}(?:(?:turn|switch|put|shut|make|set|dim|open|close|lock|unlock|draw|roll|raise"
    rf"|lower"
    rf"|adjust|arm|disarm|start|stop|pause|skip|mute|warm|run|add|cancel|create|clean|water|fix"
    rf"|activate|deactivate|get|show|print|pay|have|post|reply|answer|write|leave)"
    rf"{WHAT}(?:{THINGS}|on|off|up|down|louder|quieter|warmer|brighter|darker|degrees)\b"
    r"|(?:turn|switch|put) (?:it|them|that|on|off|everything)\b"
    r"|play (?!a (?:game|role)|along|with|chess|cards)\S"
    r"|(?:call|ring|phone|dial|text|message|mail|e-?mail|notify)"
    r" (?!me\b|it\b|you\b|this\b|that\b|a\b|an\b|yourself\b|him a\b|her a\b|for\b|of\b|in\b|is\b"
    r"|to\b)\w+"
    r"|tell (?:my|the|our|mum|mom|dad|grandma|grandpa|(?-i:[A-Z]\w+))(?: \w+)? (?:that|to|i|we)\b"
    r"|give (?:my|the|our|[A-Z]?\w+)(?: \w+)? a (?:call|ring)"
    r"|send|forward|transfer|order (?!these|them|the (?:words|numbers))|buy|purchase|book|reserve"
    r"|preheat|boil|brew|feed|vacuum|wake me|remind me|tweet|(?:unlock|lock) )"
    rf"|\b(?:{THINGS})(?: [\w'-]+){{0,4}} (?:on|off|up|down)(?: please)?[.!]*$",
    re.IGNORECASE,
)
ASKED_WHETHER = re.compile(
    r"^(?:(?:so|and|well|okay|ok|twin|but)\b[\s,?]*)*(?:have you|did you|has it|is it|are they"
    r"|was it"
    r"|were they|have they|so it's|so they're|is that|are you done|you did|did it|and\?|really"
    r"|is \w+ (?:\w+ )?(?:on|off|locked|closed|done)"
    rf"|(?:is|are|was|were) (?:the|my|our|your|all) (?:[\w'-]+ ){{1,4}}?{STATES}"
    r"|when will (?:it|he|she|they))"
    r"|\b(?:have you (?:done|called|sent|ordered|turned|switched|locked)|did you (?:do|send|call"
    r"|turn"
    r"|start|switch|lock|order|book))\b|\bhas it been\b",
    re.IGNORECASE,
)
OF_DEED = (
    rf"(?:{STATES}|{PAST}|{BASE}|do|be|been|being|go|gone|going to|get|got|here|there|take|taken"
    r"|long|arrived?|arrives|come|coming|ready|works?|worked|working|through|happen(?:ed|ing)?"
    r"|all|so|it|that|them|this|everything|yet|now|already|really|again|then|please)"
)
FOLLOW_UP = re.compile(
    r"^(?:(?:so|and|well|okay|ok|twin|but|hey)\b[\s,?]*)*"
    r"(?:(?:have|did|had) you|(?:is|was|are|were|has|have|did|will|does|do) (?:it|that|they|he|she)"
    r"|(?:when|how (?:long|soon)) (?:will|is|are|does|do|did|would) (?:it|that|this|they|he|she))"
    rf"(?: {OF_DEED}){{0,4}}[\s?!.]*$",
    re.IGNORECASE,
)
INSISTED = re.compile(
    r"^(?:(?:so|and|well|okay|ok|twin|but|no|yes|please|then)\b[\s,]*)*(?:just )?(?:do (?:it"
    r"|that|so)"
    r"|try (?:it )?again|again|go ahead|yes please|please do|now|go on|come on)\b",
    re.IGNORECASE,
)
DRAFTED = re.compile(
    r"\b(?:draft|word|compose|phrase|formulate|write|help me (?:write|word))\b.*\b(?:e-?mail"
    r"|mail|message|text"
    r"|letter|note|reply|invitation|card|post|sms|speech)\b",
    re.IGNORECASE,
)
SALUTATION = re.compile(r"^\W*(?:dear|subject|hi|hello|hey|good (?:morning|day))\b", re.I | re.M)
IT = r" (?:it|that|this|them|(?:the|your|an?|my) (?:e-?mail|mail|message|text|sms|letter))\b"
DELIVERED = re.compile(
    rf"{I_HAVE}(?:(?:sent|posted|delivered){IT}|(?:e-?mailed|texted|messaged|written to)\b)"
    rf"|{I_WILL}(?:(?:send|post|deliver){IT}|(?:e-?mail|text|message)\b)"
    rf"|{I_AM}(?:sending{IT}|(?:e-?mailing|texting)\b)|\bi(?: just)? sent{IT}"
    r"|\b(?:message|e-?mail|mail|text|sms|it) (?:is|was|has been|have been|will be) (?:sent"
    r"|delivered)\b"
    r"|^(?:the |your )?(?:e-?mail|mail|message|text|sms)(?: \w+){0,3} sent\b",
    re.IGNORECASE,
)
ASKED_PRESENT = re.compile(
    r"^(?!.*\bwhy\b).*(?:\b(?:is|isn't|will|does|did|has) it (?:still |going to |gonna |be "
    r"|been )*(?:rain\w*"
    r"|snow\w*|sunny"
    r"|cloudy|windy|storm\w*|hail\w*|fogg?y?|hot|cold|warm|freezing)\b"
    r"|\b(?:what|how)(?:'s| is| will| was| are)? (?:the )?(?:weather|forecast|temperature)\b"
    r"|\b(?:weather|forecast)\b.*\b(?:today|tomorrow|tonight|now|outside|weekend|(?:mon|tues"
    r"|wednes|thurs"
    r"|fri|satur|sun)day)\b|\b(?:need|take|bring) (?:an umbrella|a coat|a jacket)\b"
    r"|\bhow (?:hot|cold|warm|windy|many degrees) is it\b"
    r"|\b(?:today's|latest|current|recent) (?:news|headlines?|exchange rate|price|score|traffic"
    r"|weather)\b"
    r"|\b(?:news|headlines)\b.*\b(?:today|now|tonight)\b|\bwhat (?:happened|is happening"
    r"|'?s happening|'s new)"
    r"\b.*\b(?:today|now|tonight|in the world)\b|\bthe news$"
    r"|\b(?:price|cost|worth|share|stock|rate)\b.*\b(?:today|now|at the moment|currently"
    r"|right now)\b"
    r"|\bhow much (?:is|are|does)\b.*\b(?:today|now|at the moment|currently|right now)\b"
    r"|\b(?:traffic|jam)\b.*\b(?:now|today|on the|to work|moment)\b|\b(?:bus|train|flight|plane"
    r"|tram)\b"
    r".*\b(?:late|delayed|landed|on time|running|left)\b"
    r"|\bwho (?:won|is winning|is ahead|leads)\b.*\b(?:last night|yesterday|today|right now|now"
    r"|tonight)\b"
    r"|\bwhat(?:'s| is) the score\b)",
    re.IGNORECASE | re.DOTALL,
)
ADMITS = re.compile(
    r"\b(?:i|we) (?:really |just |currently )?(?:do not|don't|cannot|can't|am not|have no"
    r"|am unable"
    r"|could not|couldn't|would need|lack)\b|\bi'm (?:not|unable|sorry|afraid)\b|\bunable\b"
    r"|\bno (?:access|way|information|real-?time)\b|\bdepends\b|\b(?:sorry|apologi[sz]e"
    r"|unfortunately)\b"
    r"|\bcheck(?:ing)? (?:a|the|your|with|online|local)\b|\breal-?time\b",
    re.IGNORECASE,
)
PRESENT = re.compile(
    r"\b(?:it|it'll|weather|sky|temperature|price|score|traffic|there)(?:'s| is| are| will be"
    r"| has)\b"
    r"(?!.*\b(?:n't|not|cannot|hard|best|important|difficult)\b)",
    re.IGNORECASE,
)
COMPOSED = re.compile(
    r"\b(?:stor(?:y|ies)|tale|poem|verse|rhyme|lyrics|haiku|limerick|dialogue|dialog|scene"
    r"|play about"
    r"|joke|riddle|translat\w+|how (?:do|would|can) (?:you|i|we) say|in (?:german|french|spanish"
    r"|italian"
    r"|english|latin|dutch|portuguese)|sentence|pretend|imagine|role|spell|quote|essay|speech"
    r"|code|python"
    r"|program|script|function|(?:four|three|two|few|some) lines|mean(?:s|ing)?)\b",
    re.IGNORECASE,
)
# Beginnings that may become a claim.
BEGINS = re.compile(
    r"^\W*(?:(?:i|we)(?:$|['\u2019 ](?:$|v$|l$|ve\b|have\b|ll\b|will\b|m\b|am\b|d\b|had\b|just\b"
    r"|now\b"
    rf"|already\b|shall\b|can\b))|let(?:$| me\b)|(?:i|we) (?:{PAST})\b"
    rf"|(?:the|your|all|my|both)(?: [\w'-]+){{0,4}}? (?:{THINGS})\b)",
    re.IGNORECASE,
)

CLAIMS = Claims(
    sure=SURE_ACTS,
    own=OWN_ACTS,
    of_things=OF_THINGS,
    elliptic=ELLIPTIC,
    assent=ASSENT,
    denied=DENIED,
    state_denied=STATE_DENIED,
    asked=ASKED,
    asked_whether=ASKED_WHETHER,
    follow_up=FOLLOW_UP,
    insisted=INSISTED,
    composed=COMPOSED,
    drafted=DRAFTED,
    salutation=SALUTATION,
    delivered=DELIVERED,
    asked_present=ASKED_PRESENT,
    admits=ADMITS,
    present=PRESENT,
    things=re.compile(rf"\b(?:{THINGS})\b", re.IGNORECASE),
    begins=BEGINS,
    kinds=(
        ActKind(re.compile(r"\btimers?\b|\bcount(?:ing)? down\b", re.I), frozenset({"timer"})),
        ActKind(re.compile(r"\balarm\b|\bw(?:ake|oke|oken|aking)\b", re.I), frozenset({"alarm"})),
        ActKind(re.compile(r"\bremind(?:er|ers|ed|ing)?\b", re.I), frozenset({"reminder"})),
        ActKind(re.compile(r"\blists?\b", re.I), frozenset({"list"})),
        ActKind(
            re.compile(
                r"\bremember|\bmemori[sz]|\b(?:keep|kept) (?:that|this|it)\b|\b(?:make"
                r"|made) a note"
                r"|\bnoted?\b|\bforg[eo]t|\bsaved?\b|\bstored?\b|\bin mind\b",
                re.I,
            ),
            frozenset({"memory", "mcp", "list", "reminder"}),
        ),
        ActKind(
            re.compile(r"\bweb ?(?:site|page)|\bpage\b|\bclick|\bbrows(?:e|ing)|\btyped\b", re.I),
            frozenset({"web_browser"}),
        ),
    ),
)

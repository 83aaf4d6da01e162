"""How an answer claims or promises an act, and tells of what it cannot know."""

import re

from pipecatapp.text.claim_rules import ActKind, Claims
from pipecatapp.text.languages.en.act_words import (
    BASE,
    GOING_ON,
    PARTICIPLE,
    PAST,
    STATES,
    THINGS,
    any_of,
)
from pipecatapp.text.languages.en.deeds import (
    ASKED,
    ASKED_PRESENT,
    ASKED_WHETHER,
    COMPOSED,
    DRAFTED,
    FOLLOW_UP,
    INSISTED,
)
from pipecatapp.text.languages.en.unable import UNABLE

ADVERB = r"(?:(?:just|now|already|also|all|both|currently|successfully|immediately|right away) )*"
LEAD = (
    r"(?:(?:sure|okay|ok|alright|all right|great|certainly|of course|absolutely|yes|yep|yeah|well"
    r"|good|got it|done|so|and|then|there|now|hello|hi|sorry)\b[\s,.!:-]*(?:thing\b[\s,.!]*)?)*"
)
I_HAVE = rf"\b(?:i|we)(?:'ve| have|'d| had) {ADVERB}(?:gone ahead and )?"
I_WILL = (
    r"\b(?:i|we)(?:'ll| will| shall|'m going to| am going to|'re going to| are going to"
    rf"|'m about to| am about to) {ADVERB}(?:go ahead and |make sure to |try to )?"
)
I_DID = rf"\b(?:i|we) {ADVERB}(?:did )?"
I_AM = rf"\b(?:i'm|i am|we're|we are) {ADVERB}"
LET_ME = r"\blet me (?:just |quickly |go ahead and )*"

# Whatever they are about, these verbs of a first person are acts in the world.
SURELY_DONE = any_of(
    """
    turned switched dimmed locked unlocked sent e-?mailed texted phoned messaged notified contacted
    ordered booked reserved scheduled reminded preheated vacuumed adjusted deleted saved stored
    memori[sz]ed activated deactivated played muted paused placed paid transferred posted forwarded
    printed restarted rebooted noted forgotten
    """
)
SURELY_PROMISED = any_of(
    """
    turn_(?:on|off|up|down|the|it|your) switch dim lock unlock send e-?mail text phone notify
    contact order book reserve schedule remind wake_you preheat vacuum adjust delete save store
    memori[sz]e activate deactivate mute pause pay transfer forward print restart reboot
    (?:make_a_)?note remember keep_(?:that|this|it|an_eye) take_care_of see_to_it
    make_sure_(?!to_(?:keep|be|help|explain|answer|give|make))
    get_(?:right_|started_)?on_(?:it|that) get_back_to_you
    let_you_know_(?:when|once|if|as_soon) check_(?:on|back) look_(?:it|that)_up
    look_into_(?:it|that) go_(?:and_)?(?:get|fetch) get_(?:it|them)_for_you
    play_(?:some|the|your|a)_
    """
)
SURELY_UNDER_WAY = any_of(
    """
    turning switching dimming locking unlocking sending e-?mailing texting phoning calling messaging
    ordering booking reserving scheduling playing adding setting checking searching
    looking_(?:it|that)_up on_it
    """
)
SURELY_NEXT = any_of(
    """
    check_(?:on|(?:the|your|today's)_(?:weather|news|forecast|calendar|status|list|traffic|price))
    look_(?:it|that)_up search turn_(?:on|off|it|the) call send set book order
    """
)
SURE_ACTS = re.compile(
    rf"{I_HAVE}(?:{SURELY_DONE})\b|{I_WILL}(?:{SURELY_PROMISED})|{I_AM}(?:{SURELY_UNDER_WAY})\b"
    rf"|{LET_ME}(?:{SURELY_NEXT})\b",
    re.IGNORECASE,
)
OWN_ACTS = re.compile(
    rf"{I_HAVE}(?:{PARTICIPLE}|done|made)\b|{I_WILL}(?:{BASE}|do|make)\b|{I_DID}(?:{PAST})\b"
    rf"|{I_AM}(?:{GOING_ON})\b|{LET_ME}(?:{BASE})\b|\bi can (?:now |gladly )?(?:{BASE})\b",
    re.IGNORECASE,
)
OF_THINGS = re.compile(
    r"\b(?:the|your|all|my|both|a|an|his|her|our|this|that)(?: of)?(?: [\w'-]+){0,4}?"
    rf" (?:{THINGS})\b(?: [\w'-]+){{0,5}}?"
    r"(?: (?:is|are|was|were|has been|have been|will be|will|should be|should|is being|are being)"
    r"|'s|'ve been)(?: now| already| all| both| currently| successfully| being)*"
    rf" (?:(?:turned|switched) )?{STATES}\b",
    re.IGNORECASE,
)

# Only after a request for a deed: "Timer set for ten minutes", "Playing some music", "It's done".
IT_IS = (
    r"(?:it|that|they|he|she|everything)"
    r"(?:'s| is|'re| are| has been| have been| was| were|'ll be| will be| should be)"
)
SET = any_of("done set off on ready taken_care_of on_(?:its|the|their)_way playing started running")
OBLIGING = any_of(
    """
    consider_it_done right_away on_it will_do you_got_it sure_thing as_you_wish no_problem
    my_pleasure coming_(?:right_)?up
    """
)
# What somebody may announce who was asked for a deed and does it not.
HARMLESS = any_of(
    """
    be need have help try do see say think suggest recommend assume explain answer describe list
    write translate spell guide walk wait ask begin use stay not never always also only
    (?:tell|give|show|let|keep)_you
    """
)
ELLIPTIC = re.compile(
    rf"^{LEAD}(?:(?:the |your )?(?:[\w'-]+ ){{0,3}}(?:{THINGS})(?: [\w'-]+){{0,4}}? {STATES}\b"
    rf"|(?:now )?(?:{GOING_ON})\b(?!.*\b(?:is|are|can|may|would|helps?|makes?|requires?|means)\b)"
    rf"|{IT_IS} (?:now |all |already |being )*(?:{PARTICIPLE}|{SET})\b"
    r"|(?:the|your|my|our|their|all|both) (?:[\w'-]+ ){1,5}?"
    rf"(?:has|have) (?:now |already |all |just )*been (?:{PARTICIPLE})\b"
    rf"|(?:all |it's |and it's )?(?:done|set|completed|finished)[.!,]*$|{OBLIGING}"
    rf"|(?:{BASE})(?:ed|ing)? (?:the|your|some)\b.*\b(?:now|{THINGS})\b"
    rf"|{I_WILL}(?!(?:{HARMLESS})\b)\w+)",
    re.IGNORECASE,
)
ASSENT = re.compile(
    r"^(?:sure|okay|ok|alright|all right|certainly|of course|absolutely|yes|yep|yeah|got it|gladly"
    r"|understood|with pleasure|no problem|consider it done|i (?:did|have|am|will))\b"
    r"(?:[\s,.!]*(?:i (?:have|did|am|will)|it (?:is|was|has)|they (?:are|have)|thing|sir|right away"
    r"|here you go))?[\s,.!:-]*$",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:not|never|cannot|can't|unable|nothing|no longer|without|neither|nor|instead of|if|unless"
    r"|once you|when you|would|could|might|unfortunately|sorry|apologi[sz]e)\b|n't\b|n\u2019t\b",
    re.IGNORECASE,
)
STATE_DENIED = re.compile(
    rf"^(?:no\b[\s,.]*)?(?:it|they|that|(?:the|your) (?:[\w'-]+ ){{0,3}}(?:{THINGS}))"
    rf"(?: is| are|'s|'re)?(?: not|n't)(?: currently| now| yet| all| both)* {STATES}\b",
    re.IGNORECASE,
)

SALUTATION = re.compile(r"^\W*(?:dear|subject|hi|hello|hey|good (?:morning|day))\b", re.I | re.M)
IT = r" (?:it|that|this|them|(?:the|your|an?|my) (?:e-?mail|mail|message|text|sms|letter))\b"
DELIVERED = re.compile(
    rf"{I_HAVE}(?:(?:sent|posted|delivered){IT}|(?:e-?mailed|texted|messaged|written to)\b)"
    rf"|{I_WILL}(?:(?:send|post|deliver){IT}|(?:e-?mail|text|message)\b)"
    rf"|{I_AM}(?:sending{IT}|(?:e-?mailing|texting)\b)|\bi(?: just)? sent{IT}"
    r"|\b(?:message|e-?mail|mail|text|sms|it) (?:is|was|has been|have been|will be)"
    r" (?:sent|delivered)\b"
    r"|^(?:the |your )?(?:e-?mail|mail|message|text|sms)(?: \w+){0,3} sent\b",
    re.IGNORECASE,
)

ADMITS = re.compile(
    r"\b(?:i|we) (?:really |just |currently )?(?:do not|don't|cannot|can't|am not|have no|am unable"
    r"|could not|couldn't|would need|lack)\b|\bi'm (?:not|unable|sorry|afraid)\b|\bunable\b"
    r"|\bno (?:access|way|information|real-?time)\b|\bdepends\b"
    r"|\b(?:sorry|apologi[sz]e|unfortunately)\b"
    r"|\bcheck(?:ing)? (?:a|the|your|with|online|local)\b|\breal-?time\b",
    re.IGNORECASE,
)
PRESENT = re.compile(
    r"\b(?:it|it'll|weather|sky|temperature|price|score|traffic|there)"
    r"(?:'s| is| are| will be| has)\b(?!.*\b(?:n't|not|cannot|hard|best|important|difficult)\b)",
    re.IGNORECASE,
)

# Beginnings that may become a claim.
BEGINS = re.compile(
    r"^\W*(?:(?:i|we)(?:$|['\u2019 ](?:$|v$|l$|ve\b|have\b|ll\b|will\b|m\b|am\b|d\b|had\b|just\b"
    r"|now\b|already\b|shall\b|can\b))|let(?:$| me\b)"
    rf"|(?:i|we) (?:{PAST})\b|(?:the|your|all|my|both)(?: [\w'-]+){{0,4}}? (?:{THINGS})\b)",
    re.IGNORECASE,
)


def _kind(pattern: str, *tools: str) -> ActKind:
    return ActKind(re.compile(pattern, re.IGNORECASE), frozenset(tools))


CLAIMS = Claims(
    sure=SURE_ACTS,
    own=OWN_ACTS,
    of_things=OF_THINGS,
    elliptic=ELLIPTIC,
    assent=ASSENT,
    denied=DENIED,
    state_denied=STATE_DENIED,
    asked=ASKED,
    unable=UNABLE,
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
        _kind(r"\btimers?\b|\bcount(?:ing)? down\b", "timer"),
        _kind(r"\balarm\b|\bw(?:ake|oke|oken|aking)\b", "alarm"),
        _kind(r"\bremind(?:er|ers|ed|ing)?\b", "reminder"),
        _kind(r"\blists?\b", "list"),
        _kind(
            r"\bremember|\bmemori[sz]|\b(?:keep|kept) (?:that|this|it)\b|\b(?:make|made) a note"
            r"|\bnoted?\b|\bforg[eo]t|\bsaved?\b|\bstored?\b|\bin mind\b",
            *("memory", "mcp", "list", "reminder"),
        ),
        _kind(
            r"\bweb ?(?:site|page)|\bpage\b|\bclick|\bbrows(?:e|ing)|\btyped\b",
            "web_browser",
        ),
    ),
)

"""How an answer claims or promises an act, and how people ask for one."""

import re

from pipecatapp.text.rules import ActKind, Claims


def _any(words: str) -> str:
    """Return an alternation of words that are separated by spaces; "_" stands for a space."""
    return "|".join(word.replace("_", " ") for word in words.split())


# Base, third person not needed, past, participle and -ing form of each verb.
VERBS = """
turn/turned/turned/turning switch/switched/switched/switching dim/dimmed/dimmed/dimming
brighten/brightened/brightened/brightening set/set/set/setting put/put/put/putting
open/opened/opened/opening close/closed/closed/closing shut/shut/shut/shutting
lock/locked/locked/locking unlock/unlocked/unlocked/unlocking draw/drew/drawn/drawing
raise/raised/raised/raising lower/lowered/lowered/lowering increase/increased/increased/increasing
decrease/decreased/decreased/decreasing reduce/reduced/reduced/reducing
adjust/adjusted/adjusted/adjusting change/changed/changed/changing
activate/activated/activated/activating deactivate/deactivated/deactivated/deactivating
enable/enabled/enabled/enabling disable/disabled/disabled/disabling arm/armed/armed/arming
play/played/played/playing pause/paused/paused/pausing resume/resumed/resumed/resuming
skip/skipped/skipped/skipping mute/muted/muted/muting start/started/started/starting
stop/stopped/stopped/stopping begin/began/begun/beginning launch/launched/launched/launching
stream/streamed/streamed/streaming call/called/called/calling phone/phoned/phoned/phoning
ring/rang/rung/ringing dial/dialed/dialed/dialing text/texted/texted/texting
message/messaged/messaged/messaging mail/mailed/mailed/mailing
email/emailed/emailed/emailing e-mail/e-mailed/e-mailed/e-mailing send/sent/sent/sending
forward/forwarded/forwarded/forwarding post/posted/posted/posting share/shared/shared/sharing
tweet/tweeted/tweeted/tweeting notify/notified/notified/notifying inform/informed/informed/informing
contact/contacted/contacted/contacting announce/announced/announced/announcing
reply/replied/replied/replying order/ordered/ordered/ordering buy/bought/bought/buying
purchase/purchased/purchased/purchasing book/booked/booked/booking
reserve/reserved/reserved/reserving schedule/scheduled/scheduled/scheduling
arrange/arranged/arranged/arranging cancel/cancell?ed/cancell?ed/cancell?ing pay/paid/paid/paying
transfer/transferred/transferred/transferring deliver/delivered/delivered/delivering
place/placed/placed/placing add/added/added/adding remove/removed/removed/removing
delete/deleted/deleted/deleting erase/erased/erased/erasing clear/cleared/cleared/clearing
remind/reminded/reminded/reminding wake/woke/woken/waking save/saved/saved/saving
store/stored/stored/storing record/recorded/recorded/recording note/noted/noted/noting
write_down/wrote_down/written_down/writing_down remember/remembered/remembered/remembering
memorize/memorized/memorized/memorizing forget/forgot/forgotten/forgetting
update/updated/updated/updating create/created/created/creating check/checked/checked/checking
print/printed/printed/printing scan/scanned/scanned/scanning
download/downloaded/downloaded/downloading install/installed/installed/installing
upload/uploaded/uploaded/uploading run/ran/run/running execute/executed/executed/executing
restart/restarted/restarted/restarting reboot/rebooted/rebooted/rebooting
clean/cleaned/cleaned/cleaning vacuum/vacuumed/vacuumed/vacuuming wash/washed/washed/washing
water/watered/watered/watering feed/fed/fed/feeding heat/heated/heated/heating
preheat/preheated/preheated/preheating boil/boiled/boiled/boiling warm/warmed/warmed/warming
cool/cooled/cooled/cooling brew/brewed/brewed/brewing bring/brought/brought/bringing
fetch/fetched/fetched/fetching connect/connected/connected/connecting
disconnect/disconnected/disconnected/disconnecting block/blocked/blocked/blocking
confirm/confirmed/confirmed/confirming submit/submitted/submitted/submitting
request/requested/requested/requesting search/searched/searched/searching
look_up/looked_up/looked_up/looking_up click/clicked/clicked/clicking type/typed/typed/typing
visit/visited/visited/visiting browse/browsed/browsed/browsing
complete/completed/completed/completing finish/finished/finished/finishing
monitor/monitored/monitored/monitoring track/tracked/tracked/tracking roll/rolled/rolled/rolling
"""
_FORMS = [verb.replace("_", " ").split("/") for verb in VERBS.split()]
BASE, PAST, PARTICIPLE, GOING_ON = ("|".join(forms) for forms in zip(*_FORMS, strict=True))

# What acts are about. Only deeds with these are told from plain talk by their words alone.
THINGS = _any(
    """
    lights? lamps? bulbs? blinds? shutters? curtains? heating heater radiator thermostat
    air_con(?:ditioning|ditioner)? ac fan oven stove kettle dishwasher washing_machine dryer vacuum
    (?:coffee|espresso)(?:_machine|_maker)? tv telly television speakers? radio stereo music songs?
    tracks? playlist podcast audio_?book movie jazz lullaby volume channel doors? gate garage
    windows? alarms? timers? reminders? calendar appointment meeting events? (?:shopping_)?lists?
    e-?mails? mail messages? text_message sms calls? tweet post orders? pizzas? taxi cab uber table
    reservation booking tickets? flight hotel payment money bill parcel groceries flowers roses
    sprinklers? lawn printer camera lock house
    """
)
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
    r"|make sure (?!to (?:keep|be))|get (?:right |started )?on (?:it|that)|get back to you"
    r"|let you know (?:when|once|if|as soon)|check (?:on|back)|look (?:it|that|into)|do (?:it"
    r"|that)"
    r"|handle (?:it|that|this)|play (?:some|the|your|a) )"
    rf"|{I_AM}(?:turning|switching|dimming|locking|unlocking|sending|e-?mailing|texting|phoning"
    rf"|calling"
    r"|messaging|ordering|booking|reserving|scheduling|playing|adding|setting|checking"
    r"|searching|looking (?:it|that) up|on it)\b"
    rf"|{LET_ME}(?:check (?:the|that|it|on|my)|look (?:it|that) up|search|turn (?:on|off|it|the)"
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
    rf"|(?:{BASE})(?:ed|ing)? (?:the|your|some)\b.*\b(?:now|{THINGS})\b)",
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
    r"|play (?!a (?:game|role)|along|with|chess|cards)\S|(?:call|ring|phone|dial|text|message|mail"
    r"|e-?mail|notify|tell) (?:my|the|our|mum|mom|dad|grandma|grandpa|[A-Z]\w+)\b"
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
    r"|is \w+ (?:\w+ )?(?:on|off|locked|closed|done)|when will (?:it|he|she|they))"
    r"|\b(?:have you (?:done|called|sent|ordered|turned|switched|locked)|did you (?:do|send|call"
    r"|turn"
    r"|start|switch|lock|order|book))\b|\bhas it been\b",
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
DELIVERED = re.compile(
    rf"{I_HAVE}(?:sent|mailed|e-?mailed|texted|messaged|posted|delivered|written to)\b"
    rf"|{I_WILL}(?:send|mail|e-?mail|text|message|post|deliver)\b|{I_AM}(?:sending|e-?mailing"
    rf"|texting)\b"
    r"|\bi(?: just)? sent\b|\b(?:is|was|has been|have been|will be|being) (?:sent|delivered)\b"
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
    r"|(?:draft|word|compose|phrase|formulate)\b.*|write me\b.*|write (?:a|an|my|the|some|four"
    r"|three|two)"
    r"\b.*|mean(?:s|ing)?)\b",
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
    asked=ASKED,
    asked_whether=ASKED_WHETHER,
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

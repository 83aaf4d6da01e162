"""How people name what they want done, and how they ask for silence."""

import re

from pipecatapp.text.languages.en.requests import LEAD, POLITE, REMINISCENT, START
from pipecatapp.text.request_rules import Acts

# Somebody who asks not to forget anything asks for the opposite.
FORGET = (
    r"(?<!don't )(?<!do not )(?<!never )(?<!not )(?<!i )"
    r"\b(?:forget|clear|erase|wipe|delete|drop|empty|purge|reset|clean|remove|discard|get rid of)\b"
    r"(?! up\b)"
)
# "That" alone is what was just said; "that file" is something else.
FORGOTTEN = (
    r"\b(?:conversations?|chats?|talk|memory|context|history|everything|all|anything"
    r"|(?:what|things?) (?:i|we|you)|(?:that|this|it)(?=\s*(?:$|[.,!?]|please|now|all|again)))\b"
)
AFRESH = (
    r"\b(?:start|begin) (?:over|again|afresh|anew|(?:a )?(?:new|fresh)|from scratch)\b"
    r"|\bfrom (?:scratch|the beginning)\b|\b(?:fresh|new|clean) (?:start|slate|conversation|chat)\b"
)
PAGE = r"\b(?:pages?|(?:web ?)?sites?|browser|tab|web|links?|buttons?|fields?|form|articles?)\b"
MACHINE = (
    r"\b(?:machines?|computers?|servers?|nodes?|hosts?|local ?host|p ?cs?|laptop|desktop|nas|router"
    r"|raspberry|box|disks?|drives?|cpu|memory|ram|load|uptime|kernel|ports?|services?|process(?:es)?"
    r"|daemon|packages?|logs?|folders?|director(?:y|ies)|files?|ssh|shell|commands?|reboot|restart"
    r"|log in|running|linux|install(?:ed)?|run|start|stop|execute|ping|up|online|alive|reachable"
    r"|versions?|updates?|upgrade|full|space|free|kill|temperature|date|time|users?|logged|syslog)\b"
    r"|(?:\d{1,3}\.){3}\d{1,3}"
)
LISTED = (
    r"\b(?:lists?|shopping|groceries|grocery|shop|store|supermarket|tasks?|to-?dos?|to do|chores)\b"
)
NAMED = {
    "list": rf"{LISTED}|\b(?:buy|need|running out|out of|note|jot|write (?:that |it )?down)\b",
    "strike": (
        rf"{LISTED}|\b(?:strike|cross|tick|check|scratch|remove|delete|drop|off|bought|done)\b"
    ),
    "clear list": (
        rf"\b(?:clear|empty|wipe|erase|delete|reset|clean|remove|drop|get rid of|throw away|take"
        rf"|strike|cross|start|everything)\b[^.?!]{{0,80}}?{LISTED}"
        rf"|{LISTED}[^.?!]{{0,80}}?\b(?:clear|empty|wipe|erase|delete|reset|everything|over)\b"
    ),
    "forget": rf"{FORGET}[^.?!]{{0,80}}?{FORGOTTEN}|{AFRESH}",
    "cancel": (
        r"\b(?:cancel|stop|delete|remove|off|end|clear|drop|kill|forget|disable|deactivate|abort"
        r"|erase|scrap|get rid|no|not|don't|let me sleep)\b"
    ),
    "type": (
        r"\b(?:type|enter|fill|write|put|input|insert|key in|set|search|change|paste)\b"
        r"|\b(?:field|box|form)\b"
    ),
    "click": (
        r"\b(?:click|press|push|hit|tap|follow|select|choose|pick|tick|untick|check|uncheck|open"
        r"|close|accept|reject|submit|expand|activate|toggle)\b"
    ),
    "page": rf"{PAGE}|\b(?:what|read|say|says|written|there|title|open)\b",
    "look": (
        r"\b(?:see|seeing|look|looks|looking|watch|show|shows|camera|webcam|picture|photo|image"
        r"|describe|visible|view|front of|front door|holding|hold(?:ing)? up|wear|wearing"
        r"|any(?:one|body)|some(?:one|body)|who is|who's|people|standing|sitting|lying|hanging)\b"
    ),
    "open": rf"{PAGE}|\b(?:open|go to|visit|browse|load|navigate|surf|pull up|look at|fetch)\b",
    "command": MACHINE,
    "playbook": r"\b(?:playbooks?|ansible|heal|deploy|dry run|ya?ml)\b",
    "sleep": r"\b(?:sleeps?|asleep|idle|idles|idling|timeout|threshold|awake|power down)\b",
    "status": (
        r"\b(?:status|state|report|running|runs?|services?|systems?|uptime|memory|ram|models?"
        r"|experts?|health|healthy|self|tools?|busy|technically|technical|voice|fast|slow|online"
        r"|offline|jobs?|cluster|load|version|down|up|working|works?|parts|broken|recognition"
        r"|pipeline|megabytes|gigabytes|cpu|components?)\b"
    ),
}

# What may stand around a request for silence, as speech has it.
BEFORE = (
    r"(?:(?:oh|okay|ok|hey|hi|no|yes|yeah|please|twin|just|well|right|alright|all right|thanks"
    r"|thank you|um|uh|wait|now|so|and|but|i said|i (?:want|need|told) you to"
    r"|you (?:can|should|must|may|need to|have to)|(?:would|could|can|will) you) )*"
)
AFTER = (
    r"(?: (?:please|now|twin|okay|ok|thanks|thank you|already|right now|at once|immediately"
    r"|for now|will you|would you|can you|could you|for a moment|for a minute|then|man))*"
)
SILENCE = (
    r"(?:stop(?: (?:it|that|this))?(?: (?:talking|speaking|reading|chatting|rambling|babbling))?"
    r"|stop (?:there|here|everything|all of it|the talking|the reading|yourself)"
    r"|halt|hold it|abort|enough(?: of (?:that|this|it))?|no more(?: talking)?"
    r"|(?:that's|thats|that is|this is|it's|its) (?:quite )?enough(?: of (?:that|this|it))?"
    r"|that'll do|that will do|(?:be|stay|keep) (?:quiet|silent|still)|quiet|silence|sh+|s?hush"
    r"|shush|shut (?:up|it|your mouth)|zip it|cut it out|knock it off|give it a rest"
    r"|cancel(?: (?:it|that|this))?|never ?mind(?: (?:it|that|this))?|forget it"
    r"|don't (?:talk|speak|say anything)(?: any ?more)?|i(?:'ve| have) heard enough)"
)
# Alone, "start" is no request that could be answered, and it is what Whisper makes of one "Stop!"
# in four.
STOP = rf"start|{BEFORE}{SILENCE}(?: {BEFORE}{SILENCE})*{AFTER}"

ACTS = Acts(
    named={name: re.compile(pattern, re.IGNORECASE) for name, pattern in NAMED.items()},
    repeated=re.compile(
        r"\b(?:again|once more|one more time|same|too|also|as well|another|instead|repeat"
        r"|likewise)\b"
        r"|^(?:u[hm]+,? |so,? )*(?:and|what about|how about)\b",
        re.IGNORECASE,
    ),
    # "Can you remember what we said" asks; it does not ask to keep anything.
    keeping=re.compile(
        rf"{START}(?!(?:can|could|will|would) you (?:please |just |also )*remember\s+"
        rf"{REMINISCENT.pattern.removeprefix('^')}){POLITE}{LEAD}\b",
        re.IGNORECASE,
    ),
    amount=re.compile(
        r"\b(?:half|quarter|couple|few|dozen|double|twice|once)\b"
        r"|\b(?:an?|one) (?:\w+ )?(?:second|minute|hour|day|week|month|year)\b",
        re.IGNORECASE,
    ),
    this_machine=re.compile(
        r"\b(?:(?:this|your|your own|the local) (?:machine|computer|pc|box|server|host|laptop|node"
        r"|desktop)|here|local ?host|yourself|locally)\b",
        re.IGNORECASE,
    ),
    spoken_address=re.compile(
        r"\b(?:(?:page|site|website)(?: (?:at|of|on|called))?|at|to|visit|load|open(?= \w+ dot))\s+"
        r"((?:\w+\s+){1,4}?dot\s+\w+(?:\s+(?:dot|slash|dash|colon)\s+\w+)*)",
        re.IGNORECASE,
    ),
    stop=re.compile(STOP),
)

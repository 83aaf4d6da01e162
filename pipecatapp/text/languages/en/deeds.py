"""How people ask for a deed, for a text, and for what goes on right now."""

import re

from pipecatapp.text.languages.en.act_words import BASE, PAST, STATES, THINGS, any_of

POLITE = (
    r"(?:^|[.!?,;]\s*|\b(?:please|and|then|just|now|you|you to|so|twin|to|hey|okay|ok|let's)\s+)"
)
WORDS = r"(?: [\w'-]+){0,5}? "
# What is done to one of the things that deeds are about, or to its state.
TO_THINGS = any_of(
    """
    turn switch put shut make set dim open close lock unlock draw roll raise lower adjust arm disarm
    start stop pause skip mute warm run add cancel create clean water fix activate deactivate get
    show print pay have post reply answer write leave
    """
)
STATE = any_of("on off up down louder quieter warmer brighter darker degrees")
NOBODY = r"(?:(?:me|it|you|this|that|a|an|yourself|him a|her a|for|of|in|is|to)\b)"
RELATIVE = r"(?:my|the|our|mum|mom|dad|grandma|grandpa|(?-i:[A-Z]\w+))"
# These need nothing to be about.
ALWAYS = any_of(
    """
    send forward transfer order_(?!these|them|the_(?:words|numbers)) buy purchase book reserve
    preheat boil brew feed vacuum wake_me remind_me tweet (?:unlock|lock)_
    """
)
ASKED = re.compile(
    rf"{POLITE}(?:(?:{TO_THINGS}){WORDS}(?:{THINGS}|{STATE})\b"
    r"|(?:turn|switch|put) (?:it|them|that|on|off|everything)\b"
    r"|play (?!a (?:game|role)|along|with|chess|cards)\S"
    rf"|(?:call|ring|phone|dial|text|message|mail|e-?mail|notify) (?!{NOBODY})\w+"
    rf"|tell {RELATIVE}(?: \w+)? (?:that|to|i|we)\b"
    r"|give (?:my|the|our|[A-Z]?\w+)(?: \w+)? a (?:call|ring)"
    rf"|{ALWAYS})"
    # "He always leaves the lights on" asks for nothing.
    r"|^(?!(?:he|she|they|(?:we|i)(?! (?:want|need|would))|somebody|someone)\b)"
    rf".*\b(?:{THINGS})(?: [\w'-]+){{0,4}} (?:on|off|up|down)(?: please)?[.!]*$",
    re.IGNORECASE,
)

OPENING = r"^(?:(?:so|and|well|okay|ok|twin|but|hey)\b[\s,?]*)*"
DID_YOU = any_of(
    """
    have_you did_you has_it is_it are_they was_it were_they have_they so_it's so_they're is_that
    are_you_done you_did did_it and\\? really when_will_(?:it|he|she|they)
    """
)
ASKED_WHETHER = re.compile(
    rf"{OPENING}(?:{DID_YOU}|is \w+ (?:\w+ )?(?:on|off|locked|closed|done)"
    rf"|(?:is|are|was|were) (?:the|my|our|your|all) (?:[\w'-]+ ){{1,4}}?{STATES})"
    r"|\bhave you (?:done|called|sent|ordered|turned|switched|locked)\b|\bhas it been\b"
    r"|\bdid you (?:do|send|call|turn|start|switch|lock|order|book)\b|\b(?:have|did) you[?.!\s]*$",
    re.IGNORECASE,
)
OF_DEED = any_of(
    """
    do be been being go gone going_to get got here there take taken long arrived? arrives come
    coming ready works? worked working through happen(?:ed|ing)? all so it that them this everything
    yet now already really again then please
    """
)
DONE = rf"{STATES}|{PAST}|{BASE}|{OF_DEED}"
FOLLOW_UP = re.compile(
    rf"(?:{OPENING}|^.{{1,80}}[\s,.!?])(?:have|did) you(?: (?:{DONE})){{0,4}}[\s?!.]*$"
    rf"|{OPENING}(?:had you"
    r"|(?:is|was|are|were|has|have|did|will|does|do) (?:it|that|they|he|she)"
    r"|(?:when|how (?:long|soon)) (?:will|is|are|does|do|did|would) (?:it|that|this|they|he|she))"
    rf"(?: (?:{DONE})){{0,4}}[\s?!.]*$",
    re.IGNORECASE,
)
INSISTED = re.compile(
    r"^(?:(?:so|and|well|okay|ok|twin|but|no|yes|please|then)\b[\s,]*)*(?:just )?"
    r"(?:do (?:it|that|so)|try (?:it )?again|again|go ahead|yes please|please do|now|go on"
    r"|come on)\b",
    re.IGNORECASE,
)

MESSAGE = any_of("e-?mail mail message text letter note reply invitation card post sms speech")
DRAFTED = re.compile(
    r"\b(?:draft|word|compose|phrase|formulate|write|help me (?:write|word))\b"
    rf".*\b(?:{MESSAGE})\b",
    re.IGNORECASE,
)
COMPOSED = re.compile(
    r"\b(?:stor(?:y|ies)|tale|poem|verse|rhyme|lyrics|haiku|limerick|dialog(?:ue)?|scene|play about"
    r"|joke|riddle|essay|speech|sentence|(?:four|three|two|few|some) lines"
    r"|translat\w+|how (?:do|would|can) (?:you|i|we) say"
    r"|in (?:german|french|spanish|italian|english|latin|dutch|portuguese)"
    r"|pretend|imagine|role|spell|quote|mean(?:s|ing)?|code|python|program|script|function)\b",
    re.IGNORECASE,
)

NOW = r"(?:now|today|at the moment|currently|right now)"
RESULT_DAY = r"(?:last night|yesterday|today|right now|now|tonight)"
DAY = r"(?:today|tomorrow|tonight|now|outside|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
WEATHER = any_of(
    "rain\\w* snow\\w* sunny cloudy windy storm\\w* hail\\w* fogg?y? hot cold warm freezing"
)
ASKED_PRESENT = re.compile(
    r"^(?!.*\bwhy\b).*(?:"
    # the weather
    r"\b(?:is|isn't|will|does|did|has) it (?:still |going to |gonna |be |been )*"
    rf"(?:{WEATHER})\b"
    r"|\b(?:what|how)(?:'s| is| will| was| are)? (?:the )?(?:weather|forecast|temperature)\b"
    rf"|\b(?:weather|forecast)\b.*\b{DAY}\b|\b(?:need|take|bring) (?:an umbrella|a coat|a jacket)\b"
    r"|\bhow (?:hot|cold|warm|windy|many degrees) is it\b"
    # the news
    r"|\b(?:today's|latest|current|recent) "
    r"(?:news|headlines?|exchange rate|price|score|traffic|weather)\b"
    r"|\b(?:news|headlines)\b.*\b(?:today|now|tonight)\b|\bthe news$"
    r"|\bwhat (?:happened|is happening|'?s happening|'s new)\b"
    r".*\b(?:today|now|tonight|in the world)\b"
    # prices
    rf"|\b(?:price|cost|worth|share|stock|rate)\b.*\b{NOW}\b"
    rf"|\bhow much (?:is|are|does)\b.*\b{NOW}\b"
    # traffic
    r"|\b(?:traffic|jam)\b.*\b(?:now|today|on the|to work|moment)\b"
    r"|\b(?:bus|train|flight|plane|tram)\b.*\b(?:late|delayed|landed|on time|running|left)\b"
    # results
    rf"|\bwho (?:won|is winning|is ahead|leads)\b.*\b{RESULT_DAY}\b|\bwhat(?:'s| is) the score\b)",
    re.IGNORECASE | re.DOTALL,
)

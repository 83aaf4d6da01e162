"""How people speak of lists, and what the twin says of them."""

import re

from pipecatapp.text.list_rules import ListRules, ListSentences, Pattern

# A name has up to four words, none of which could begin another part of the sentence: in "add call
# to mom to my to do list" the list is "to do".
NO_NAME = (
    r"(?:to|on|onto|in|into|from|off|of|the|my|our|your|a|an|and|or|please|me|us|list|lists|for|is"
    r"|are|that|this|which|with)\b"
)
NAME_WORD = rf"(?!{NO_NAME})[^\W_][\w&'\u2019-]*"
THE = r"(?:(?:the|my|our|your|this|that)\s+)?"
# "The list for tomorrow" is not called so.
SOON = (
    r"(?:today|tonight|tomorrow|now|later|next|this|me|us|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"\b"
)
CALLED = (
    rf"(?:\s+(?:called|named|for|of)\s+(?!{SOON})(?:the\s+|my\s+|our\s+)?"
    r"(?P<called>[^,.:;?!]{1,60}?))?"
)
# "The groceries" and "my to-dos" are lists without the word.
LIST = (
    rf"{THE}(?:(?P<name>(?:to[ -]?do\s+|(?:{NAME_WORD}\s+){{1,4}}?)?)list{CALLED}"
    r"|(?P<bare>groceries|to-?dos|to do's|tasks))"
)
THERE = r"(?:to|on|onto|on to|in|into)"
OFF = r"(?:off|from|of|off of|out of)"
ITEMS = r"(?P<items>.+?)"
# What "it" stands for, in the words before: "we are out of tea, put it on the list".
STATED = r"(?P<items>[^.;:?!]{1,80}?)(?:\s+(?:left|now|already|at home))*"
THEN = r"\s*[,;.]?\s+(?:(?:so|and|then|please|you can|can you|could you|you should|let's)\s+)*"
IT = r"(?:it|that|them|those)"
LACK = (
    r"(?:(?:i|we)(?:['\u2019](?:re|m)|\s+are|\s+am)\s+(?:(?:nearly|almost|all|running)\s+)*out\s+of"
    r"|there(?:['\u2019]s|\s+is|\s+are)\s+no(?:\s+more)?)"
)
# A thing of a few words, and no sentence.
THING = (
    r"(?P<items>(?!(?:i|we|you|he|she|they|it|what|who|which|should|if|that|this|there)\b)"
    r"(?:(?!(?:so|because|that|which|is|are|was|then)\b)\S+\s+){0,5}?\S+)"
)
SHOULD = r"(?:should|must|has to|have to|needs? to|ought to)"
ADD = (
    r"(?:also\s+)?(?:add|put|write|stick|pop|include|place|note(?: down)?|jot(?: down)?|write down)"
)
MAKE = r"(?:make|create|start|begin|open|set up)(?:\s+(?:me|us))?"
TAKE_OFF = (
    r"(?:strike|cross|take|tick|check|scratch|remove|delete|drop|get rid of|erase|strike out)"
)


def whole(*patterns: str) -> tuple[Pattern, ...]:
    """Return patterns that match a request from its first word to its last."""
    return tuple(re.compile(rf"{pattern}$", re.IGNORECASE | re.DOTALL) for pattern in patterns)


LISTS = ListRules(
    add=whole(
        rf"{ADD}\s+{ITEMS}\s+(?:down\s+)?{THERE}\s+{LIST}(?:\s+as well|\s+too|\s+again)?",
        rf"(?:add|put|write)\s+(?:down\s+)?{THERE}\s+{LIST}\s*[:,]?\s+{ITEMS}",
        rf"on(?:to)?\s+{LIST}\s*,?\s+(?:please\s+)?(?:put|write|goes?)\s+{ITEMS}",
        rf"(?:{LACK}|(?:i|we)\s+need(?:\s+more)?)\s+{STATED}{THEN}{ADD}\s+{IT}\s+{THERE}\s+{LIST}",
        rf"(?:i|we)\s+(?:also\s+)?need\s+{ITEMS}\s+on\s+{LIST}",
        rf"{LIST}\s*:\s+{ITEMS}",
        rf"{THING}\s+(?:also\s+)?(?:belongs?|goes|go|{SHOULD}\s+(?:also\s+)?(?:be|go|come))\s+on\s+{LIST}",
        rf"{LIST}\s+(?:also\s+|still\s+)?(?:needs|lacks|is missing|could do with)\s+"
        rf"(?!(?:another|something|more|to be)\b){ITEMS}",
    ),
    strike=whole(
        rf"{TAKE_OFF}\s+{ITEMS}\s+(?:off\s+)?{OFF}\s+{LIST}",
        rf"(?:strike|cross|tick|check|scratch)\s+(?:off|out)\s+{ITEMS}"
        rf"(?:\s+(?:{OFF}|on)\s+{LIST})?",
        rf"(?:i|we)(?:['\u2019]ve|\s+have)?\s+(?:already\s+|just\s+)*(?:got|bought|have)\s+{STATED}{THEN}"
        rf"(?:strike|cross|take|tick|check|scratch)\s+{IT}\s+off(?:\s+(?:from\s+|of\s+)?{LIST})?",
        rf"(?:take|tick|check)\s+{ITEMS}\s+off",
        rf"(?:strike|cross|scratch)\s+{ITEMS}\s+(?:off|out)",
    ),
    read=whole(
        rf"what(?:['\u2019]s|s| is| are| do (?:i|we) have| have (?:i|we) got| else is| all is)"
        rf"(?:\s+(?:all|still|left|else|currently|now))*\s+on\s+{LIST}"
        r"(?:\s+(?:now|so far|at the moment|right now|today))?",
        rf"what\s+(?:does|do)\s+{LIST}\s+(?:say|contain|have on it|look like)",
        rf"(?:read|show|tell|give|list)(?:\s+(?:me|us))?(?:\s+(?:out|back|again))*\s+"
        rf"(?:what(?:['\u2019]s|s| is)\s+on\s+|everything\s+on\s+|all\s+of\s+)?{LIST}"
        r"(?:\s+(?:out|aloud|back|again|out loud))*(?:\s+to\s+(?:me|us))?",
        rf"how\s+many\s+(?:things|items|entries)\s+are\s+(?:there\s+)?on\s+{LIST}",
        rf"how\s+long\s+is\s+{LIST}",
    ),
    check=whole(
        rf"(?:is|are)\s+(?:there\s+)?(?:already\s+)?(?P<item>.+?)\s+(?:already\s+|still\s+)?on\s+"
        rf"{LIST}(?:\s+(?:already|yet|now))?",
        rf"(?:do|have)\s+(?:i|we)\s+(?:have\s+|got\s+|put\s+)?(?P<item>.+?)\s+"
        rf"(?:already\s+)?on\s+{LIST}(?:\s+(?:already|yet))?",
        rf"(?:did|have)\s+(?:i|we|you)\s+(?:already\s+)?(?:add|put|added|write|written)\s+"
        rf"(?P<item>.+?)\s+{THERE}\s+{LIST}(?:\s+(?:already|yet))?",
    ),
    clear=whole(
        rf"(?:clear|empty|wipe|clean|erase|reset)(?:\s+(?:out|off))?\s+(?:the whole\s+)?{LIST}",
        rf"(?:clear|delete|remove|erase|strike|take|cross|wipe)\s+(?:everything|all|all the items"
        rf"|all items|it all|(?:every|each) (?:single )?(?:thing|item|entry|task))"
        rf"(?:\s+(?:off|out))?\s+(?:(?:{OFF}|on|in)\s+)?{LIST}",
        rf"(?P<delete>delete|get rid of|throw away|remove)\s+(?:the whole\s+)?{LIST}",
    ),
    names=whole(
        r"(?:which|what|how many)\s+lists\s+(?:are there|do (?:i|we|you) have|have (?:i|we|you) got"
        r"|have we|exist|are kept)(?:\s+now)?",
        r"(?:what are|show(?: me)?|name|list|tell me|read(?: me)?)\s+(?:all\s+)?(?:of\s+)?"
        r"(?:my|our|the|your)\s+lists",
        r"do (?:i|we|you) have (?:any|other|some) lists",
    ),
    # "Make a list of rivers" asks for an answer.
    create=whole(
        rf"{MAKE}\s+(?:a|an|another)\s+(?:new\s+)?list\s+(?:called|named)\s+(?P<called>.+?)",
        rf"{MAKE}\s+(?:a|another)\s+new\s+(?P<name>(?:{NAME_WORD}\s+){{1,4}}?)list",
        rf"{MAKE}\s+(?:a|another)\s+new\s+list\s+for\s+(?:the\s+|my\s+|our\s+)?(?P<called>.+?)",
    ),
    undo=whole(
        r"undo(?:\s+(?:that|it|this|the last (?:one|change|thing)|what you just did))?",
        r"(?:put|bring)\s+(?:that|it|them|those|everything)\s+back(?:\s+on(?:to)?\s+(?:the|my|our)"
        r"(?:\s+\w+){0,3}\s+list)?",
    ),
    polite=re.compile(
        r"(?:(?:can|could|will|would) (?:you|i|we) (?:please |just |also |maybe )*"
        r"|(?:i(?:'d|\u2019d| would) like|i want|i need) you to (?:please |also )*"
        r"|(?:i(?:'d|\u2019d| would) like|i want|we want) to (?:please |also )*"
        r"|(?:please |just |also |quickly |go ahead and |let'?s |let\u2019s )+)?",
        re.IGNORECASE,
    ),
    tail=re.compile(
        r"(?:[\s,]+(?:please|okay|ok|for me|for us|thanks|thank you|will you|would you|could you"
        r"|can you|twin))*[\s.!?]*$",
        re.IGNORECASE,
    ),
    pronoun=re.compile(
        r"^(?:(?:still |already )?(?:something|anything|nothing)(?: to \w+| else| left)?"
        r"|it|that|this|them|those|these|one|some|both|all|everything|anything|something|nothing"
        r"|what|more|things|stuff|me|him|her|us|(?:the|that|this|these|those) (?:one|ones|two|thing"
        r"|things|items?|last (?:one|item|thing)))(?: (?:too|all|both|again))?$",
        re.IGNORECASE,
    ),
    other_request=re.compile(
        r"\blists?\b|(?<!\bdr)(?<!\bmr)(?<!\bst)(?<!\bmrs)(?<!\bno)[.?!]\s+(?-i:[A-Z])",
        re.IGNORECASE,
    ),
    determiner=re.compile(r"^(?:(?:some|the|a|an|my|our|your|any|this|that)\s+)+", re.IGNORECASE),
    some=re.compile(r"^(?:(?:also|some|please)\s+)+", re.IGNORECASE),
    list_word=re.compile(r"\s*\blists?$", re.IGNORECASE),
    plural=re.compile(r"(?<=\w\w)(?:ies|y|es|e|(?<!s)s)$"),
    separator=re.compile(
        r"\s*(?:[;\n]|,(?!\d)|(?<!\d),)\s*(?:(?:and|plus|also|as well as)\s+)?", re.IGNORECASE
    ),
    conjunction=re.compile(r"\s+(?:and|plus|as well as|&)\s+(?:also\s+|some\s+)?", re.IGNORECASE),
    pairs=re.compile(
        r"\b(?:salt (?:and|&) (?:black |white )?pepper|mac(?:aroni)? (?:and|&) cheese"
        r"|fish (?:and|&) chips|half (?:and|&) half|gin (?:and|&) tonics?|rum (?:and|&) coke"
        r"|oil (?:and|&) vinegar|salt (?:and|&) vinegar(?= (?:crisps|chips))"
        r"|(?:peanut butter|pb) (?:and|&) (?:jelly|jam)|m (?:and|&) ms?|m(?:and|&)m'?s"
        r"|head (?:and|&) shoulders|ben (?:and|&) jerry'?s|johnson (?:and|&) johnson"
        r"|arm (?:and|&) hammer|procter (?:and|&) gamble|sour cream (?:and|&) onion"
        r"|cheese (?:and|&) onion|cookies (?:and|&) cream|pork (?:and|&) beans"
        r"|rice (?:and|&) beans|bangers (?:and|&) mash|bubble (?:and|&) squeak"
        r"|sweet (?:and|&) sour|black (?:and|&) white|nuts (?:and|&) bolts|bits (?:and|&) pieces"
        r"|hide (?:and|&) seek|pestle (?:and|&) mortar|mortar (?:and|&) pestle"
        r"|dungeons (?:and|&) dragons|pride (?:and|&) prejudice|war (?:and|&) peace"
        r"|knife (?:and|&) fork|cup (?:and|&) saucer|washing (?:and|&) ironing)\b",
        re.IGNORECASE,
    ),
    quoted=re.compile(
        '["\u201c\u201e\u00ab]([^"\u201d\u201c\u00bb]+)["\u201d\u201c\u00bb]'
        "|(?<!\\w)['\u2018]([^\u2019']+(?:['\u2019]\\w[^\u2019']*)*)['\u2019](?!\\w)"
    ),
    same_list={
        **{"shopping": "shopping", "to-do": "to-do"},
        **dict.fromkeys(
            ("grocery", "groceries", "food shopping", "shop", "supermarket"), "shopping"
        ),
        **dict.fromkeys(("to do", "todo", "to-dos", "todos", "to do's", "task", "tasks"), "to-do"),
    },
    no_names=frozenset(
        (
            *("play", "mailing", "waiting", "contact", "contacts", "friend", "friends", "price"),
            *("allow", "block", "deny", "access", "black", "white", "inventory", "host", "word"),
            *("process", "package", "user", "bucket", "linked", "python", "channel", "station"),
        )
    ),
    shopping="shopping",
    usual=frozenset(("shopping", "to-do")),
    tasks=frozenset(("to-do", "chores", "chore", "work", "housework", "errands", "homework")),
    the_list="the {name} list",
    joined=" and ",
    sentences=ListSentences(
        added="I put {items} on {name}.",
        added_several="I put {count} things on {name}: {items}.",
        known="Already on {name}: {items}.",
        removed="I took {items} off {name}.",
        missing="Not on {name}: {items}.",
        several_fit='More than one thing on {name} could be "{item}": {items}. Say which one.',
        on_it="Yes, {name} has {items}.",
        not_on_it="No, {items} is not on {name}.",
        holds_one="There is one thing on {name}: {items}.",
        holds="There are {count} things on {name}: {items}.",
        empty="There is nothing on {name}.",
        more="{items}, and {count} more",
        cleared="I cleared {name} of this: {items}. Say undo if that was wrong.",
        deleted="I deleted {name}. Say undo if that was wrong.",
        created="There is a new list now: {name}.",
        exists="There is {name} already.",
        no_list="There is no list called {item}.",
        no_lists="There are no lists yet. Say, for example: add milk to the shopping list.",
        lists="The lists are: {items}.",
        undone_added="I took {items} off {name} again.",
        undone_removed="I put {items} back on {name}.",
        nothing_to_undo="There is no change of a list that I could undo.",
        no_item="Say what it is about, for example: add milk to the shopping list.",
        not_kept="I could not change the list. {reason}",
        set_aside=(
            "The file of the lists could not be read, so the lists begin empty. "
            "What there was of it is kept as {path}."
        ),
    ),
)

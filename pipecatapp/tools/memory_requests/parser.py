"""Recognizes requests to remember or forget something by their wording.

It reads what people type and what speech recognizers write. Code decides, because a small model is
not reliable enough for this.
"""

import re

_START = (
    r"^(?:(?:u+h*m+|u+h+|e+r+m*|h+m+|so|well|okay|ok|alright|right|oh|hey|hi|hello|yeah|yes|no|now"
    r"|and|but|also|oh and|one more thing|by the way|twin|please|listen|actually|just|like)"
    r"[,.!:]*\s+)*"
)
_POLITE = (
    r"(?P<polite>(?:can|could|will|would) you (?:please |just |also )*"
    r"|(?:i(?:'d| would) like|i want|i need) you to (?:please |also |always )*"
    r"|(?:you should|you must|you can|you may|make sure (?:you|to)|try to|help me(?: to)?) "
    r"|(?:please |just |also |always )+)?"
)
_LEAD = (
    r"(?P<lead>(?:remember|save|store|memori[sz]e|note) the fact|remember|memori[sz]e"
    r"|(?:do not|don'?t)(?: you)?(?: ever)? forget|never forget"
    r"|(?:keep|bear) in mind|(?:make|take) a (?:mental )?note(?: of)?|take note(?: of)?"
    r"|note(?: down)?(?= that\b|:)|(?:save|store|keep|put|add) (?:in|to) (?:your|long-term) memory)"
)
_LINK = r"(?P<link>(?:[,:]|\s+(?:that|this|the following|for me|for later))*[,:]?)\s+"
_WISH = re.compile(f"{_POLITE}{_LEAD}{_LINK}(?P<rest>.+)$", re.IGNORECASE)
_FIRST = re.compile(_START, re.IGNORECASE)
# In a sentence without punctuation, "please" or "and" before and "that" after make it a request.
_AMID = re.compile(
    rf"[\s,;]+(?:(?:so|and|but|please|also)[\s,]+)+{_LEAD}\s+that\s+(?P<rest>.+)$", re.IGNORECASE
)
_AT_THE_END = re.compile(
    r"^(?P<rest>.+?)[\s,.;:!-]+(?:(?:so|and|but|please|also|just|(?:can|could) you)[\s,]+)*"
    r"(?:(?:remember|memori[sz]e|(?:do not|don'?t|never) forget|note) (?:that|this|it)(?: down)?"
    r"|(?:keep|bear) (?:that|this|it) in mind|(?:make|take) a note of (?:that|this|it))"
    r"(?:[\s,]+(?:please|for me|okay|ok|will you|thanks|thank you|twin))*[.!]*$",
    re.IGNORECASE,
)
# "I can't remember that" and "do you remember that" are not requests.
_NO_STATEMENT = re.compile(
    r"\b(?:i|you|we|they|he|she|to|not|can'?t|cannot|couldn'?t|don'?t|won'?t|still|never|always"
    r"|hardly|who|what|where|when|which|how|why)$",
    re.IGNORECASE,
)
# What follows "remember" in a reminiscence or a question: "the time we ...", "when we ...".
_MOMENT = (
    r"(?:time|day|night|evening|summer|one|guy|man|woman|film|movie|song|story|joke|place|thing)"
    r"(?:$|\s+(?:we|when|i|you|he|she|they|with|at|in|on|from|where|about|last)\b)"
)
_REMINISCENT_THAT = re.compile(f"^{_MOMENT}", re.IGNORECASE)
_REMINISCENT = re.compile(
    r"^(?:(?:me|us|him|them|when|how|what|where|who|whose|why|which|if|whether|back in|from)\b"
    rf"|(?:the|those|these) {_MOMENT})",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"^(?:he|she|it|they|his|her|its|their|this|these|those)\b", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:[\s,]+(?:please|okay|ok|for me|thanks|thank you|will you|would you|twin))+[.!]*$",
    re.IGNORECASE,
)
_ABBREVIATED = r"(?<!\b[A-Z]\.)(?<!\b[DMS][rst]\.)(?<!\bNo\.)(?<!\bMrs\.)(?<!\bProf\.)"
_SENTENCE_END = re.compile(rf"{_ABBREVIATED}(?<=[.!?])\s+|\n+")
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")

_FORGET = re.compile(
    rf"{_POLITE}(?:forget(?: about(?= (?:my|our|the fact|what|everything)\b))?"
    r"|stop remembering"
    r"|(?:delete|erase|remove|drop|clear|wipe)(?= .*\b(?:the (?:fact|memory|memories|note)\b"
    r"|what (?:you|i) |everything (?:you|i) |(?:in|from|out of) (?:your|the|long-term) memory)))"
    r"\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:(?:what|everything|anything|all|whatever)\b(?: that)?(?: (?:you|i|we)(?:'ve| have| had)?"
    r"(?: just| ever| once)? (?:know|knew|remember|told|said|saved|stored|mentioned|learned)"
    r"(?: to)?(?: you)?)?|the (?:memory|memories|note|notes|facts?)) (?:about|of|on|regarding) ",
    re.IGNORECASE,
)
_THAT = re.compile(r"^(?:(?:the )?(?:fact|memory|note)(?: that)?|that)[,:]?\s+", re.IGNORECASE)
_FROM_MEMORY = re.compile(
    r"\s+(?:in|from|out of) (?:your|the|long-term) (?:long-term )?memory$", re.IGNORECASE
)
_NOTHING_KEPT = re.compile(
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


def asked_to_remember(words: str) -> str | None:
    """Return what a user asks to remember, word for word, or None if the words are no such request.

    "Um please remember that the bins go out on Tuesday" gives "the bins go out on Tuesday".

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    sentences = _sentences(words)
    for number, sentence in enumerate(sentences):
        found = _WISH.match(sentence, _FIRST.match(sentence).end())  # type: ignore[union-attr]
        if found and (wanted := _content(found, sentences[number + 1 :])):
            return wanted
    whole = " ".join(sentences)
    outside = _QUOTED.sub(lambda quote: " " * len(quote.group()), whole)
    if amid := _AMID.search(outside):
        rest = whole[amid.start("rest") :]
        # "... and remember that she hates it" needs the words before it.
        return _trim(f"{whole[: amid.start()]}, {rest}" if _PRONOUN.match(rest) else rest)
    if ended := _AT_THE_END.match(whole):
        rest = ended["rest"]
        if len(rest.split()) > 2 and not rest.endswith("?") and not _NO_STATEMENT.search(rest):
            return _trim(rest)
    return None


def asked_to_forget(words: str) -> str | None:
    """Return what a user asks to forget, or None if the words are no such request.

    "Please forget what I told you about Ada" gives "Ada", "forget that I live in Porto" gives
    "I live in Porto": the words to search the facts for.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    for sentence in _sentences(words):
        found = _FORGET.match(sentence, _FIRST.match(sentence).end())  # type: ignore[union-attr]
        if not found:
            continue
        rest = _trim(found["rest"].rstrip("?"))
        if _NOTHING_KEPT.match(rest):
            return None
        topic = _ABOUT.sub("", _FROM_MEMORY.sub("", rest), count=1)
        return _trim(_THAT.sub("", topic, count=1)) or None
    return None


def _content(found: re.Match[str], following: list[str]) -> str | None:
    """Return what a request is about, or None if it is no request after all."""
    rest, link, polite = found["rest"], found["link"].lower(), (found["polite"] or "").lower()
    bare = found["lead"].lower() == "remember" and "th" not in link
    if "following" in link or "this:" in link:
        rest = " ".join([rest, *following])
    if rest.endswith("?") and (bare or not polite):
        return None  # "remember my sister?"
    if bare and ("you " in polite or _REMINISCENT.match(rest)):
        return None  # "can you remember my name"
    if not bare and _REMINISCENT_THAT.match(rest):
        return None
    kept = _trim(rest.rstrip("?"))
    return kept if len(kept.split()) >= (3 if bare else 2) else None


def _sentences(words: str) -> list[str]:
    parts = _SENTENCE_END.split(words.strip())
    return [" ".join(part.replace("\u2019", "'").split()) for part in parts if part.strip()]


def _trim(text: str) -> str:
    return _TAIL.sub("", text.strip()).strip(" ,;:.!")

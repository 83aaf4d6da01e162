"""What a user asks in so many words: to remember something, or to forget it.

Both are told by their wording alone, as people type and as speech recognizers write: what is asked
for must never depend on a small model's mood.
"""

import re

from pipecatapp.text.language import language


def asked_to_remember(words: str) -> str | None:
    """Return what a user asks to remember, word for word, or None where nobody asks for that.

    "Um please remember that the bins go out on Tuesday" gives "the bins go out on Tuesday".

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    requests = language().requests
    sentences = _sentences(words)
    for number, sentence in enumerate(sentences):
        found = requests.wish.match(sentence, requests.opening.match(sentence).end())  # type: ignore[union-attr] # it always matches
        if found and (wanted := _wanted(found, sentences[number + 1 :])):
            return wanted
    whole = " ".join(sentences)
    outside = language().quotations.closed.sub(lambda quote: " " * len(quote.group()), whole)
    if amid := requests.amid.search(outside):
        rest = whole[amid.start("rest") :]
        # "... and remember that she hates it" says nothing without what came before.
        return _trimmed(
            f"{whole[: amid.start()]}, {rest}" if requests.pronoun.match(rest) else rest
        )
    if ended := requests.at_the_end.match(whole):
        rest = ended["rest"]
        if (
            len(rest.split()) > 2
            and not rest.endswith("?")
            and not requests.no_statement.search(rest)
        ):
            return _trimmed(rest)
    return None


def asked_to_forget(words: str) -> str | None:
    """Return what a user asks to forget, or None where nobody asks for that.

    "Please forget what I told you about Ada" gives "Ada", "forget that I live in Porto" gives
    "I live in Porto": words to look up facts with.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    requests = language().requests
    for sentence in _sentences(words):
        found = requests.forget.match(sentence, requests.opening.match(sentence).end())  # type: ignore[union-attr] # it always matches
        if not found:
            continue
        rest = _trimmed(found["rest"].rstrip("?"))
        if requests.nothing_kept.match(rest):
            return None
        topic = requests.about.sub("", requests.from_memory.sub("", rest), count=1)
        return _trimmed(requests.that.sub("", topic, count=1)) or None
    return None


def _wanted(found: re.Match[str], following: list[str]) -> str | None:
    """Return what a wish is about, or None where it is none after all."""
    requests = language().requests
    rest, link, polite = found["rest"], found["link"].lower(), (found["polite"] or "").lower()
    bare = found["lead"].lower() == requests.bare_lead and not requests.statement_link.search(link)
    if requests.continued_link.search(link):
        rest = " ".join([rest, *following])
    if rest.endswith("?") and (bare or not polite):
        return None  # "remember my sister?"
    if bare and (requests.asks_ability.search(polite) or requests.reminiscent.match(rest)):
        return None  # "can you remember my name"
    if not bare and requests.reminiscent_that.match(rest):
        return None
    kept = _trimmed(rest.rstrip("?"))
    return kept if len(kept.split()) >= (3 if bare else 2) else None


def _sentences(words: str) -> list[str]:
    parts = language().requests.sentence_end.split(words.strip())
    return [" ".join(part.replace("\u2019", "'").split()) for part in parts if part.strip()]


def _trimmed(text: str) -> str:
    return language().requests.tail.sub("", text.strip()).strip(" ,;:.!")

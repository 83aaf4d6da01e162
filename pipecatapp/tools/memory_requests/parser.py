"""What a user asks in so many words: to remember something, or to forget it.

Both are told by their wording alone, as people type and as speech recognizers write: what is asked
for must never depend on a small model's mood.
"""

import re
from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.sentences import Span, sentences
from pipecatapp.tools.memory_requests.ending import without_ending
from pipecatapp.tools.memory_requests.spoken_text import SpokenText

SHORTEST_QUESTION = 4
"""Words of a question before the wish that wants an answer, unlike "You know what?"."""


@dataclass(frozen=True)
class RememberRequest:
    """A wish to remember something.

    Attributes:
        text: What to remember, word for word.
        unsure: The sign or word at its end that may or may not belong to it; empty for none.
        besides: What is asked besides, behind what to remember, which it may be about; empty where
            nothing is.
    """

    text: str
    unsure: str = ""
    besides: str = ""


def asked_to_remember(words: str) -> str | None:
    """Return what a user asks to remember, word for word, or None where nobody asks for that.

    "Um please remember that the bins go out on Tuesday" gives "the bins go out on Tuesday".

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    request = remember_request(words)
    return request.text if request else None


def remember_request(words: str) -> RememberRequest | None:
    """Return the wish to remember something that words express, or None where there is none.

    Args:
        words: As `asked_to_remember` takes them.
    """
    said = SpokenText(words)
    return _leading(said) or _amid(said) or _at_the_end(said)


def asked_to_forget(words: str) -> str | None:
    """Return what a user asks to forget, or None where nobody asks for that.

    "Please forget what I told you about Ada" gives "Ada", "forget that I live in Porto" gives
    "I live in Porto": words to look up facts with.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    requests = language().requests
    for sentence in map(_plain, sentences(words)):
        found = requests.forget.match(sentence, requests.opening.match(sentence).end())  # type: ignore[union-attr] # it always matches
        if not found:
            continue
        rest = _trimmed(found["rest"].rstrip("?"))
        if requests.nothing_kept.match(rest):
            return None
        topic = requests.about.sub("", requests.from_memory.sub("", rest), count=1)
        return _trimmed(requests.that.sub("", topic, count=1)) or None
    return None


# -- where the wish stands -------------------------------------------------------------------------


def _leading(said: SpokenText) -> RememberRequest | None:
    """Return the wish that a sentence begins with: "please remember that ..."."""
    requests = language().requests
    for number, (start, _) in enumerate(said.sentences):
        left = said.text[start:]
        found = requests.wish.match(left, requests.opening.match(left).end())  # type: ignore[union-attr] # it always matches
        if not found:
            continue
        begin = start + found.start("rest")
        first = next(n for n, (_, end) in enumerate(said.sentences) if n >= number and end > begin)
        own_end = said.sentences[first][1]
        rest = said.text[begin:own_end]
        asks = _asks(found, rest)
        if not _is_wish(found, rest):
            continue
        told = requests.continued_link.search(found["link"].lower()) or ":" in rest
        request = _request(said, begin, first, said.sentences[:number], ordered=not told, asks=asks)
        if request and len(request.text.split()) >= (3 if _is_bare(found) else 2):
            return request
    return None


def _amid(said: SpokenText) -> RememberRequest | None:
    """Return the wish in the middle of a sentence: "... and please remember that ..."."""
    requests = language().requests
    found = requests.amid.search(said.unquoted)
    if not found:
        return None
    begin = found.start("rest")
    number = next(n for n, (_, end) in enumerate(said.sentences) if end > begin)
    request = _request(said, begin, number, said.sentences[:number])
    if request and requests.pronoun.match(request.text):
        # "... and remember that she hates it" says nothing without what came before.
        before = said.as_said(0, found.start())
        return RememberRequest(f"{before}, {request.text}", request.unsure, request.besides)
    return request


def _at_the_end(said: SpokenText) -> RememberRequest | None:
    """Return the wish behind what to remember: "..., remember that"."""
    requests = language().requests
    found = requests.at_the_end.match(said.text)
    if not found:
        return None
    rest = found["rest"]
    if len(rest.split()) <= 2 or rest.endswith("?") or requests.no_statement.search(rest):
        return None
    end = found.end("rest")
    while said.text[end] in ".!":
        end += 1  # a sign may belong to a password
    asked = [span for span in said.sentences if said.is_question(span) and span[1] <= end]
    start = asked[-1][1] if asked else 0
    ending = without_ending(said.as_said(start, end))
    return RememberRequest(ending.text, ending.unsure, _besides(said, ending.text, asked))


# -- what it is about ------------------------------------------------------------------------------


def _is_bare(found: re.Match[str]) -> bool:
    """Tell whether nothing but "remember" says that it is a wish."""
    requests = language().requests
    link = requests.statement_link.search(found["link"].lower())
    return found["lead"].lower() == requests.bare_lead and not link


def _is_wish(found: re.Match[str], rest: str) -> bool:
    """Tell whether a wish is one after all, by the rest of its sentence."""
    requests = language().requests
    bare, polite = _is_bare(found), (found["polite"] or "").lower()
    told = _asks(found, rest) or (not bare and (bool(polite) or _is_title(rest)))
    if rest.endswith("?") and not told:
        return False  # "remember my sister?"
    if bare and (requests.asks_ability.search(polite) or requests.reminiscent.match(rest)):
        return False  # "can you remember my name"
    return bare or not requests.reminiscent_that.match(rest)


def _asks(found: re.Match[str], rest: str) -> bool:
    """Tell whether a question mark is that of the wish: "can you ...?", "..., okay?"."""
    requests = language().requests
    tag = requests.polite_end.search(rest.removesuffix("?"))
    asked = requests.asks_ability.search((found["polite"] or "").lower())
    return bool((tag and tag["comma"]) or (asked and not _is_bare(found)))


def _is_title(rest: str) -> bool:
    """Tell whether a question mark is that of a name: "the film is called What's Up, Doc?"."""
    requests = language().requests
    return bool(requests.definite.match(rest) and requests.naming.search(rest))


def _request(
    said: SpokenText,
    begin: int,
    number: int,
    before: list[Span],
    *,
    ordered: bool = True,
    asks: bool = False,
) -> RememberRequest | None:
    """Return a wish: what to remember, as far as the next question, and what is asked besides.

    Args:
        said: All that was said.
        begin: Where it begins.
        number: The sentence in which it does.
        before: The sentences before the wish.
        ordered: Whether a sentence like "add salt" is for the twin, rather than to be remembered.
        asks: Whether the wish is a question itself: "could you remember that ...?".
    """
    requests = language().requests
    end = said.sentences[number][1]
    following = said.sentences[number + 1 :]
    while following:
        sentence = said.text[slice(*following[0])]
        if not requests.polite_sentence.fullmatch(sentence):
            if said.is_question(following[0]) or (ordered and requests.orders.match(sentence)):
                break
            end = following[0][1]
        following = following[1:]
    if again := requests.at_the_end.match(said.text[begin:end]):
        end = begin + again.end("rest")  # "... and don't forget it"
    text = said.as_said(begin, end)
    titled = _is_title(text) and not asks
    ending = without_ending(text if titled else text.removesuffix("?"))
    if not ending.text:
        return None
    password = language().requests.password.search(text)
    unsure = "?" if password and text == f"{ending.text}?" else ending.unsure
    asked = [
        span
        for span in before
        if said.is_question(span) and len(said.text[slice(*span)].split()) >= SHORTEST_QUESTION
    ]
    return RememberRequest(ending.text, unsure, _besides(said, ending.text, [*asked, *following]))


def _besides(said: SpokenText, text: str, asked: list[Span]) -> str:
    if not asked:
        return ""
    statement = text if text.endswith((".", "!", "?")) else f"{text}."
    return " ".join([statement, *(said.as_said(*span) for span in asked)])


def _plain(sentence: str) -> str:
    return " ".join(sentence.replace("\u2019", "'").split())


def _trimmed(text: str) -> str:
    return language().requests.tail.sub("", text.strip()).strip(" ,;:.!")

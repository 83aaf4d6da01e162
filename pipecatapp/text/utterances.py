"""What kind of utterance somebody made, as far as its words alone tell."""

from pipecatapp.text.language import language
from pipecatapp.text.words import significant_words, word_prefix


def is_stop(utterance: str) -> bool:
    """Tell whether someone only wants silence, which needs no answer.

    A request that names what is to be stopped, such as a timer, is not one of these.

    Args:
        utterance: All that was said, as it was typed or recognized.
    """
    said = utterance.lower().replace("\u2019", "'")
    plain = "".join(c if c.isalnum() or c == "'" else " " for c in said)
    return language().acts.stop.fullmatch(" ".join(plain.split())) is not None


def begins_to_remember(utterance: str) -> bool:
    """Tell whether words begin as a wish to remember something, whether or not anything follows."""
    return language().acts.keeping.match(utterance) is not None


def is_question(utterance: str) -> bool:
    """Tell whether someone asks; a question states no fact."""
    return language().statements.question.match(utterance) is not None


def is_statement(utterance: str) -> bool:
    """Tell whether someone tells something, whatever it is told for."""
    rules = language().remarks
    lead_in = rules.lead_in.match(utterance)
    rest = utterance[lead_in.end() :] if lead_in else utterance
    if not rest.strip(" .!,"):
        return bool(utterance.strip())  # a reaction, such as "oh, great"
    return rules.told.match(rest) is not None


def is_remark(utterance: str) -> bool:
    """Tell whether someone tells something and asks for nothing by it."""
    return is_statement(utterance) and language().remarks.asks.search(utterance) is None


def asks_for_quotation(utterance: str) -> bool:
    """Tell whether the right answer holds the words of the request, as to "repeat after me"."""
    return language().remarks.quoting.search(utterance) is not None


def asks_for_deed(utterance: str) -> bool:
    """Tell whether someone asks for a deed of a thing: to start, open or send it."""
    rules = language().claims
    return bool(rules.asked.search(utterance) and rules.things.search(utterance))


def unable_topic(utterance: str) -> str | None:
    """Return the topic of a deed that no tool of the product does, where one is asked for.

    The topic is named as in talk.yaml of the prompts.
    """
    if asks_for_text(utterance):
        return None
    rules = language().claims.unable
    return next((topic for topic, asked in rules.items() if asked.match(utterance)), None)


def asks_for_text(utterance: str) -> bool:
    """Tell whether an utterance asks for a text or a translation, which may be about any deed."""
    return language().claims.composed.search(utterance) is not None


def refers_to(utterance: str, earlier: str) -> bool:
    """Tell whether someone speaks of what was asked for earlier: "explain it", "the bear"."""
    rules = language().remarks
    if rules.courtesy.match(utterance):
        return False
    asked = {word_prefix(word) for word in significant_words(earlier)}
    return any(
        found["noun"] is None or word_prefix(found["noun"].lower()) in asked
        for found in rules.reference.finditer(utterance)
    )

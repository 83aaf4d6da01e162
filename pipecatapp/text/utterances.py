"""What kind of utterance somebody made, as far as its words alone tell."""

from pipecatapp.text.language import language


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

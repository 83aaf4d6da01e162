"""What kind of utterance somebody made, as far as its words alone tell."""

from pipecatapp.text.language import language


def is_stop(utterance: str) -> bool:
    """Tell whether someone only wants silence, which needs no answer."""
    plain = "".join(c for c in utterance.lower() if c.isalpha() or c in " '")
    return " ".join(plain.split()) in language().vocabulary.stop_requests


def is_question(utterance: str) -> bool:
    """Tell whether someone asks; a question states no fact."""
    return language().statements.question.match(utterance) is not None

"""The one form in which texts are compared: facts, questions to memory, what is to be forgotten."""

import unicodedata


def normal_form(text: str) -> str:
    """Return a text as it is compared with others; what is kept stays as it was written.

    Compatible characters are one (NFKC), so that a letter and its accent equal the letter that has
    it; capitals count as small letters, and any run of whitespace as one space.
    """
    # Folding can take letters apart again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def is_written_alike(one: str, other: str) -> bool:
    """Tell whether two texts look the same to a reader, however their characters are composed."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)

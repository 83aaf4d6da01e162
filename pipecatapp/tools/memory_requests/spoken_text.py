"""What somebody said, in a form that is easy to match, each place known in the words themselves."""

import re

from pipecatapp.text.language import language
from pipecatapp.text.sentences import Span, sentence_spans


class SpokenText:
    """Words and their matched form: one space for any gap, plain apostrophes, else the same.

    Attributes:
        text: The form to match; a new line stays one.
        sentences: Where its sentences are.
    """

    def __init__(self, words: str):
        """Read some words, as they were typed or recognized."""
        self._words = words
        gaps = re.finditer(r"\s+|.", words.strip(), re.DOTALL)
        lead = len(words) - len(words.lstrip())
        pieces = [(gap.start() + lead, _matched(gap.group())) for gap in gaps]
        self._places = [place for place, _ in pieces]
        self.text = "".join(piece for _, piece in pieces)
        self.sentences = _cut_at_questions(self.text, sentence_spans(self.text))

    @property
    def unquoted(self) -> str:
        """The text with blanks in place of its quotations."""
        return _blanked(self.text)

    def as_said(self, start: int, end: int) -> str:
        """Return a part of the text in the words that were said."""
        if start >= end:
            return ""
        return self._words[self._places[start] : self._places[end - 1] + 1]

    def is_question(self, span: Span) -> bool:
        """Tell whether a sentence asks something."""
        sentence = self.text[slice(*span)]
        asks = language().requests.asks.match(sentence)
        return sentence.endswith("?") or bool(asks and not sentence.endswith((".", "!")))


def _matched(piece: str) -> str:
    if piece.isspace():
        return "\n" if "\n" in piece else " "
    return piece.replace("\u2019", "'")


def _blanked(text: str) -> str:
    return language().quotations.closed.sub(lambda quote: " " * len(quote.group()), text)


def _cut_at_questions(text: str, spans: list[Span]) -> list[Span]:
    """Return spans with questions behind an abbreviation apart, as in "St. Where is it?".

    A title is part of a name, as in "Dr. Who is on".
    """
    cut: list[Span] = []
    plain = _blanked(text)
    for start, end in spans:
        begin = start
        for gap in language().requests.before_question.finditer(plain, start, end):
            last = plain[begin : gap.start()].split()[-1:]
            if last and last[0].lower().rstrip(".") not in language().vocabulary.titles - {"st"}:
                cut.append((begin, gap.start()))
                begin = gap.end()
        cut.append((begin, end))
    return cut

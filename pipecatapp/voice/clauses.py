"""Cuts a streamed answer into pieces to speak: the first clause early, then whole sentences."""

from collections.abc import AsyncIterator
from typing import Any

from pipecat.utils.text.base_text_aggregator import Aggregation, TextType
from pipecat.utils.text.simple_text_aggregator import SimpleTextAggregator

from pipecatapp.text.language import language
from pipecatapp.voice.code import CODE, AnswerPart, CodeBlocks

# A pause is natural here. A dot is missing: only the text after it tells whether a sentence ends.
CLAUSE_ENDINGS = ",;:!?–—"  # noqa: RUF001 - dashes as models write them

# Shorter pieces sound clipped, and each piece costs time to synthesize.
SHORTEST_CLAUSE = 10
# A first piece of this length may also end before a word that begins a new phrase.
SHORTEST_PHRASE = 20
# A reply of this length without a comma is cut between two words.
LONGEST_FIRST_PIECE = 60


class AnswerAggregator(SimpleTextAggregator):
    """A sentence aggregator that keeps blocks of code whole, as pieces of the type `CODE`."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._blocks = CodeBlocks()

    async def aggregate(self, text: str) -> AsyncIterator[Aggregation]:
        """Take streamed text and yield the pieces that it completes."""
        for part in self._blocks.add(text):
            if not part.code:
                async for piece in self.words(part.text):
                    yield piece
                continue
            if before := self._text.strip():
                await super().reset()  # the words, not the block that has begun
                yield Aggregation(text=before, type=TextType.SENTENCE)
            if part.text:
                yield _code(part)

    async def words(self, text: str) -> AsyncIterator[Aggregation]:
        """Take words and yield the pieces that they complete."""
        async for piece in super().aggregate(text):
            yield piece

    async def flush(self) -> Aggregation | None:
        """Return the rest at the end of the answer."""
        part = self._blocks.end()
        if part.code:
            return _code(part)
        self._text += part.text
        return await super().flush()

    async def handle_interruption(self) -> None:
        """Drop the collected text."""
        self._blocks.drop()
        await super().handle_interruption()

    async def reset(self) -> None:
        """Drop the collected text."""
        self._blocks.drop()
        await super().reset()


def _code(part: AnswerPart) -> Aggregation:
    # A block keeps its own lines when the pieces are joined again.
    return Aggregation(text=f" \n{part.text}\n", type=CODE)


class ClauseAggregator(AnswerAggregator):
    """A sentence aggregator that yields an answer's first clause at once.

    Speech can start while the model still generates the rest of the first sentence. A clause ends
    at the space after a comma, so that "1,000" stays whole.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._first = True

    async def words(self, text: str) -> AsyncIterator[Aggregation]:
        """Take words and yield the pieces that they complete."""
        for char in text:
            cut = self._first_cut() if self._first and char.isspace() else 0
            if cut:
                self._first = False
                piece, self._text = self._text[:cut], self._text[cut:].lstrip()
                yield Aggregation(text=piece.strip(), type=TextType.SENTENCE)
            async for aggregation in super().words(char):
                self._first = False
                yield aggregation

    def _first_cut(self) -> int:
        """Return where the first piece of the text ends, or 0 where it does not end yet."""
        piece = self._text.rstrip()
        if len(piece) >= SHORTEST_CLAUSE and piece[-1] in CLAUSE_ENDINGS:
            return len(piece)
        phrase, _, word = piece.rpartition(" ")
        if len(phrase) >= SHORTEST_PHRASE and word in language().vocabulary.phrase_starts:
            return len(phrase)
        return len(piece) if len(piece) >= LONGEST_FIRST_PIECE else 0

    async def flush(self) -> Aggregation | None:
        """Return the rest at the end of the answer."""
        self._first = True
        return await super().flush()

    async def handle_interruption(self) -> None:
        """Drop the collected text."""
        self._first = True
        await super().handle_interruption()

    async def reset(self) -> None:
        """Drop the collected text."""
        self._first = True
        await super().reset()

"""Cuts a streamed answer into speakable pieces: the first clause soon, then whole sentences."""

from collections.abc import AsyncIterator
from typing import Any

from pipecat.utils.text.base_text_aggregator import Aggregation, TextType
from pipecat.utils.text.simple_text_aggregator import SimpleTextAggregator

# A pause is natural here. A dot is not among them: whether it ends a sentence needs lookahead.
CLAUSE_ENDINGS = ",;:!?–—"  # noqa: RUF001 - dashes as models write them

# Shorter pieces sound clipped, and synthesis has a cost a piece.
SHORTEST_CLAUSE = 10
# From here on a reply does not wait for its first comma: it is cut between two words.
LONGEST_FIRST_PIECE = 60


class ClauseAggregator(SimpleTextAggregator):
    """A sentence aggregator that lets go of an answer's first clause at once.

    Speech can start while the rest of the first sentence is still being generated. The space
    after a comma is awaited, so that "1,000" stays whole.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._first = True

    async def aggregate(self, text: str) -> AsyncIterator[Aggregation]:
        """Take streamed text and yield the pieces that it completes."""
        for char in text:
            if self._first and self._ends_clause(char):
                self._first = False
                piece, self._text = self._text, ""
                yield Aggregation(text=piece.strip(), type=TextType.SENTENCE)
            async for aggregation in super().aggregate(char):
                self._first = False
                yield aggregation

    def _ends_clause(self, char: str) -> bool:
        piece = self._text.strip()
        if not char.isspace() or len(piece) < SHORTEST_CLAUSE:
            return False
        return piece[-1] in CLAUSE_ENDINGS or len(piece) >= LONGEST_FIRST_PIECE

    async def flush(self) -> Aggregation | None:
        """Return what is left at the end of the answer."""
        self._first = True
        return await super().flush()

    async def handle_interruption(self) -> None:
        """Drop what was collected."""
        self._first = True
        await super().handle_interruption()

    async def reset(self) -> None:
        """Drop what was collected."""
        self._first = True
        await super().reset()

"""Synthesizes a speculative answer while the answer itself is still held back."""

from pipecat.utils.text.base_text_aggregator import Aggregation

from pipecatapp.voice.clauses import ClauseAggregator
from pipecatapp.voice.code import CODE, code_notice
from pipecatapp.voice.piper import SpeechAhead


class AnswerAhead:
    """Cuts a speculative answer into pieces as the speech service will, and synthesizes them."""

    def __init__(self, speech: SpeechAhead):
        self._speech = speech
        self._clauses = ClauseAggregator()

    async def add(self, text: str) -> None:
        """Take more of the answer's text."""
        async for piece in self._clauses.aggregate(text):
            self._speech.begin(_said(piece))

    async def end(self) -> None:
        """Synthesize the rest of a complete answer."""
        piece = await self._clauses.flush()
        if piece:
            self._speech.begin(_said(piece))

    async def drop(self) -> None:
        """Drop an answer that was withdrawn."""
        await self._clauses.reset()
        self._speech.drop()


def _said(piece: Aggregation) -> str:
    return code_notice(piece.text) if piece.type == CODE else piece.text.strip()

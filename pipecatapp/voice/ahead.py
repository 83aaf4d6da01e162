"""Speaking an answer ahead of the turn's end: what is held back is already being synthesized."""

from pipecat.utils.text.base_text_aggregator import Aggregation

from pipecatapp.voice.clauses import ClauseAggregator
from pipecatapp.voice.code import CODE, CODE_SPOKEN
from pipecatapp.voice.piper import SpeechAhead


class AnswerAhead:
    """Cuts a held answer into pieces as the speech service will, and begins to synthesize them."""

    def __init__(self, speech: SpeechAhead):
        self._speech = speech
        self._clauses = ClauseAggregator()

    async def add(self, text: str) -> None:
        """Take more of the answer's text."""
        async for piece in self._clauses.aggregate(text):
            self._speech.begin(_said(piece))

    async def end(self) -> None:
        """The answer is complete."""
        piece = await self._clauses.flush()
        if piece:
            self._speech.begin(_said(piece))

    async def drop(self) -> None:
        """The answer was withdrawn."""
        await self._clauses.reset()
        self._speech.drop()


def _said(piece: Aggregation) -> str:
    return CODE_SPOKEN if piece.type == CODE else piece.text.strip()

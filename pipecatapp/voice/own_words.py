"""Drops transcripts of the agent's own voice, the second defense against echoes.

An echo that the echo detector missed is transcribed. A transcript is dropped if it was spoken while
the agent was audible and only repeats the agent.
"""

import time
from collections import deque
from difflib import SequenceMatcher

from pipecat.frames.frames import Frame, TranscriptionFrame, VADUserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipecatapp.text.words import spoken_words
from pipecatapp.voice.echo import EchoDetector

ALIKE = 0.8
"""Similarity, from 0 to 1, from which a transcript is a repetition, as recognition errs."""
FEWEST_WORDS = 3
"""Shorter transcripts always pass: people often answer with a word that they just heard."""
REMEMBERED_PIECES = 12
REMEMBERED_SECS = 60.0


class OwnWords:
    """What the agent said lately."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, list[str]]] = deque(maxlen=REMEMBERED_PIECES)

    def said(self, text: str, at: float | None = None) -> None:
        """Record a piece of an answer whose speech begins at `at` seconds (monotonic)."""
        self._pieces.append((time.monotonic() if at is None else at, spoken_words(text)))

    def repeats(self, transcript: str, at: float | None = None) -> bool:
        """Tell whether a transcript repeats a passage of what the agent said."""
        heard = spoken_words(transcript)
        if len(heard) < FEWEST_WORDS:
            return False
        oldest = (time.monotonic() if at is None else at) - REMEMBERED_SECS
        said = [word for when, words in self._pieces if when > oldest for word in words]
        # Recognition splits and joins words, so passages of about the same length are compared.
        return any(
            _alike(heard, said[start : start + len(heard) + extra])
            for start in range(max(1, len(said) - len(heard) + 2))
            for extra in (0, 1, -1)
        )


def _alike(heard: list[str], passage: list[str]) -> bool:
    matcher = SequenceMatcher(None, " ".join(heard), " ".join(passage), autojunk=False)
    # The first two are upper bounds that cost little.
    return (
        matcher.real_quick_ratio() >= ALIKE
        and matcher.quick_ratio() >= ALIKE
        and matcher.ratio() >= ALIKE
    )


class OwnWordsFilter(FrameProcessor):
    """Follows speech recognition, and drops transcripts of the agent's own voice."""

    def __init__(self, words: OwnWords, echo: EchoDetector):
        super().__init__()
        self._words = words
        self._echo = echo
        self._over_the_agent = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass on every frame except transcripts that repeat the agent."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            # The time of speaking counts: the transcript may come much later.
            self._over_the_agent = self._echo.listening()
        if (
            isinstance(frame, TranscriptionFrame)
            and self._over_the_agent
            and self._words.repeats(frame.text)
        ):
            return
        await self.push_frame(frame, direction)

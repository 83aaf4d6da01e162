"""The agent's own words, told apart from a person's: the second line against echoes.

What the echo detector lets through in error is transcribed. A transcript that was spoken while
the agent was audible and that merely repeats it is dropped.
"""

import time
from collections import deque
from difflib import SequenceMatcher

from pipecat.frames.frames import Frame, TranscriptionFrame, VADUserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipecatapp.text.words import spoken_words
from pipecatapp.voice.echo import EchoDetector

ALIKE = 0.8
"""Likeness, from 0 to 1, from which a transcript counts as a repetition: recognition errs."""
FEWEST_WORDS = 3
"""Shorter transcripts always count: a "yes" or "stop" is often a word just heard."""
REMEMBERED_PIECES = 12
REMEMBERED_SECS = 60.0


class OwnWords:
    """What the agent said of late."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, list[str]]] = deque(maxlen=REMEMBERED_PIECES)

    def said(self, text: str, at: float | None = None) -> None:
        """Take a piece of an answer as its speech begins, at `at` seconds (monotonic)."""
        self._pieces.append((time.monotonic() if at is None else at, spoken_words(text)))

    def repeats(self, transcript: str, at: float | None = None) -> bool:
        """Tell whether `transcript` is contained in what was said."""
        heard = spoken_words(transcript)
        if len(heard) < FEWEST_WORDS:
            return False
        oldest = (time.monotonic() if at is None else at) - REMEMBERED_SECS
        said = [word for when, words in self._pieces if when > oldest for word in words]
        # Recognition splits and joins words, so a passage of about the same length is compared.
        return any(
            _alike(heard, said[start : start + len(heard) + extra])
            for start in range(max(1, len(said) - len(heard) + 2))
            for extra in (0, 1, -1)
        )


def _alike(heard: list[str], passage: list[str]) -> bool:
    matcher = SequenceMatcher(None, " ".join(heard), " ".join(passage), autojunk=False)
    # The first two are upper bounds that cost next to nothing.
    return (
        matcher.real_quick_ratio() >= ALIKE
        and matcher.quick_ratio() >= ALIKE
        and matcher.ratio() >= ALIKE
    )


class OwnWordsFilter(FrameProcessor):
    """Stands behind speech recognition and drops transcripts of the agent's own voice."""

    def __init__(self, words: OwnWords, echo: EchoDetector):
        super().__init__()
        self._words = words
        self._echo = echo
        self._over_the_agent = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on, but for transcripts that repeat the agent."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            # What counts is when it was spoken: the transcript may come much later.
            self._over_the_agent = self._echo.listening()
        if (
            isinstance(frame, TranscriptionFrame)
            and self._over_the_agent
            and self._words.repeats(frame.text)
        ):
            return
        await self.push_frame(frame, direction)

"""Knows what the twin wrote, where Pipecat's aggregator knows only what was heard of it.

The page shows an answer as it is written, and the voice is behind. Two processors, one before the
voice and one before the aggregator, see the frame that begins an answer: by its id they know which
answer the aggregator has heard.
"""

from dataclasses import dataclass

from pipecat.frames.frames import (
    CancelFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipecatapp.twin.history.messages import AssistantMessage


@dataclass
class _Answer:
    """An answer, as far as it is written."""

    text: str = ""
    interrupted: bool = False
    recorded: bool = False


class WrittenAnswers(FrameProcessor):
    """The answers that one session writes; stands between the model and the voice."""

    def __init__(self) -> None:
        super().__init__()
        self._written = self._heard = _Answer()
        self._on_the_way: dict[int, _Answer] = {}

    def heard(self) -> "HeardAnswers":
        """Return the processor that precedes the assistant's aggregator."""
        return HeardAnswers(self)

    @property
    def open(self) -> bool:
        """Whether an answer is being written or spoken that is not in the log yet."""
        return bool(self._heard.text) and not self._heard.recorded

    def message(self, heard: str) -> AssistantMessage:
        """Return the answer that the aggregator has ended.

        Args:
            heard: What was spoken of it, or shown where nothing is spoken.
        """
        written = self._heard.text.strip()
        if not written:
            return AssistantMessage(heard)
        whole = not self._heard.interrupted or _letters(heard) == _letters(written)
        return AssistantMessage(written, None if whole else heard)

    def recorded(self) -> None:
        """Note that this answer is in the log."""
        self._heard.recorded = True

    def reached(self, frame_id: int) -> None:
        """Note which answer the aggregator hears now, by the frame that began it."""
        self._heard = self._on_the_way.get(frame_id, _Answer())
        # They keep their order: what an interruption has dropped does not come any more.
        self._on_the_way = {id_: a for id_, a in self._on_the_way.items() if id_ > frame_id}

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note what passes, and pass it on."""
        await super().process_frame(frame, direction)
        if direction == FrameDirection.DOWNSTREAM:
            if isinstance(frame, LLMFullResponseStartFrame):
                self._written = self._on_the_way[frame.id] = _Answer()
            elif isinstance(frame, LLMTextFrame) and not self._written.interrupted:
                self._written.text += frame.text
            elif isinstance(frame, (InterruptionFrame, CancelFrame)):
                for answer in (self._heard, self._written, *self._on_the_way.values()):
                    answer.interrupted = True
        await self.push_frame(frame, direction)


class HeardAnswers(FrameProcessor):
    """Stands before the aggregator, and tells which answer reaches it."""

    def __init__(self, written: WrittenAnswers):
        super().__init__()
        self._answers = written

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note the beginning of an answer, and pass everything on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMFullResponseStartFrame):
            self._answers.reached(frame.id)
        await self.push_frame(frame, direction)


def _letters(text: str) -> str:
    return "".join(text.split())

"""Silences a muted microphone and the echoes of the agent's own voice."""

import time
from collections import deque
from collections.abc import Callable

import numpy as np
from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    InputAudioRawFrame,
    OutputAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipecatapp.voice.echo import BLOCK_SECS, EchoDetector, EchoVerdict
from pipecatapp.voice.own_words import OwnWords, OwnWordsFilter
from pipecatapp.voice.timeline import Samples

BLOCKS_TO_OPEN = 2
"""A voice must be in so many blocks in a row: a creaking chair is no interruption."""
BLOCKS_HEARD_LATE = 2
"""Blocks from before the gate opened that pass too: a word's beginning may look like an echo."""
BLOCKS_TO_CLOSE = 4
"""The gate stays open for so many blocks: people pause between words."""


class MicrophoneGate(FrameProcessor):
    """Passes a microphone's audio on unless it is muted or hears the agent itself.

    While the agent is audible, and shortly after, audio is classified block by block: echoes become
    silence, a person's voice over them passes, with its beginning. At all other times audio passes
    at once.

    A muted microphone yields silence rather than nothing, so that voice detection sees the speech
    end and the current turn is finished.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.muted = False
        self.echo = EchoDetector(clock)
        self.words = OwnWords()
        self._block: list[InputAudioRawFrame] = []
        self._silenced: deque[bytes] = deque(maxlen=BLOCKS_HEARD_LATE)
        self._voices = 0
        self._open_for = 0

    def played(self) -> "PlayedAudio":
        """Return the processor that follows the output transport."""
        return PlayedAudio(self.echo, self.words)

    def transcripts(self) -> OwnWordsFilter:
        """Return the processor that follows speech recognition."""
        return OwnWordsFilter(self.words, self.echo)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on, audio silenced while muted or an echo."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputAudioRawFrame):
            await self.push_frame(frame, direction)
            return
        if self.muted:
            frame.audio = bytes(len(frame.audio))
        self.echo.heard(samples_of(frame.audio))
        if not self._block and not self.echo.listening():
            self._voices = self._open_for = 0
            self._silenced.clear()
            await self.push_frame(frame, direction)
            return
        self._block.append(frame)
        if sum(f.num_frames for f in self._block) >= BLOCK_SECS * frame.sample_rate:
            await self._pass_block(self.echo.judge())

    async def _pass_block(self, verdict: EchoVerdict) -> None:
        block, self._block = self._block, []
        self._voices = self._voices + 1 if verdict is EchoVerdict.VOICE else 0
        if self._voices >= BLOCKS_TO_OPEN:
            self._open_for = BLOCKS_TO_CLOSE
            # The blocks before were the beginning of the voice: they pass late.
            block[0].audio = b"".join(self._silenced) + block[0].audio
        if self._open_for:
            self._open_for -= 1
            self._silenced.clear()
        else:
            self._silenced.append(b"".join(frame.audio for frame in block))
            for frame in block:
                frame.audio = bytes(len(frame.audio))
        for frame in block:
            await self.push_frame(frame)


class PlayedAudio(FrameProcessor):
    """Follows the output transport, which passes audio on at the pace of playing."""

    def __init__(self, echo: EchoDetector, words: OwnWords):
        super().__init__()
        self._echo = echo
        self._words = words

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Record what is played and said, and pass it on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            self._echo.played(samples_of(frame.audio))
        elif isinstance(frame, AggregatedTextFrame) and frame.will_be_spoken:
            self._words.said(frame.text)
        await self.push_frame(frame, direction)


def samples_of(pcm: bytes) -> Samples:
    """Return PCM16 mono as samples in [-1, 1]."""
    return np.frombuffer(pcm, dtype=np.int16) / 32768.0

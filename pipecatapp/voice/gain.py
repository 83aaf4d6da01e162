"""Brings voices to one level before anything listens for them.

Voice detection and turn ends were tuned at one level, and people speak at any: close to a headset
or across a room. The gain follows the voices that were heard, not the loudest sound, so that it
neither pumps between words nor, once somebody near has spoken, raises a television far away.
"""

import math

import numpy as np
import numpy.typing as npt
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

Samples = npt.NDArray[np.int16]

BLOCKS_PER_SECOND = 100
TARGET = -10.0
"""dBFS: the peaks to which the loud parts of a voice are brought."""
MOST = 40.0
"""dB: more would raise what a microphone's own noise hides."""
LOUDEST_NOISE = -45.0
"""dBFS: the room's noise, by RMS amplitude, is raised no further."""
CEILING = -1.0
"""dBFS: no sample is raised above it."""
LOUD_PART = 95
"""The percentile of the peaks of a voice's blocks that is its level."""
FORGETTING = 3.0 / 60
"""dB a second by which a voice's level is forgotten: somebody quieter may speak next."""
RECENT = 10.0
"""dB a second by which the loudest sound is forgotten while no voice has been heard yet."""
FLOOR_RISES = 1.0
"""dB a second by which the room's noise may seem to grow."""
RAISED = 20.0
"""dB a second by which the gain grows; it falls at once."""
SILENCE = -90.0
"""dBFS: below one step of 16 bits."""
FULL = 32768.0


class LevelControl:
    """The gain of one microphone, for mono audio of 16 bits."""

    def __init__(self, sample_rate: int):
        """Start without any memory.

        Args:
            sample_rate: Of the audio, in Hz.
        """
        self._block = sample_rate // BLOCKS_PER_SECOND
        self._rate = sample_rate
        self._floor: float | None = None
        self._recent = SILENCE
        self._voice: float | None = None
        self._gain = 0.0
        self._speaking: list[float] | None = None

    def voice_started(self) -> None:
        """Learn the level of a voice from here on."""
        self._speaking = []

    def voice_stopped(self) -> None:
        """Keep the level of the voice; a louder one counts at once, a quieter one by half."""
        if self._speaking:
            level = float(np.percentile(self._speaking, LOUD_PART))
            known = self._voice
            self._voice = level if known is None else max(level, (known + level) / 2)
        self._speaking = None

    def apply(self, samples: Samples) -> Samples:
        """Return samples at the level of one voice, as many as came."""
        parts = range(0, len(samples), self._block)
        raised = [self._applied(samples[start : start + self._block]) for start in parts]
        return np.concatenate(raised) if raised else samples

    def _applied(self, block: Samples) -> Samples:
        sound = block.astype(np.float32)
        seconds = len(block) / self._rate
        peak = _dbfs(float(np.abs(sound).max()))
        self._follow(peak, _dbfs(float(np.sqrt(np.mean(sound**2)))), seconds)
        before = self._gain
        self._gain = min(self._wanted(), before + RAISED * seconds, max(CEILING - peak, 0.0))
        if self._gain <= 0.0 and before <= 0.0:
            return block
        # A fall counts for the whole block, as its peak may be at the beginning.
        steps = np.linspace(min(before, self._gain), self._gain, len(block), dtype=np.float32)
        return (sound * 10 ** (steps / 20)).clip(-FULL, FULL - 1).astype(np.int16)

    def _follow(self, peak: float, rms: float, seconds: float) -> None:
        rising = rms if self._floor is None else self._floor + FLOOR_RISES * seconds
        self._floor = min(rms, rising)
        self._recent = max(peak, self._recent - RECENT * seconds)
        if self._speaking is not None:
            self._speaking.append(peak)
        elif self._voice is not None:
            self._voice -= FORGETTING * seconds

    def _wanted(self) -> float:
        level = self._recent if self._voice is None else self._voice
        noise = self._floor if self._floor is not None else SILENCE
        return max(0.0, min(TARGET - level, LOUDEST_NOISE - noise, MOST))


class AutomaticGain(FrameProcessor):
    """Applies the gain; it stands before voice detection, which tells it of voices upstream."""

    def __init__(self, sample_rate: int):
        """Make the processor.

        Args:
            sample_rate: Of the audio that comes, in Hz.
        """
        super().__init__()
        self._level = LevelControl(sample_rate)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Raise audio that passes, and learn from the voices that are detected in it."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            samples = np.frombuffer(frame.audio, dtype=np.int16)
            frame.audio = self._level.apply(samples).tobytes()
        elif isinstance(frame, VADUserStartedSpeakingFrame):
            self._level.voice_started()
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._level.voice_stopped()
        await self.push_frame(frame, direction)


def _dbfs(amplitude: float) -> float:
    return max(SILENCE, 20 * math.log10(amplitude / FULL)) if amplitude > 0 else SILENCE

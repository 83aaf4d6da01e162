"""The gate that every sample from a microphone passes before anything listens to it."""

from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class MicrophoneGate(FrameProcessor):  # type: ignore[misc]
    """Lets a microphone's audio through unless it is muted.

    A muted microphone yields silence rather than nothing: voice detection then sees the speech
    end, and a turn that was under way is finished.
    """

    def __init__(self) -> None:
        super().__init__()
        self.muted = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on, audio silenced while muted."""
        await super().process_frame(frame, direction)
        if self.muted and isinstance(frame, InputAudioRawFrame):
            frame.audio = bytes(len(frame.audio))
        await self.push_frame(frame, direction)

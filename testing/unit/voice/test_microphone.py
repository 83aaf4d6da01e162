"""The gate with real speech, as its pipeline sends it."""

import numpy as np
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test
from piper import PiperVoice

from pipecatapp.voice.echo import QUIET
from pipecatapp.voice.microphone import MicrophoneGate, samples_of
from pipecatapp.voice.timeline import SAMPLE_RATE, Samples

from .test_echo import ANSWER, QUESTION, spoken

CHUNK = SAMPLE_RATE // 50


class Room(MicrophoneGate):
    """A gate whose time is that of the samples, in which an answer is played meanwhile."""

    def __init__(self, played: Samples | None = None):
        self.now = 100.0
        self._playing = np.zeros(0) if played is None else played
        super().__init__(lambda: self.now)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, InputAudioRawFrame):
            self.now += CHUNK / SAMPLE_RATE
            chunk, self._playing = self._playing[:CHUNK], self._playing[CHUNK:]
            if len(chunk):
                self.echo.played(chunk)
        await super().process_frame(frame, direction)


async def through(gate: MicrophoneGate, samples: Samples) -> Samples:
    """Return what the gate makes of a microphone's audio."""
    pcm = (samples.clip(-1, 1) * 32767).astype(np.int16)
    chunks = [pcm[i : i + CHUNK].tobytes() for i in range(0, len(pcm), CHUNK)]
    sent = [InputAudioRawFrame(c, sample_rate=SAMPLE_RATE, num_channels=1) for c in chunks]
    down, _ = await run_test(gate, frames_to_send=sent)
    audio = [frame.audio for frame in down if isinstance(frame, InputAudioRawFrame)]
    return samples_of(b"".join(audio))


async def test_audio_passes_unchanged_while_the_agent_is_silent(voice: PiperVoice) -> None:
    question = spoken(voice, QUESTION)
    passed = await through(Room(), question)
    assert np.allclose(passed, question, atol=1e-4)


async def test_a_muted_microphone_is_silent_and_does_not_stop(voice: PiperVoice) -> None:
    gate, question = Room(), spoken(voice, QUESTION)
    gate.muted = True
    passed = await through(gate, question)
    assert len(passed) == len(question)
    assert not passed.any()


async def test_the_agents_own_voice_is_silenced(voice: PiperVoice) -> None:
    answer = spoken(voice, ANSWER)
    heard = np.concatenate([np.zeros(CHUNK * 10), 0.5 * answer])
    passed = await through(Room(answer), heard)
    assert np.sqrt(np.mean(passed**2)) < QUIET / 3


async def test_a_voice_over_the_agent_passes_with_its_beginning(voice: PiperVoice) -> None:
    question = spoken(voice, QUESTION)
    heard = np.concatenate([question, np.zeros(SAMPLE_RATE)])
    passed = await through(Room(spoken(voice, ANSWER)), heard)
    assert np.sum(passed**2) > 0.9 * np.sum(question**2)

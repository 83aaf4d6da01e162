import asyncio
from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.worker import PipelineParams
from pipecat.tests.utils import run_test
from piper import PiperVoice

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer
from pipecatapp.voice.whisper import WhisperSpeechToText

from .conftest import Samples, said

TIMES = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
ROOM = np.random.default_rng(5).normal(0, 0.0005, len(TIMES)).astype(np.float32)


def test_a_question_is_heard(recognizer: Recognizer, capital_of_france: Samples) -> None:
    assert "capital of france" in recognizer.transcribe(capital_of_france).lower()


def test_silence_says_nothing(recognizer: Recognizer) -> None:
    assert recognizer.transcribe(np.zeros(3 * SAMPLE_RATE, dtype=np.float32)) == ""


def hummed(hertz: float, level: float, secs: float) -> Samples:
    """Return an "mm" with a closed mouth in a quiet room: it rises, stays and falls."""
    times = TIMES[: int(secs * SAMPLE_RATE)]
    tone = sum(np.sin(2 * np.pi * hertz * n * times) / 8 ** (n - 1) for n in (1, 2, 3))
    rises = np.clip(np.minimum(times, secs - times) / 0.08, 0, 1)
    return np.concatenate([ROOM, np.asarray(level * rises * tone, dtype=np.float32), ROOM[:4000]])


@pytest.mark.parametrize("level", [0.0001, 0.002, 0.02, 0.2])
def test_the_noise_of_a_room_says_nothing(recognizer: Recognizer, level: float) -> None:
    noise = np.random.default_rng(2).normal(0, level, 3 * SAMPLE_RATE).astype(np.float32)
    assert recognizer.transcribe(noise) == ""


@pytest.mark.parametrize("hertz", [50, 120])
@pytest.mark.parametrize("level", [0.005, 0.1])
def test_a_hum_of_the_mains_says_nothing(
    recognizer: Recognizer, hertz: float, level: float
) -> None:
    hum = np.asarray(level * np.sin(2 * np.pi * hertz * TIMES) + ROOM, dtype=np.float32)
    assert recognizer.transcribe(hum) == ""


@pytest.mark.parametrize("hertz", [110, 200])
@pytest.mark.parametrize("secs", [0.4, 0.8])
def test_a_hummed_mm_says_nothing(recognizer: Recognizer, hertz: float, secs: float) -> None:
    assert recognizer.transcribe(hummed(hertz, 0.1, secs)) == ""


@pytest.mark.parametrize("text", ["Thank you.", "Goodbye.", "Stop!"])
@pytest.mark.parametrize("level", [0.7, 0.05])
def test_a_short_word_that_is_spoken_is_heard(
    recognizer: Recognizer, voice: PiperVoice, text: str, level: float
) -> None:
    spoken = said(voice, text)
    loud = np.asarray(level * spoken / np.abs(spoken).max(), dtype=np.float32)
    assert recognizer.transcribe(np.concatenate([ROOM, loud, ROOM[:4000]])) != ""


def test_more_than_whispers_thirty_seconds_are_heard_to_the_end(
    recognizer: Recognizer, capital_of_france: Samples
) -> None:
    pause = np.zeros(SAMPLE_RATE, dtype=np.float32)
    times = int(33 * SAMPLE_RATE / (len(capital_of_france) + len(pause))) + 1
    heard = recognizer.transcribe(np.concatenate([capital_of_france, pause] * times))
    assert heard.lower().count("france") > times / 2


def test_a_word_in_the_middle_of_noise_is_no_loop(recognizer: Recognizer) -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 5 * SAMPLE_RATE).astype(np.float32)
    words = recognizer.transcribe(noise).split()
    assert len(words) <= 12 + 5 * 8


class Slow:
    """Hears the first word only once all of them have been asked for.

    Args:
        words: By the number of their stretch of speech, which is ten times its amplitude.
    """

    name = "slow"

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._asked: set[str] = set()
        self._all_asked = asyncio.Event()

    async def transcribe_async(self, audio: Samples, *, context: str = "") -> str:
        word = self._words[round(float(audio.max()) * 10) - 1]
        self._asked.add(word)
        if len(self._asked) == len(self._words):
            self._all_asked.set()
        if word == self._words[0]:
            await self._all_asked.wait()
        return word


def stretch(number: int, *, pause_secs: float) -> list[Frame]:
    """Return half a second of a voice, and the silence after it until its end is detected."""
    pcm = np.full(SAMPLE_RATE // 50, number / 10 * 32767, dtype=np.int16).tobytes()
    loud = [InputAudioRawFrame(pcm, SAMPLE_RATE, 1) for _ in range(25)]
    mute = [
        InputAudioRawFrame(bytes(len(pcm)), SAMPLE_RATE, 1) for _ in range(round(pause_secs / 0.02))
    ]
    return [VADUserStartedSpeakingFrame(), *loud, *mute, VADUserStoppedSpeakingFrame()]


async def heard_by_slow(frames: Sequence[Frame], words: Sequence[str]) -> list[str]:
    """Return the transcripts that the service pushes on a machine that is slow to hear."""
    down, _ = await run_test(
        WhisperSpeechToText(cast(Recognizer, Slow(words)), TurnClock(), ttfs_p99_latency=20.0),
        frames_to_send=frames,
        pipeline_params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE),
    )
    return [frame.text for frame in down if isinstance(frame, TranscriptionFrame)]


@pytest.mark.parametrize("pauses", [(0.0, 0.2, 0.2), (0.2, 0.2, 0.2)])
async def test_each_stretch_of_speech_gets_its_own_words_however_slowly_they_are_heard(
    pauses: Sequence[float],
) -> None:
    words = ("one", "two", "three")
    frames = [
        frame
        for number, pause in enumerate(pauses, start=1)
        for frame in stretch(number, pause_secs=pause)
    ]
    assert await heard_by_slow(frames, words) == list(words)


async def heard_by_service(
    recognizer: Recognizer, speech: Samples, *, detected_secs: float = 0.0
) -> Sequence[Frame]:
    """Return what the service pushes for one utterance, sent without waiting.

    Args:
        recognizer: What hears it.
        speech: At 16 kHz.
        detected_secs: How late the voice is detected.
    """
    pcm = (speech * 32767).astype(np.int16).tobytes()
    chunks = [pcm[start : start + 640] for start in range(0, len(pcm), 640)]
    frames: list[Frame] = [InputAudioRawFrame(chunk, SAMPLE_RATE, 1) for chunk in chunks]
    frames.insert(int(detected_secs / 0.02), VADUserStartedSpeakingFrame())
    frames.append(VADUserStoppedSpeakingFrame())
    down, _ = await run_test(
        WhisperSpeechToText(recognizer, TurnClock(), ttfs_p99_latency=20.0),
        frames_to_send=frames,
        pipeline_params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE),
        start_timeout=30,
    )
    return down


async def test_the_service_pushes_one_final_transcript(
    recognizer: Recognizer, capital_of_france: Samples
) -> None:
    down = await heard_by_service(recognizer, capital_of_france)
    (transcript,) = (frame for frame in down if isinstance(frame, TranscriptionFrame))
    assert "france" in transcript.text.lower()
    assert transcript.finalized


async def test_words_from_before_a_late_detection_are_heard(
    recognizer: Recognizer, capital_of_france: Samples
) -> None:
    down = await heard_by_service(recognizer, capital_of_france, detected_secs=1.8)
    (transcript,) = (frame for frame in down if isinstance(frame, TranscriptionFrame))
    assert "what" in transcript.text.lower()


async def test_speech_that_pauses_often_does_not_wait_for_its_overtaken_passes(
    recognizer: Recognizer, capital_of_france: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    hear = recognizer.transcribe

    def counted(audio: Samples, **kwargs: str) -> str:
        passes.append(len(audio))
        return hear(audio, **kwargs)

    monkeypatch.setattr(recognizer, "transcribe", counted)
    burst = np.concatenate([capital_of_france[: SAMPLE_RATE // 2], np.zeros(SAMPLE_RATE // 8)])
    down = await heard_by_service(recognizer, np.tile(burst, 20).astype(np.float32))
    assert any(isinstance(frame, TranscriptionFrame) for frame in down)
    assert len(passes) <= 3

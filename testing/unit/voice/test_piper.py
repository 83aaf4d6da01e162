import asyncio

import numpy as np
from pipecat.frames.frames import TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.worker import PipelineParams
from pipecat.tests.utils import run_test

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.voice.piper import PiperTextToSpeech, Speaker, SpeechAhead
from pipecatapp.voice.recognizer import SAMPLE_RATE


def loudness(pcm: bytes) -> float:
    return float(np.abs(np.frombuffer(pcm, np.int16).astype(np.float64)).max())


async def test_speech_is_audible_and_longer_for_more_words(speaker: Speaker) -> None:
    short, long = await asyncio.gather(
        speaker.speak("Hello."), speaker.speak("Hello, how do you do on this fine morning?")
    )
    assert loudness(short) > 3000
    assert len(long) > 2 * len(short)


async def test_a_piece_begun_ahead_is_what_is_taken(speaker: Speaker) -> None:
    clock = TurnClock()
    clock.typed()
    ahead = SpeechAhead(speaker, clock)
    ahead.begin("Hello there.")
    audio = await ahead.take("Hello there.")
    assert loudness(audio) > 3000
    timings = clock.finish()
    assert timings is not None
    assert timings.tts_first_ms is not None


async def test_only_the_first_pieces_are_begun_ahead(speaker: Speaker) -> None:
    ahead = SpeechAhead(speaker, TurnClock())
    before = asyncio.all_tasks()
    for piece in ("One.", "One.", "", "Two.", "Three."):
        ahead.begin(piece)
    begun = asyncio.all_tasks() - before
    assert len(begun) == SpeechAhead.LIMIT
    ahead.drop()
    done = await asyncio.gather(*begun, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in done)


async def test_what_was_dropped_can_be_said_after_all(speaker: Speaker) -> None:
    ahead = SpeechAhead(speaker, TurnClock())
    ahead.begin("Hello.")
    ahead.drop()
    assert loudness(await ahead.take("Hello.")) > 3000


async def test_the_service_speaks_at_the_rate_of_the_pipeline(speaker: Speaker) -> None:
    down, _ = await run_test(
        PiperTextToSpeech(speaker, SpeechAhead(speaker, TurnClock())),
        frames_to_send=[TTSSpeakFrame("Hello there.")],
        pipeline_params=PipelineParams(audio_out_sample_rate=SAMPLE_RATE),
        start_timeout=30,
    )
    audio = [frame for frame in down if isinstance(frame, TTSAudioRawFrame)]
    assert {frame.sample_rate for frame in audio} == {SAMPLE_RATE}
    pcm = b"".join(frame.audio for frame in audio)
    assert loudness(pcm) > 3000
    assert 0.3 < len(pcm) / (2 * SAMPLE_RATE) < 3

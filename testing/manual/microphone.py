"""The microphone of this machine: records, shows the level, and looks for a voice.

Usage: .venv/bin/python testing/manual/microphone.py [SECONDS]

It needs the extra `local-audio`. A browser's microphone needs none of this: open the page.
"""

import asyncio
import sys

import numpy as np
from pipecat.audio.vad.vad_analyzer import VADState
from report import report

from pipecatapp.app import vad_analyzer
from pipecatapp.errors import UserError
from pipecatapp.voice.local_audio import local_transport
from pipecatapp.voice.recognizer import SAMPLE_RATE

BLOCK = SAMPLE_RATE // 10
QUIET = 0.001


async def listen() -> str:
    """Record block by block; the levels are amplitudes, of 1.0."""
    local_transport()  # raises where the extra or a sound device is missing
    import pyaudio

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    detector, loudest, voiced = vad_analyzer(), 0.0, 0
    detector.set_sample_rate(SAMPLE_RATE)
    audio = pyaudio.PyAudio()
    stream = audio.open(SAMPLE_RATE, 1, pyaudio.paInt16, input=True, frames_per_buffer=BLOCK)
    try:
        for _ in range(round(10 * seconds)):
            block = await asyncio.to_thread(stream.read, BLOCK, exception_on_overflow=False)
            level = float(np.abs(np.frombuffer(block, np.int16).astype(int)).max()) / 32768
            speaking = await detector.analyze_audio(block) == VADState.SPEAKING
            loudest, voiced = max(loudest, level), voiced + speaking
            bar = "#" * round(40 * level)
            print(f"\r  {bar:<40} {'voice' if speaking else '     '}", end="", flush=True)
    finally:
        stream.close()
        audio.terminate()
        print()
    if loudest < QUIET:
        raise UserError("The microphone is silent: is it muted, or another one the default?")
    if not voiced:
        raise UserError("There is sound but no voice: speak up, or lower VAD_MIN_VOLUME in app.py.")
    return f"a voice for {voiced / 10:.1f} of {seconds:.0f} s, loudest {loudest:.2f}"


if __name__ == "__main__":
    report("The microphone: I record; say something now.", lambda: asyncio.run(listen()))

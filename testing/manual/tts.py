"""Speech synthesis: speaks a text into a WAV file.

Usage: .venv/bin/python testing/manual/tts.py [TEXT] [OUT.wav]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soxr
from report import report

from pipecatapp.commands.talk import write_wav
from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.models.speech import tts_model, voice_file
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import load_settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.recognizer import SAMPLE_RATE

TEXT = "Hello. This is the voice of the twin, and all is well."
QUIETEST = 1000
"""Amplitude, of 32768, below which nobody would hear it."""


def speak() -> str:
    """Speak the text, and see that there is something to hear."""
    text = sys.argv[1] if len(sys.argv) > 1 else TEXT
    out = Path(sys.argv[2] if len(sys.argv) > 2 else f"{tempfile.gettempdir()}/twin.wav")
    settings = load_settings()
    model = tts_model(Catalogue.load(settings.catalogue), settings)
    if model is None:
        raise UserError("TTS_SERVICE=piper-http: that server speaks, this test cannot.")
    speaker = Speaker(voice_file(ensure_model(model, settings, Progress())))
    start = time.perf_counter()
    pcm = np.frombuffer(speaker.speak_now(text), np.int16)
    took = time.perf_counter() - start
    speaker.close()
    if len(pcm) == 0 or np.abs(pcm.astype(int)).max() < QUIETEST:
        raise UserError(f"{model.name} made no sound of {text!r}: `pipecatapp models verify`.")
    resampled = soxr.resample(pcm.astype(np.float32), speaker.sample_rate, SAMPLE_RATE)
    write_wav(out, np.clip(resampled, -32768, 32767).astype(np.int16).tobytes())
    seconds = len(pcm) / speaker.sample_rate
    return f"{seconds:.1f} s of speech in {took:.2f} s; listen to it: aplay {out}"


if __name__ == "__main__":
    report("Speech synthesis: I speak a sentence into a WAV file.", speak)

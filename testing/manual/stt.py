"""Speech recognition: hears a WAV file, or a sentence that the agent's own voice speaks.

Usage: .venv/bin/python testing/manual/stt.py [FILE.wav]
"""

import sys
import time
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from report import report

from pipecatapp.commands.talk import read_wav
from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.models.speech import stt_candidates, tts_model, voice_file
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import load_settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.recognizer import SAMPLE_RATE
from pipecatapp.voice.selection import load_recognizer

SENTENCE = "What is the capital of France?"


def spoken_sentence() -> bytes:
    """Return the sentence as PCM16 mono at 16 kHz."""
    settings = load_settings()
    model = tts_model(Catalogue.load(settings.catalogue), settings)
    if model is None:
        raise UserError("TTS_SERVICE=piper-http has no voice here: name a WAV file to hear.")
    speaker = Speaker(voice_file(ensure_model(model, settings, Progress())))
    pcm = np.frombuffer(speaker.speak_now(SENTENCE), np.int16).astype(np.float32)
    speaker.close()
    resampled: NDArray[np.float32] = soxr.resample(pcm, speaker.sample_rate, SAMPLE_RATE)
    return resampled.astype(np.int16).tobytes()


def hear() -> str:
    """Have every recognizer of the language hear it, the largest first."""
    settings = load_settings()
    pcm = read_wav(Path(sys.argv[1])) if len(sys.argv) > 1 else spoken_sentence()
    audio = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
    print(f"  {len(audio) / SAMPLE_RATE:.1f} s of audio")
    heard = ""
    for model in stt_candidates(Catalogue.load(settings.catalogue), settings):
        ensure_model(model, settings, Progress())
        recognizer = load_recognizer(model, settings)
        recognizer.warm_up()
        start = time.perf_counter()
        heard = recognizer.transcribe(audio)
        print(f"  {model.name}, {time.perf_counter() - start:.2f} s: {heard}")
        recognizer.close()
        if not heard:
            raise UserError(f"{model.name} heard no words: is there speech in the file?")
        if len(sys.argv) == 1 and "france" not in heard.lower():
            raise UserError(f"{model.name} misheard {SENTENCE!r}: `pipecatapp models verify`.")
    return f"it heard {heard!r}"


if __name__ == "__main__":
    report("Speech recognition: I transcribe speech with every model of the language.", hear)

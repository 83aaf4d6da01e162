"""Chooses the speech recognition model that is fast enough for this machine."""

import time
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import soxr

from pipecatapp.runtime.cpu import physical_cores
from pipecatapp.runtime.llama_cpp.bench import machine_is_busy
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.selection.measured import choice_key, recall_choice, remember_choice
from pipecatapp.settings import Settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.recognizer import SAMPLE_RATE, Recognizer

FAST_ENOUGH_SECS = 0.4
"""For three seconds of speech; a slower model makes every turn feel slow."""
SAMPLE_SENTENCE = "Good morning, could you tell me what time it is in Tokyo now?"


@dataclass(frozen=True)
class SttChoice:
    """The recognizer chosen for this machine, and why.

    A provisional choice was measured on a busy machine; it is measured again on an idle one.
    """

    model: str
    reason: str
    provisional: bool = False


def choose_stt(
    candidates: list[CatalogueModel], settings: Settings, speaker: Speaker | None
) -> SttChoice:
    """Return the largest recognizer that transcribes three seconds of speech in 0.4 s here.

    The time is measured once and remembered for this processor.

    Args:
        candidates: The recognizers whose files are present, the largest first.
        settings: For the state directory and the language.
        speaker: Speaks the sample; without a speaker the sample is noise.
    """
    if len(candidates) == 1:
        return SttChoice(candidates[0].name, "the only one to choose from")
    key = choice_key(candidates, settings.language)
    known = recall_choice(settings, "stt", key)
    if known and not known.get("provisional"):
        return SttChoice(known["model"], known["reason"])
    busy = machine_is_busy()
    if known and busy:
        return SttChoice(known["model"], known["reason"], provisional=True)
    choice = _measure(candidates, settings, _sample(speaker))
    # If the largest was fast enough, the load did not matter; otherwise it may have.
    if busy and choice.model != candidates[0].name:
        reason = f"{choice.reason} (measured while the machine was busy)"
        choice = replace(choice, reason=reason, provisional=True)
    remember_choice(settings, "stt", key, asdict(choice))
    return choice


def _measure(
    candidates: list[CatalogueModel], settings: Settings, sample: npt.NDArray[np.float32]
) -> SttChoice:
    for model in candidates:
        recognizer = load_recognizer(model, settings)
        recognizer.transcribe(sample)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            recognizer.transcribe(sample)
            times.append(time.perf_counter() - start)
        recognizer.close()
        # Other work, such as loading the language model, only makes it slower.
        took = min(times)
        verdict = f"hears {len(sample) / SAMPLE_RATE:.1f} s of speech in {took:.2f} s here"
        if took <= FAST_ENOUGH_SECS:
            return SttChoice(model.name, f"the largest that is fast enough: {verdict}")
    return SttChoice(candidates[-1].name, f"the smallest; none is fast enough: {verdict}")


def _sample(speaker: Speaker | None) -> npt.NDArray[np.float32]:
    """Return about three seconds of speech at 16 kHz."""
    if speaker is None:
        return np.random.default_rng(0).normal(0, 0.05, 3 * SAMPLE_RATE).astype(np.float32)
    spoken = np.frombuffer(speaker.speak_now(SAMPLE_SENTENCE), np.int16).astype(np.float32)
    resampled = soxr.resample(spoken / 32768.0, speaker.sample_rate, SAMPLE_RATE)
    return np.asarray(resampled[: 3 * SAMPLE_RATE], dtype=np.float32)


def load_recognizer(model: CatalogueModel, settings: Settings) -> Recognizer:
    """Load a recognizer whose files are present."""
    return Recognizer(
        model.directory(settings.models_dir),
        language=settings.language,
        hot_words=settings.hot_words,
        threads=physical_cores(),
    )

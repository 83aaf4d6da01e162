"""Prepares embedded mode: builds llama.cpp and fetches models, unless they are there already."""

from dataclasses import dataclass
from pathlib import Path

from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.download import Downloader
from pipecatapp.runtime.models.speech import stt_candidates, tts_model, voice_file
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.selection.language_model import ChosenModel, choose_llm
from pipecatapp.settings import Settings

STEPS = 5


@dataclass(frozen=True)
class InstalledModels:
    """The models that the agent itself loads.

    Args:
        stt_candidates: The speech recognition models whose files are there, the largest first.
        tts: The voice's .onnx file, or None if another server speaks.
        embedder: The directory of the sentence embedder.
    """

    stt_candidates: list[CatalogueModel]
    tts: Path | None
    embedder: Path


@dataclass(frozen=True)
class EmbeddedSetup(InstalledModels):
    """What the agent needs to run on one machine.

    Args:
        llama: The build of llama.cpp for this CPU.
        llm: The language model to serve.
    """

    llama: LlamaCpp
    llm: ChosenModel


def set_up(settings: Settings, progress: Progress | None = None) -> EmbeddedSetup:
    """Build and fetch what is missing, and return all that the agent needs.

    Args:
        settings: Which models, and where to keep them.
        progress: Shows what is being done; by default on standard error.

    Raises:
        UserError: Building or fetching failed; the message says what to do.
    """
    progress = progress or Progress(STEPS)
    catalogue = Catalogue.load(settings.catalogue)
    stt, tts = stt_candidates(catalogue, settings), tts_model(catalogue, settings)
    downloader = Downloader(settings, progress)
    llama = ensure_llama_cpp(settings, progress)
    with progress.step("Language model"):
        llm = choose_llm(settings, catalogue, llama, downloader, progress)
    with progress.step("Speech recognition"):
        for model in stt:
            downloader.ensure(model)
    with progress.step("Voice"):
        voice = voice_file(downloader.ensure(tts)) if tts else None
    with progress.step("Sentence embedder"):
        embedder = downloader.ensure(catalogue.models("embedding")[0])
    return EmbeddedSetup(stt, voice, embedder, llama, llm)

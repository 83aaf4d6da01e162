"""Finds the installed vision model and its llama-server."""

from pathlib import Path

import psutil

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, installed_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import ensure_quantized, served_file
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.verified import is_verified
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import locked
from pipecatapp.settings import Settings

CONTEXT = 2048
"""Tokens: the whole context of Moondream2; a picture takes 729 of them."""


def find_model(settings: Settings) -> CatalogueModel:
    """Return the vision model of the settings, else the first installed one of the catalogue.

    Raises:
        UserError: There is no vision model, or its files are missing; the message says how to get
            them.
    """
    catalogue = Catalogue.load(settings.catalogue)
    models = catalogue.models("vision")
    if settings.vision_model:
        models = [catalogue.get(settings.vision_model)]
    if not models or models[0].kind != "vision":
        name = settings.vision_model or "the catalogue"
        raise UserError(
            f"{name} has no vision model: set VISION_MODEL to an entry of vision_models in "
            f"{settings.catalogue}"
        )
    for model in models:
        if is_verified(model, settings.models_dir):
            return model
    raise UserError(f"the vision model is not there: pipecatapp models fetch {models[0].name}")


def find_llama_cpp(settings: Settings) -> LlamaCpp:
    """Return the build of llama.cpp for this CPU; this never builds one.

    Raises:
        UserError: There is no build.
    """
    llama = installed_llama_cpp(settings)
    if llama is None:
        raise UserError("llama.cpp is not built: pipecatapp setup")
    return llama


def vision_server(settings: Settings, job: str) -> LlamaServer:
    """Return the server of the installed model, in the quantization that suits this CPU.

    The first call may quantize the model, which takes minutes.

    Args:
        settings: Name the model and the directories of models and logs.
        job: The name of the server.

    Raises:
        UserError: The model or llama.cpp is missing, or there is not enough memory.
    """
    model, llama = find_model(settings), find_llama_cpp(settings)
    directory = model.directory(settings.models_dir)
    text, projector = _files(model, directory)
    served = served_file(text, llama.level)
    lock = settings.home / "downloads" / f"{model.name}.lock"
    with locked(lock):
        ensure_quantized(text, llama, Progress())
    saved = (text.stat().st_size - served.stat().st_size) // MIB
    _require_memory(model, model.memory_mb - saved)
    # One picture at a time needs one slot; LLM_PORT belongs to the language model.
    own = {"llm_port": 0, "llm_slots": 1, "llm_context": CONTEXT}
    return LlamaServer(
        llama,
        served,
        settings.model_copy(update=own),
        name=job,
        alias=model.name,
        mmproj=projector,
    )


def _files(model: CatalogueModel, directory: Path) -> tuple[Path, Path]:
    """Return the text model and the projector; the catalogue requires one of each."""
    ggufs = [file for file in model.files if file.filename.endswith(".gguf")]
    text, projector = sorted(ggufs, key=lambda file: file.is_projector)
    return directory / text.filename, directory / projector.filename


def _require_memory(model: CatalogueModel, need: int) -> None:
    free = int(psutil.virtual_memory().available) // MIB
    if free < need:
        raise UserError(
            f"Not enough memory for the vision model {model.name}: it needs {need} MiB and {free} "
            "MiB are free: end other programs, or set VISION_MODEL to a smaller one"
        )

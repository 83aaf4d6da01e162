"""Chooses the catalogue's models for speech recognition and synthesis in the language set."""

from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.settings import Settings


def stt_candidates(catalogue: Catalogue, settings: Settings) -> list[CatalogueModel]:
    """Return the recognizers for the language, the largest first, or only the one that is set.

    Raises:
        UserError: The catalogue has none.
    """
    if settings.stt_model:
        return [catalogue.get(settings.stt_model)]
    models = [model for model in catalogue.models("stt") if model.speaks(settings.language)]
    if not models:
        raise UserError(_nothing_for(settings, "speech recognition", "stt_models", "STT_MODEL"))
    return sorted(models, key=lambda model: model.size, reverse=True)


def tts_model(catalogue: Catalogue, settings: Settings) -> CatalogueModel | None:
    """Return the voice for the language or the one that is set; None if another server speaks.

    Raises:
        UserError: The catalogue has none.
    """
    if settings.tts_service == "piper-http":
        return None
    if settings.tts_model:
        return catalogue.get(settings.tts_model)
    for model in catalogue.models("tts"):
        if model.speaks(settings.language):
            return model
    raise UserError(_nothing_for(settings, "voice", "tts_models", "TTS_MODEL"))


def voice_file(directory: Path) -> Path:
    """Return the .onnx file of the Piper voice in a directory.

    Raises:
        UserError: The directory has none.
    """
    for path in sorted(directory.glob("*.onnx")):
        return path
    raise UserError(f"There is no voice in {directory}: run `pipecatapp models fetch`")


def _nothing_for(settings: Settings, what: str, key: str, variable: str) -> str:
    return (
        f"The catalogue has no {what} for the language {settings.language!r}: add one to {key} "
        f"in {settings.catalogue}, or set {variable} or SPEECH_LANGUAGE"
    )

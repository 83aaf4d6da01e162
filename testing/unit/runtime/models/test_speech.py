from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.speech import stt_candidates, tts_model, voice_file
from pipecatapp.settings import Settings


def model(name: str, kind: str, size: int, *languages: str) -> CatalogueModel:
    file = {"filename": "model.bin", "size": size, "sources": [{"path": "/nowhere"}]}
    entry = {"name": name, "kind": kind, "memory_mb": 1, "files": [file]}
    return CatalogueModel.model_validate(entry | {"languages": list(languages)})


CATALOGUE = Catalogue(
    {
        "stt_models": [
            model("tiny.en", "stt", 40, "en"),
            model("base", "stt", 80),
            model("large.de", "stt", 900, "de"),
        ],
        "tts_models": [model("joe", "tts", 60, "en"), model("eva", "tts", 60, "de")],
    }
)


def having(settings: Settings, **changed: Any) -> Settings:
    return settings.model_copy(update=changed)


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["base", "tiny.en"]), ("de", ["large.de", "base"]), ("fr", ["base"])],
)
def test_recognizers_of_the_language_come_largest_first(
    settings: Settings, language: str, names: list[str]
) -> None:
    candidates = stt_candidates(CATALOGUE, having(settings, language=language))
    assert [candidate.name for candidate in candidates] == names


def test_a_recognizer_that_is_set_is_the_only_one(settings: Settings) -> None:
    (only,) = stt_candidates(CATALOGUE, having(settings, stt_model="large.de"))
    assert only.name == "large.de"


def test_a_voice_speaks_the_language_or_is_set_or_is_another_servers(settings: Settings) -> None:
    german = tts_model(CATALOGUE, having(settings, language="de"))
    chosen = tts_model(CATALOGUE, having(settings, tts_model="eva"))
    assert german == chosen == CATALOGUE.get("eva")
    assert tts_model(CATALOGUE, having(settings, tts_service="piper-http")) is None


def test_a_language_that_nothing_speaks_is_an_error_with_its_remedies(settings: Settings) -> None:
    with pytest.raises(UserError, match=r"no voice for the language 'fr'.*TTS_MODEL or SPEECH"):
        tts_model(CATALOGUE, having(settings, language="fr"))
    with pytest.raises(UserError, match=r"no speech recognition .*stt_models.*STT_MODEL"):
        stt_candidates(Catalogue({}), settings)


def test_the_file_of_a_voice(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="pipecatapp models fetch"):
        voice_file(tmp_path)
    (tmp_path / "joe.onnx.json").touch()
    (tmp_path / "joe.onnx").touch()
    assert voice_file(tmp_path).name == "joe.onnx"

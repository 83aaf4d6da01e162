import socket
from pathlib import Path

import pytest

from pipecatapp.runtime import doctor
from pipecatapp.runtime.doctor import Finding, examine, port_is_free
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.verified import VerifiedFiles
from pipecatapp.runtime.selection.measured import remember_choice
from pipecatapp.settings import Settings


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(settings)}


def bring(settings: Settings, *names: str) -> None:
    catalogue = Catalogue.load(settings.catalogue)
    for name in names:
        model = catalogue.get(name)
        for file in model.files:
            path = model.directory(settings.models_dir) / file.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            VerifiedFiles(model.directory(settings.models_dir)).record(
                file, path, file.sha256 or ""
            )


def test_a_new_machine_is_told_to_set_up_and_nothing_is_made(settings: Settings) -> None:
    found = findings(settings)
    for name in ("llama.cpp", "language model", "speech recognition", "voice", "sentence embedder"):
        assert "pipecatapp setup" in found[name].remedy, name
    assert found["cpu"].ok
    assert found["disk"].ok
    assert not settings.home.exists()


def test_models_that_are_there_are_named(settings: Settings) -> None:
    names = [model.name for model in Catalogue.load(settings.catalogue).models("stt")]
    bring(settings, *names, "en_US-joe-medium", "all-MiniLM-L6-v2-int8")
    remember_choice(settings, "stt", "key", {"model": names[0], "reason": "fast enough"})
    found = findings(settings.model_copy(update={"tts_model": "en_US-joe-medium"}))
    assert found["speech recognition"].value == f"faster-whisper, {names[0]}: fast enough"
    assert found["voice"].value == "piper, en_US-joe-medium"
    assert found["sentence embedder"].value.startswith("all-MiniLM-L6-v2-int8")
    assert all(found[name].ok for name in ("speech recognition", "voice", "sentence embedder"))


def test_a_setting_that_the_catalogue_lacks_is_not_usable(settings: Settings) -> None:
    found = findings(settings.model_copy(update={"llm_model": "gpt-17", "language": "xx"}))
    assert "gpt-17" in found["language model"].remedy
    assert "SPEECH_LANGUAGE" in found["voice"].remedy


def test_in_a_cluster_the_language_model_is_another_jobs(settings: Settings) -> None:
    found = findings(settings.model_copy(update={"mode": "cluster"}))
    assert not {"llama.cpp", "language model"} & found.keys()


def test_little_memory_and_little_disk_have_a_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "total_memory_mb", lambda: 1024)
    monkeypatch.setattr(doctor, "MIN_FREE_DISK_MB", 1 << 40)
    found = findings(settings)
    assert "add memory" in found["memory"].remedy
    assert "make room" in found["disk"].remedy


@pytest.mark.parametrize(("device", "ok"), [("none", True), ("local", False)])
def test_a_sound_card_is_needed_for_local_audio_only(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, ok: bool
) -> None:
    monkeypatch.setattr(doctor, "SOUND_CARDS", tmp_path / "none")
    assert findings(settings.model_copy(update={"audio_device": device}))["audio"].ok is ok
    cards = tmp_path / "cards"
    cards.write_text(
        " 0 [CODEC          ]: USB-Audio - USB Audio CODEC\n    at 0xf7e10000 irq 31\n"
    )
    monkeypatch.setattr(doctor, "SOUND_CARDS", cards)
    assert findings(settings)["audio"].value == "USB-Audio - USB Audio CODEC"


def test_a_port_that_something_listens_on_is_not_free(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not port_is_free(settings.model_copy(update={"port": port}))
    assert port_is_free(settings.model_copy(update={"port": 0}))

from pathlib import Path

import pytest

from pipecatapp.deployment.cluster import ClusterDeployment, find_installed_models
from pipecatapp.deployment.cluster_model import ClusterModelServer
from pipecatapp.deployment.embedded import EmbeddedDeployment
from pipecatapp.deployment.selection import choose_deployment
from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import consul_client
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(mode="cluster", home=tmp_path / "home", models_home=tmp_path / "models")


def bring(settings: Settings, *names: str) -> None:
    catalogue = Catalogue.load(settings.catalogue)
    for name in names:
        model = catalogue.get(name)
        for file in model.files:
            path = model.directory(settings.models_dir) / file.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def test_the_mode_chooses_the_place(settings: Settings) -> None:
    assert isinstance(choose_deployment(settings), ClusterDeployment)
    assert isinstance(choose_deployment(Settings(home=settings.home)), EmbeddedDeployment)


def test_the_personas_are_those_of_the_state_directory(settings: Settings) -> None:
    assert choose_deployment(settings).settings.prompts == settings.home / "prompts"
    alone = Settings(home=settings.home)
    assert choose_deployment(alone).settings is alone


def test_what_is_there_is_used_and_nothing_is_fetched(settings: Settings) -> None:
    bring(settings, "all-MiniLM-L6-v2-int8", "en_US-joe-medium", "faster-whisper-tiny.en")
    found = find_installed_models(settings)
    assert [model.name for model in found.stt_candidates] == ["faster-whisper-tiny.en"]
    assert found.tts
    assert found.tts.parent.name == "en_US-joe-medium"
    assert found.embedder == settings.models_dir / "all-MiniLM-L6-v2-int8"


@pytest.mark.parametrize(
    "missing", ["all-MiniLM-L6-v2-int8", "en_US-joe-medium", "faster-whisper-tiny.en"]
)
def test_what_is_missing_is_named(settings: Settings, missing: str) -> None:
    names = {"all-MiniLM-L6-v2-int8", "en_US-joe-medium", "faster-whisper-tiny.en"} - {missing}
    bring(settings, *names)
    with pytest.raises(UserError, match=r"playbook\.yaml") as raised:
        find_installed_models(settings.model_copy(update={"stt_model": "faster-whisper-tiny.en"}))
    assert missing in str(raised.value)


async def test_the_key_is_read_anew_and_stays_where_its_file_goes(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("first\n")
    server = ClusterModelServer(settings.model_copy(update={"llm_key_file": file}), 4)
    seen = [server.api_key]
    file.write_text("second\n")
    seen.append(server.api_key)
    file.unlink()
    seen.append(server.api_key)
    assert seen == ["first", "second", "second"]


async def test_a_key_that_cannot_be_read_is_said_at_the_start(settings: Settings) -> None:
    with pytest.raises(UserError, match="LLAMA_API_KEY_FILE"):
        ClusterModelServer(settings.model_copy(update={"llm_key_file": settings.home / "none"}), 4)


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("127.0.0.1", "http://127.0.0.1:8500"),
        ("https://consul.lan:8501", "https://consul.lan:8501"),
    ],
)
def test_consuls_address(settings: Settings, address: str, base: str) -> None:
    client = consul_client(settings.model_copy(update={"consul_address": address}))
    assert client.http.base_uri == base


@pytest.mark.parametrize("address", ["", "unix:///run/consul", "host:port", "ftp://consul"])
def test_an_address_that_is_none(settings: Settings, address: str) -> None:
    with pytest.raises(UserError, match="CONSUL_HTTP_ADDR"):
        consul_client(settings.model_copy(update={"consul_address": address}))

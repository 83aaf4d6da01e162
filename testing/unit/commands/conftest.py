import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipecatapp.cli import cli
from pipecatapp.settings import load_settings

CONTENT = b"GGUF"


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Let each test read the settings of its own environment."""
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state directory of the command line, beside a catalogue of one tiny model."""
    tiny = tmp_path / "tiny.gguf"
    tiny.write_bytes(CONTENT)
    entry = {
        "name": "tiny",
        "memory_mb": 1,
        "filename": "tiny.gguf",
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "sources": [{"path": str(tiny)}],
    }
    catalogue = tmp_path / "models.yaml"
    catalogue.write_text(json.dumps({"smoke_models": [entry]}))
    monkeypatch.setenv("PIPECATAPP_CATALOGUE", str(catalogue))
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return a function that runs `pipecatapp` with some words."""

    def run(*words: str) -> Result:
        load_settings.cache_clear()
        return CliRunner().invoke(cli, words)

    return run

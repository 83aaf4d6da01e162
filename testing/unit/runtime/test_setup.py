import io
from pathlib import Path

import pytest
import yaml

from pipecatapp.runtime import setup
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.selection.language_model import ChosenModel
from pipecatapp.runtime.setup import STEPS, set_up
from pipecatapp.settings import Settings

LLAMA = LlamaCpp("1", CpuLevel.CORE2, Path("/opt/llama/bin"))
LLM = ChosenModel("small", Path("/models/small.gguf"), "Q4_0", "the smallest")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a catalogue of local files; llama.cpp and its model are there already."""
    origin = tmp_path / "model.onnx"
    origin.write_bytes(b"weights")
    file = {"filename": "model.onnx", "sha256": None, "sources": [{"path": str(origin)}]}
    models = {"stt": "base", "tts": "joe", "embedding": "minilm"}
    catalogue = tmp_path / "models.yaml"
    lists = {
        f"{kind}_models": [{"name": name, "memory_mb": 1, "files": [file]}]
        for kind, name in models.items()
    }
    catalogue.write_text(yaml.safe_dump(lists))
    monkeypatch.setattr(setup, "ensure_llama_cpp", lambda settings, progress: LLAMA)
    monkeypatch.setattr(setup, "choose_llm", lambda *arguments: LLM)
    return Settings(home=tmp_path / "home", catalogue=catalogue)


def test_all_models_are_fetched_once(settings: Settings) -> None:
    first, second = io.StringIO(), io.StringIO()
    made = set_up(settings, Progress(STEPS, first))
    assert (made.llama, made.llm) == (LLAMA, LLM)
    assert [model.name for model in made.stt_candidates] == ["base"]
    assert made.tts == settings.models_dir / "joe" / "model.onnx"
    assert made.embedder == settings.models_dir / "minilm"
    assert (settings.models_dir / "base" / "model.onnx").read_bytes() == b"weights"
    assert "Model joe: done" in first.getvalue()
    assert set_up(settings, Progress(STEPS, second)) == made
    assert second.getvalue().count("already there") == STEPS - 1


def test_without_a_voice_here_none_is_fetched(settings: Settings) -> None:
    made = set_up(settings.model_copy(update={"tts_service": "piper-http"}), Progress())
    assert made.tts is None
    assert not (settings.models_dir / "joe").exists()

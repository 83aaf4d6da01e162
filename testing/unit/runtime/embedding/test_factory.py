import importlib.util
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.embedding.factory import load_embedder
from pipecatapp.settings import Settings


def test_minilm_is_the_default() -> None:
    settings = Settings()
    embedder = load_embedder(settings)
    assert isinstance(embedder, MiniLM)
    assert embedder.name == "all-MiniLM-L6-v2-int8"
    assert load_embedder(settings, settings.models_dir / embedder.name).name == embedder.name


@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed"
)
def test_a_missing_extra_is_said_with_its_remedy() -> None:
    with pytest.raises(UserError, match=r"pip install -e '\.\[sentence-transformers\]'"):
        load_embedder(Settings(embedder="sentence-transformers"))


def test_a_missing_model_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sentence_transformers", reason="the extra is not installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="set EMBEDDER=minilm") as caught:
        load_embedder(Settings(home=tmp_path, embedder="sentence-transformers"))
    assert "\n" not in str(caught.value)


def test_sentence_transformers_gives_vectors_like_minilm() -> None:
    pytest.importorskip("sentence_transformers", reason="the extra is not installed")
    settings = Settings(embedder="sentence-transformers")
    if not (settings.models_dir / "all-MiniLM-L6-v2").is_dir():
        pytest.skip("its model is not in the directory of models")
    texts = ["where is my car", "the router in the cellar", "half a pair \ud83d", ""]
    vectors = load_embedder(settings).embed(texts)
    quantized = MiniLM(settings.models_dir / "all-MiniLM-L6-v2-int8").embed(texts)
    assert (vectors * quantized).sum(axis=1) == pytest.approx(1.0, abs=0.1)
    assert load_embedder(settings).embed([]).shape == (0, 384)

import pytest

from pipecatapp.runtime.embedding.classifier import SoftmaxRegression, embedded, plain
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

EXAMPLES = {
    "drink": ["make tea", "brew a tea", "a cup of coffee please"],
    "go": ["go outside", "take a walk", "let us leave"],
}


def test_chances_of_each_class_by_the_order_of_their_names() -> None:
    embedder = MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")
    labelled = [(plain(text), name) for name in ("go", "drink") for text in EXAMPLES[name]]
    texts = [text for text, _ in labelled]
    model = SoftmaxRegression(
        texts, embedded(texts, embedder, None), [name for _, name in labelled]
    )
    asked = ["brew me a coffee", "walk outside"]
    chances = model.chances(asked, embedder.embed(asked))
    assert model.classes == ["drink", "go"]
    assert chances.shape == (2, 2)
    assert chances.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert chances[0, 0] > 0.6
    assert chances[1, 1] > 0.6

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipecatapp.runtime.embedding.classifier import SoftmaxRegression, embedded, plain
from pipecatapp.runtime.embedding.embedder import MiniLM, Vectors
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


class Counting:
    """An embedder that counts the texts that it is given."""

    name = "counting"

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_vectors_come_from_the_cache_where_it_is_of_these_texts(tmp_path: Path) -> None:
    embedder, cache = Counting(), tmp_path / "made" / "vectors.npz"
    first = embedded(["a", "bc"], embedder, cache)
    assert np.array_equal(embedded(["a", "bc"], embedder, cache), first)
    assert embedder.texts == 2
    embedded(["a", "bcd"], embedder, cache)
    assert embedder.texts == 4
    assert [path.name for path in cache.parent.iterdir()] == ["vectors.npz"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut short", b"no archive"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: bytes) -> None:
    embedder, cache = Counting(), tmp_path / "vectors.npz"
    cache.write_bytes(damage)
    for _ in range(2):
        assert embedded(["abc"], embedder, cache).tolist() == [[3.0, 1.0]]
    assert embedder.texts == 1


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    vectors = embedded(["abc"], Counting(), tmp_path / "file" / "vectors.npz")
    assert vectors.tolist() == [[3.0, 1.0]]


@pytest.mark.parametrize(
    ("said", "plain_words"),
    [
        ("Uhm, please make a tea!", "make a tea"),
        ("Open debian dot org slash news", "open example.org"),
        ("uh", "uh"),
    ],
)
def test_fillers_and_addresses_do_not_matter(said: str, plain_words: str) -> None:
    assert plain(said) == plain_words

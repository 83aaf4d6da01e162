from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipecatapp.runtime.embedding.embedder import BATCH, MiniLM
from pipecatapp.settings import Settings

TEXTS = [
    "restart nginx on node two",
    "hi",
    "a much longer sentence about the weather in the north and the rain that falls there all day",
    "how much disk space is left on the server in the kitchen",
    "",
]


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


def test_every_vector_has_length_one(embedder: MiniLM) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_neither_batch_nor_padding_changes_a_vector(embedder: MiniLM) -> None:
    together = embedder.embed(TEXTS)
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert (together * alone).sum(axis=1) == pytest.approx(1.0, abs=0.01)


def test_vectors_come_in_the_order_of_their_texts(embedder: MiniLM) -> None:
    texts = [f"{'very ' * (n % 7)}number {n}" for n in range(2 * BATCH + 3)]
    many = embedder.embed(texts)
    for n in (0, 6, BATCH, len(texts) - 1):
        assert int((many @ embedder.embed([texts[n]])[0]).argmax()) == n


def test_what_is_alike_is_near(embedder: MiniLM) -> None:
    music, song, stocks = embedder.embed(
        ["play some music", "put on a song", "the stock market fell"]
    )
    assert music @ song > music @ stocks + 0.2


def test_the_end_of_an_overlong_text_does_not_count(embedder: MiniLM) -> None:
    first, second = embedder.embed(["word " * 300 + "apple", "word " * 300 + "war"])
    assert first @ second == pytest.approx(1.0, abs=1e-5)


def test_half_a_surrogate_pair_is_survived(embedder: MiniLM) -> None:
    broken, whole = embedder.embed(["restart nginx \ud83d", "restart nginx"])
    assert broken @ whole > 0.8


def test_threads_do_not_disturb_each_other(embedder: MiniLM) -> None:
    expected = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed, [TEXTS] * 8):
            assert vectors == pytest.approx(expected, abs=1e-5)

from pathlib import Path

import numpy as np
import pytest

from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.memory.vector_index.quantization import encode
from pipecatapp.memory.vector_index.vectors import VectorIndex, embed_facts
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from testing.unit.memory.vector_index.test_quantization import unit_vectors

EACH = pytest.mark.parametrize("kind", ["faiss", "numpy"])
VECTORS = unit_vectors(300)


def fact(text: str, told_by: str | None = None, context: str = "") -> NewFact:
    return NewFact(text, Source.LEARNED, 0.0, told_by, context=context)


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


def filled(kind: str, count: int = 300) -> VectorIndex:
    index = VectorIndex(kind)
    index.add(range(1, count + 1), VECTORS[:count])
    return index


@EACH
def test_an_empty_index_finds_nothing_and_is_kept_as_well(kind: str, tmp_path: Path) -> None:
    index = VectorIndex(kind)
    assert index.search(VECTORS[0], 5) == []
    assert index.similarities(VECTORS[0], [1]) == {}
    index.add([], VECTORS[:0])
    index.add_stored([], [])
    index.remove([1])
    index.save(tmp_path / "cache", "key")
    again = VectorIndex.load(tmp_path / "cache", "key", kind)
    assert again is not None
    assert len(again) == 0
    again.add([7], VECTORS[:1])
    assert again.search(VECTORS[0], 5)[0][0] == 7


@EACH
def test_facts_are_found_by_id_whatever_came_and_went(kind: str) -> None:
    index = filled(kind)
    index.remove([1, 999])
    index.add_stored([1, 2], [encode(VECTORS[1]), encode(VECTORS[0])])
    assert len(index) == 300
    assert index.search(VECTORS[0], 1)[0][0] == 2
    assert index.search(VECTORS[1], 1)[0][0] == 1
    similar = index.similarities(VECTORS[2], [3, 2, 999])
    assert similar == {
        3: pytest.approx(1, abs=0.01),
        2: pytest.approx(float(VECTORS[0] @ VECTORS[2]), abs=0.01),
    }
    assert (999 in index, 3 in index) == (False, True)


def test_both_kinds_find_the_same() -> None:
    faiss, numpy = filled("faiss"), filled("numpy")
    for query in unit_vectors(50, seed=3):
        found, same = faiss.search(query, 20), numpy.search(query, 20)
        assert [id_ for id_, _ in found] == [id_ for id_, _ in same]
        scores = [score for _, score in same]
        assert [score for _, score in found] == pytest.approx(scores, abs=1e-5)


@EACH
def test_a_saved_index_is_loaded_with_its_key_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "cache"
    index = filled(kind)
    index.remove([5])
    index.save(path, "minilm 7")
    again = VectorIndex.load(path, "minilm 7", kind)
    assert again is not None
    assert again.search(VECTORS[0], 20) == index.search(VECTORS[0], 20)
    assert 5 not in again
    assert VectorIndex.load(path, "minilm 8", kind) is None
    assert VectorIndex.load(path, "minilm 7", "numpy" if kind == "faiss" else "faiss") is None
    path.write_bytes(path.read_bytes()[:-50])
    assert VectorIndex.load(path, "minilm 7", kind) is None


def test_the_cache_is_a_file_that_faiss_reads(tmp_path: Path) -> None:
    import faiss

    filled("faiss").save(tmp_path / "long_term_memory.faiss", "key")
    index = faiss.read_index(str(tmp_path / "long_term_memory.faiss"))
    assert index.ntotal == 300
    assert index.search(VECTORS[4:5], 1)[1][0].tolist() == [5]


def test_a_fact_and_its_turn_make_one_vector(embedder: MiniLM) -> None:
    alone, told, placed, again = embed_facts(
        embedder,
        [
            fact("It was wonderful."),
            fact("I found it wonderful.", told_by="Ada"),
            fact("It was wonderful.", context="How was the opera?"),
            fact("It was wonderful.", context="It was wonderful."),
        ],
    )
    ada, opera = embedder.embed(["Did Ada like it?", "the opera"])
    assert np.linalg.norm([alone, told, placed], axis=1) == pytest.approx(1.0, abs=1e-5)
    assert told @ ada > alone @ ada + 0.1
    assert placed @ opera > alone @ opera + 0.1
    assert again == pytest.approx(alone, abs=0.01)
    assert embed_facts(embedder, []).shape[0] == 0

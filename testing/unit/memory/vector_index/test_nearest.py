import subprocess
import sys

import numpy as np
import pytest

from pipecatapp.memory.vector_index.nearest import KINDS, kind_for
from pipecatapp.memory.vector_index.nearest_faiss import FaissNearest
from pipecatapp.memory.vector_index.nearest_numpy import ROWS, NumpyNearest
from pipecatapp.memory.vector_index.quantization import Codes, Ids, dequantize, quantize
from testing.unit.memory.vector_index.test_quantization import unit_vectors

COUNT = 2 * ROWS + 7
EACH = pytest.mark.parametrize("nearest", [FaissNearest, NumpyNearest])

CODES: Codes = quantize(unit_vectors(COUNT))
IDS: Ids = np.arange(COUNT, dtype=np.int64) * 3 + 5
QUERIES = unit_vectors(20, seed=1)


@EACH
def test_the_nearest_are_those_of_the_highest_products(
    nearest: type[FaissNearest] | type[NumpyNearest],
) -> None:
    index = nearest.of(384)
    index.add(IDS, CODES)
    products = QUERIES @ dequantize(CODES).T
    for query, row in zip(QUERIES, products, strict=True):
        ids, scores = index.search(query, 10)
        best = np.argsort(-row)[:10]
        assert ids.tolist() == IDS[best].tolist()
        assert scores == pytest.approx(row[best], abs=1e-5)


@EACH
def test_what_was_removed_is_not_found_and_the_rest_is(
    nearest: type[FaissNearest] | type[NumpyNearest],
) -> None:
    index = nearest.of(384)
    for start in range(0, COUNT, 1000):
        index.add(IDS[start : start + 1000], CODES[start : start + 1000])
    gone = IDS[::2]
    index.remove(np.append(gone, 4))
    index.add(np.array([4], dtype=np.int64), CODES[:1])
    ids, _ = index.search(dequantize(CODES[:1])[0], COUNT)
    assert ids[0] == 4
    assert sorted(ids.tolist()) == sorted([4, *IDS[1::2].tolist()])
    assert index.vectors(IDS[[7, 3]]) == pytest.approx(dequantize(CODES[[7, 3]]), abs=1e-6)


@EACH
def test_bytes_hold_all_of_it(nearest: type[FaissNearest] | type[NumpyNearest]) -> None:
    index = nearest.of(384)
    index.add(IDS, CODES)
    index.remove(IDS[:1])
    again = nearest.from_bytes(index.to_bytes())
    again.add(IDS[:1], CODES[:1])
    assert len(again) == COUNT
    assert sorted(again.ids().tolist()) == sorted(IDS.tolist())
    assert again.search(QUERIES[0], 20)[0].tolist() != []
    assert again.vectors(IDS[[0, 9]]) == pytest.approx(dequantize(CODES[[0, 9]]), abs=1e-6)


def test_faiss_is_for_processors_with_sse4_1() -> None:
    assert kind_for(frozenset({"ssse3", "sse4_1"})) == "faiss"
    assert kind_for(frozenset({"ssse3"})) == "numpy"
    assert set(KINDS) == {"faiss", "numpy"}


def test_neither_the_command_line_nor_numpy_loads_faiss() -> None:
    code = (
        "import sys, numpy as np, pipecatapp.cli\n"
        "from pipecatapp.memory.vector_index.vectors import VectorIndex\n"
        "index = VectorIndex('numpy')\n"
        "index.add([1], np.full((1, 4), 0.5, dtype=np.float32))\n"
        "assert index.search(np.full(4, 0.5, dtype=np.float32), 1)[0][0] == 1\n"
        "sys.exit('faiss' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

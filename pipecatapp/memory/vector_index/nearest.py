"""Finds the vectors nearest to a query with FAISS, or with NumPy where FAISS does not run.

Both compare every vector and use the same quantization, so they find the same. FAISS's search needs
SSE4.1: on a processor without it the process dies of an illegal instruction.
"""

from typing import Protocol

from pipecatapp.memory.vector_index.nearest_faiss import FaissNearest
from pipecatapp.memory.vector_index.nearest_numpy import NumpyNearest
from pipecatapp.memory.vector_index.quantization import Bytes, Codes, Ids, Scores
from pipecatapp.runtime.cpu import read_cpu_flags
from pipecatapp.runtime.embedding.embedder import Vectors


class Nearest(Protocol):
    """Quantized vectors by id."""

    kind: str

    def __len__(self) -> int: ...

    def ids(self) -> Ids:
        """Return all ids."""

    def add(self, ids: Ids, codes: Codes) -> None:
        """Add vectors of new ids."""

    def remove(self, ids: Ids) -> None:
        """Remove vectors; unknown ids are ignored."""

    def search(self, vector: Vectors, most: int) -> tuple[Ids, Scores]:
        """Return the ids and values of the highest scalar products, the best first."""

    def vectors(self, ids: Ids) -> Vectors:
        """Return vectors as quantization keeps them, shape (ids, dimensions)."""

    def to_bytes(self) -> Bytes:
        """Return the whole index, for `from_bytes`."""


KINDS: dict[str, type[FaissNearest] | type[NumpyNearest]] = {
    nearest.kind: nearest for nearest in (FaissNearest, NumpyNearest)
}


def kind_for(flags: frozenset[str] | None = None) -> str:
    """Return the kind that runs on a CPU with these flags, by default this CPU."""
    return "faiss" if "sse4_1" in (read_cpu_flags() if flags is None else flags) else "numpy"

"""The vectors nearest to a query, found by FAISS, or by NumPy where FAISS does not run.

Both look at every vector and use the same quantization, so they find the same. FAISS's search needs
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
        """Remove vectors; ids that are not there are no mistake."""

    def search(self, vector: Vectors, most: int) -> tuple[Ids, Scores]:
        """Return the ids of the highest scalar products, the best first, and those products."""

    def vectors(self, ids: Ids) -> Vectors:
        """Return what is kept of some vectors, shape (ids, dimensions)."""

    def to_bytes(self) -> Bytes:
        """Return all of it, for `from_bytes`."""


KINDS: dict[str, type[FaissNearest] | type[NumpyNearest]] = {
    nearest.kind: nearest for nearest in (FaissNearest, NumpyNearest)
}


def kind_for(flags: frozenset[str] | None = None) -> str:
    """Return which of the two runs on a CPU with these flags, this one by default."""
    return "faiss" if "sse4_1" in (read_cpu_flags() if flags is None else flags) else "numpy"

"""The nearest vectors by FAISS.

FAISS is imported where it is needed alone: loading it takes time that the command line has not got,
and where SSE4.1 is missing it must not be used at all.
"""

from typing import Any

import numpy as np

from pipecatapp.memory.vector_index.quantization import Bytes, Codes, Ids, Scores, limit
from pipecatapp.runtime.embedding.embedder import Vectors


class FaissNearest:
    """FAISS's IndexScalarQuantizer of one byte a component: 100,000 vectors are 37 MiB."""

    kind = "faiss"

    def __init__(self, index: Any):
        self._index = index

    @classmethod
    def of(cls, dimensions: int) -> "FaissNearest":
        """Return an empty one."""
        import faiss

        quantizer = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit_uniform, faiss.METRIC_INNER_PRODUCT
        )
        # Its range is learned from examples: two give exactly the one of `quantization.py`.
        most = np.full(dimensions, limit(dimensions), dtype=np.float32)
        quantizer.train(np.stack([-most, most]))
        return cls(faiss.IndexIDMap2(quantizer))

    @classmethod
    def from_bytes(cls, content: Bytes) -> "FaissNearest":
        """Return what `to_bytes` was called on. C++ code reads it: it must be known to be whole."""
        import faiss

        return cls(faiss.deserialize_index(content))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def ids(self) -> Ids:
        """Return the ids of all."""
        import faiss

        found: Ids = faiss.vector_to_array(self._index.id_map)
        return found

    def add(self, ids: Ids, codes: Codes) -> None:
        """Add vectors of new ids."""
        self._index.add_sa_codes(np.ascontiguousarray(codes), ids)

    def remove(self, ids: Ids) -> None:
        """Remove vectors; ids that are not there are no mistake."""
        self._index.remove_ids(ids)

    def search(self, vector: Vectors, most: int) -> tuple[Ids, Scores]:
        """Return the ids of the highest scalar products, the best first, and those products."""
        scores, ids = self._index.search(vector[None], min(most, len(self)))
        return ids[0], scores[0]

    def vectors(self, ids: Ids) -> Vectors:
        """Return what is kept of some vectors, shape (ids, dimensions)."""
        found: Vectors = self._index.reconstruct_batch(ids)
        return found

    def to_bytes(self) -> Bytes:
        """Return all of it, for `from_bytes`."""
        import faiss

        content: Bytes = faiss.serialize_index(self._index)
        return content

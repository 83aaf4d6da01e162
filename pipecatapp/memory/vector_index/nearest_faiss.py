"""Finds the nearest vectors with FAISS.

FAISS is imported only where it is used: loading it would slow down every command, and it must not
be used where SSE4.1 is missing.
"""

from typing import Any

import numpy as np

from pipecatapp.memory.vector_index.quantization import Bytes, Codes, Ids, Scores, limit
from pipecatapp.runtime.embedding.embedder import Vectors


class FaissNearest:
    """FAISS's IndexScalarQuantizer with one byte a component: 100,000 vectors take 37 MiB."""

    kind = "faiss"

    def __init__(self, index: Any):
        self._index = index

    @classmethod
    def of(cls, dimensions: int) -> "FaissNearest":
        """Return an empty index."""
        import faiss

        quantizer = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit_uniform, faiss.METRIC_INNER_PRODUCT
        )
        # The range is learned from examples: these two give exactly that of `quantization.py`.
        most = np.full(dimensions, limit(dimensions), dtype=np.float32)
        quantizer.train(np.stack([-most, most]))
        return cls(faiss.IndexIDMap2(quantizer))

    @classmethod
    def from_bytes(cls, content: Bytes) -> "FaissNearest":
        """Return the index that `to_bytes` was called on; damaged bytes would crash FAISS."""
        import faiss

        return cls(faiss.deserialize_index(content))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def ids(self) -> Ids:
        """Return all ids."""
        import faiss

        found: Ids = faiss.vector_to_array(self._index.id_map)
        return found

    def add(self, ids: Ids, codes: Codes) -> None:
        """Add vectors of new ids."""
        self._index.add_sa_codes(np.ascontiguousarray(codes), ids)

    def remove(self, ids: Ids) -> None:
        """Remove vectors; unknown ids are ignored."""
        self._index.remove_ids(ids)

    def search(self, vector: Vectors, most: int) -> tuple[Ids, Scores]:
        """Return the ids and values of the highest scalar products, the best first."""
        scores, ids = self._index.search(vector[None], min(most, len(self)))
        return ids[0], scores[0]

    def vectors(self, ids: Ids) -> Vectors:
        """Return vectors as quantization keeps them, shape (ids, dimensions)."""
        found: Vectors = self._index.reconstruct_batch(ids)
        return found

    def to_bytes(self) -> Bytes:
        """Return the whole index, for `from_bytes`."""
        import faiss

        content: Bytes = faiss.serialize_index(self._index)
        return content

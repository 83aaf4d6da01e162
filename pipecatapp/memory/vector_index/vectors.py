"""Embeds facts, and indexes their vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipecatapp.memory.storage.fact import NewFact
from pipecatapp.memory.vector_index import cache_file
from pipecatapp.memory.vector_index.nearest import KINDS, Nearest, kind_for
from pipecatapp.memory.vector_index.quantization import Codes, Ids, quantize, stacked
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.text.first_person import as_told

CONTEXT_WEIGHT = 0.5
"""The weight in a fact's vector of the turn that it came from; the fact itself has 1."""


def embed_facts(embedder: Embedder, facts: Sequence[NewFact]) -> Vectors:
    """Return a unit vector for each fact, shape (facts, dimensions).

    Facts of one turn share its context, which is embedded once.
    """
    texts = [as_told(fact.text, fact.told_by) for fact in facts]
    contexts = [fact.context.strip() for fact in facts]
    different = dict.fromkeys(
        context for context, fact in zip(contexts, facts, strict=True) if context != fact.text
    )
    different.pop("", None)
    vectors = embedder.embed([*texts, *different])
    places = {context: len(texts) + n for n, context in enumerate(different)}
    own = vectors[: len(texts)]
    for n, context in enumerate(contexts):
        if (place := places.get(context)) is not None and context != facts[n].text:
            own[n] += CONTEXT_WEIGHT * vectors[place]
    scaled: Vectors = own / np.linalg.norm(own, axis=1, keepdims=True)
    return scaled


class VectorIndex:
    """The vectors of the current facts, by the facts' ids; not thread-safe."""

    def __init__(self, kind: str | None = None):
        """Make an empty index.

        Args:
            kind: `faiss` or `numpy`; by default the one that runs on this CPU.
        """
        self._kind = kind or kind_for()
        self._ids: set[int] = set()
        self._nearest: Nearest | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: int) -> bool:
        return id_ in self._ids

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add unit vectors, shape (ids, dimensions), or replace those of known ids."""
        if len(ids):
            self._add(ids, quantize(vectors))

    def add_stored(self, ids: Sequence[int], blobs: Sequence[bytes]) -> None:
        """Add vectors as `encode` returned them, without decoding them."""
        if len(ids):
            self._add(ids, stacked(blobs))

    def _add(self, ids: Sequence[int], codes: Codes) -> None:
        self.remove(ids)
        if self._nearest is None:
            self._nearest = KINDS[self._kind].of(codes.shape[1])
        self._nearest.add(_array(ids), codes)
        self._ids.update(ids)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors; unknown ids are ignored."""
        present = [id_ for id_ in ids if id_ in self._ids]
        if present and self._nearest is not None:
            self._nearest.remove(_array(present))
            self._ids.difference_update(present)

    def search(self, vector: Vectors, most: int) -> list[tuple[int, float]]:
        """Return the ids and cosines of the vectors nearest to a unit vector, the best first."""
        if not self._ids or self._nearest is None or most < 1:
            return []
        ids, scores = self._nearest.search(np.asarray(vector, dtype=np.float32), most)
        return list(zip(ids.tolist(), scores.tolist(), strict=True))

    def similarities(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosines of a unit vector with those of facts; unknown ids are left out."""
        present = [id_ for id_ in ids if id_ in self._ids]
        if not present or self._nearest is None:
            return {}
        cosines = self._nearest.vectors(_array(present)) @ vector
        return dict(zip(present, cosines.tolist(), strict=True))

    def save(self, path: Path, key: str) -> None:
        """Write the index to a file in one step.

        Args:
            path: The file.
            key: What the index was made of; `load` needs the same.

        Raises:
            OSError: It cannot be written; what was there before still is.
        """
        empty = np.empty(0, dtype=np.uint8)
        content = empty if self._nearest is None else self._nearest.to_bytes()
        cache_file.write(path, content, {"key": key, "kind": self._kind, "count": len(self)})

    @classmethod
    def load(cls, path: Path, key: str, kind: str | None = None) -> "VectorIndex | None":
        """Return a saved index, or None where the file is damaged, missing or of another key."""
        found = cache_file.read(path)
        index = cls(kind)
        if found is None or (found[1].get("key"), found[1].get("kind")) != (key, index._kind):
            return None
        content, label = found
        if len(content):
            # The checksum was right, so FAISS's C++ code reads only what it has written.
            index._nearest = KINDS[index._kind].from_bytes(content)
            index._ids = set(index._nearest.ids().tolist())
        return index if len(index) == label.get("count") else None


def _array(ids: Sequence[int]) -> Ids:
    return np.asarray(ids, dtype=np.int64)

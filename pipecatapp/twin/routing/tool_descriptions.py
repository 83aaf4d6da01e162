"""Compares a request with the descriptions of tools that have few examples."""

from collections.abc import Mapping, Sequence

from pipecatapp.runtime.embedding.embedder import Embedder

APART = 0.25
"""A tool whose description is this much less similar to a request than the best one, by the cosine
of their embeddings, is not offered. On 30 questions of BFCL with 2 to 4 functions, none of them in
the sample of seed 7, the right function is the most similar one 29 times and 0.03 behind once; the
five that the 1.5B model took instead lay 0.31 and more behind."""


class ToolDescriptions:
    """The descriptions of some tools, embedded once."""

    def __init__(self, embedder: Embedder, descriptions: Mapping[str, str]):
        """Embed them.

        Args:
            embedder: Makes the vectors.
            descriptions: What each tool does, by its name.
        """
        self._embedder = embedder
        self._names = list(descriptions)
        self._vectors = embedder.embed(list(descriptions.values())) if descriptions else None

    def far(self, words: str) -> Sequence[str]:
        """Return the tools whose descriptions are far less similar to some words than the best."""
        if self._vectors is None:
            return []
        similar = self._vectors @ self._embedder.embed([words])[0]
        least = similar.max() - APART
        return [name for name, value in zip(self._names, similar, strict=True) if value < least]

"""Unit vectors as bytes: a quarter of their size, and a quarter of the memory read in a search."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipecatapp.runtime.embedding.embedder import Vectors

Codes = npt.NDArray[np.uint8]
"""Shape (vectors, dimensions)."""
Bytes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]

DEVIATIONS = 6
"""The largest component that is kept, in standard deviations of a random unit vector's component,
which are 1 / sqrt(dimensions). MiniLM's largest over 5,882 turns of LoCoMo has 5."""
STEPS = 255


def limit(dimensions: int) -> float:
    """Return the largest component that is kept; larger ones are clipped to it."""
    return DEVIATIONS / float(np.sqrt(dimensions))


def quantize(vectors: Vectors) -> Codes:
    """Return each component as the number of its interval, as FAISS's QT_8bit_uniform does."""
    most = limit(vectors.shape[1])
    scaled = (np.asarray(vectors, dtype=np.float32) + most) * (STEPS / (2 * most))
    codes: Codes = np.clip(np.floor(scaled), 0, STEPS).astype(np.uint8)
    return codes


def dequantize(codes: Codes) -> Vectors:
    """Return the middles of the intervals, which quantize to the same codes again."""
    most = limit(codes.shape[1])
    return (codes.astype(np.float32) + 0.5) * np.float32(2 * most / STEPS) - np.float32(most)


def encode(vector: Vectors) -> bytes:
    """Return a unit vector as the database keeps it, one byte a component."""
    return bytes(quantize(vector[None]).data)


def stacked(blobs: Sequence[bytes]) -> Codes:
    """Return the codes of vectors from the database, shape (blobs, dimensions)."""
    dimensions = len(blobs[0]) if blobs else 1
    return np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), dimensions)

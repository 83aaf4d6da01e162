import numpy as np
import pytest

from pipecatapp.memory.vector_index.quantization import dequantize, encode, limit, quantize, stacked
from pipecatapp.runtime.embedding.embedder import Vectors


def unit_vectors(count: int, dimensions: int = 384, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions))
    units: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return units


def test_a_cosine_is_kept_to_the_third_decimal() -> None:
    vectors = unit_vectors(500)
    exact = vectors[:50] @ vectors.T
    assert np.abs(vectors[:50] @ dequantize(quantize(vectors)).T - exact).max() < 0.005


def test_what_was_stored_is_stored_as_the_same_again() -> None:
    vectors = unit_vectors(20)
    blobs = [encode(vector) for vector in vectors]
    assert all(len(blob) == 384 for blob in blobs)
    assert [encode(vector) for vector in dequantize(stacked(blobs))] == blobs


def test_a_component_out_of_range_is_cut_off() -> None:
    lone = np.zeros((1, 384), dtype=np.float32)
    lone[0, 3], lone[0, 4] = 1.0, -1.0
    kept = dequantize(quantize(lone))
    assert kept[0, 3] == pytest.approx(limit(384), abs=0.002)
    assert kept[0, 4] == pytest.approx(-limit(384), abs=0.002)
    assert dequantize(stacked([])).shape[0] == 0

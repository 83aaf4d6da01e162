"""Sentence embeddings: the vectors that decisions, summaries and long-term memory compare."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from pipecatapp.runtime.cpu import physical_cores

Vectors = npt.NDArray[np.float32]

LONGEST_TEXT = 256
"""In word pieces, as in MiniLM's training. The rest of a longer text is ignored."""
BATCH = 32


class Embedder(Protocol):
    """Turns texts into vectors whose scalar product is their similarity."""

    @property
    def name(self) -> str:
        """The name of the model; vectors of different models cannot be compared."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, shape (texts, dimensions)."""


class MiniLM:
    """all-MiniLM-L6-v2, quantized to int8, on onnxruntime.

    A sentence's vector is the mean of its tokens' vectors, padding left out, scaled to length one
    (Reimers and Gurevych, "Sentence-BERT", 2019).
    """

    def __init__(self, directory: Path):
        """Load the model.

        Args:
            directory: The directory of model.onnx and tokenizer.json.
        """
        self.name = directory.name
        self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST_TEXT)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        # Short texts gain little from threads, and spinning ones take time from speech.
        options.intra_op_num_threads = min(2, physical_cores())
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            directory / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        # Worker threads call this, and the tokenizer's padding is shared state.
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, shape (texts, 384)."""
        # Texts of similar length share a batch, so that it has little padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.empty((len(texts), 384), dtype=np.float32)
        with self._lock:
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH]
                vectors[chosen] = self._embed_batch([texts[i] for i in chosen])
        return vectors

    def _embed_batch(self, texts: list[str]) -> Vectors:
        # The tokenizer rejects half a surrogate pair, which JSON can contain.
        readable = [text.encode(errors="replace").decode() for text in texts]
        encoded = self._tokenizer.encode_batch(readable)
        ids = np.array([entry.ids for entry in encoded], dtype=np.int64)
        mask = np.array([entry.attention_mask for entry in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        given = {name: inputs[name] for name in self._inputs}
        tokens = np.asarray(self._session.run(None, given)[0], dtype=np.float32)
        weights = mask[..., None].astype(np.float32)
        means = (tokens * weights).sum(axis=1) / weights.sum(axis=1)
        scaled: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return scaled

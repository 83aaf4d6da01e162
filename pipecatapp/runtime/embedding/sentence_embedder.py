"""Sentence embeddings by sentence-transformers (EMBEDDER=sentence-transformers), an extra.

It runs the publisher's model in full precision, on torch, which a Core 2 Duo cannot run.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import BATCH, LONGEST_TEXT, Vectors

MODEL = "sentence-transformers/all-MiniLM-L6-v2"


class SentenceTransformersEmbedder:
    """all-MiniLM-L6-v2 as its publisher ships it, on torch."""

    def __init__(self, models_dir: Path):
        """Load the model.

        Args:
            models_dir: May have a directory of the model's name; otherwise sentence-transformers
                fetches the model from its publisher, once.

        Raises:
            UserError: The extra is not installed or does not run here, or the model is missing.
        """
        make = _require_sentence_transformers()
        local = models_dir / MODEL.rpartition("/")[2]
        self.name = MODEL
        try:
            self._model = make(str(local) if local.is_dir() else MODEL, device="cpu")
        except (OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise UserError(
                f"{MODEL} cannot be loaded ({reason}): connect this machine to the internet, put "
                f"the model's files into {local}, or set EMBEDDER=minilm."
            ) from error
        self._model.max_seq_length = LONGEST_TEXT
        # Worker threads call this, and torch's tokenizers are shared state.
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, shape (texts, 384)."""
        # The tokenizer rejects half a surrogate pair, which JSON can contain.
        readable = [text.encode(errors="replace").decode() for text in texts]
        if not readable:
            return np.empty((0, 384), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                readable, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


def _require_sentence_transformers() -> Any:
    """Return the class that loads a model.

    Raises:
        UserError: The extra is not installed, or does not run on this machine.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except (ImportError, OSError) as error:
        raise UserError(
            f"EMBEDDER=sentence-transformers needs the extra of that name ({error}): run "
            "`.venv/bin/pip install -e '.[sentence-transformers]'`, or set EMBEDDER=minilm."
        ) from error
    return SentenceTransformer

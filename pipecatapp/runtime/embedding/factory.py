"""Loads the embedder of the setting EMBEDDER: MiniLM on onnxruntime, or sentence-transformers."""

from pathlib import Path

from pipecatapp.runtime.embedding.embedder import Embedder, MiniLM
from pipecatapp.runtime.embedding.sentence_embedder import SentenceTransformersEmbedder
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.settings import Settings


def load_embedder(settings: Settings, directory: Path | None = None) -> Embedder:
    """Load the embedder of EMBEDDER.

    Args:
        settings: Which one, and where models are.
        directory: Where MiniLM is; by default the directory of the catalogue's embedding model.

    Raises:
        UserError: The embedder is not installed.
    """
    if settings.embedder == "sentence-transformers":
        return SentenceTransformersEmbedder(settings.models_dir)
    if directory is None:
        model = Catalogue.load(settings.catalogue).models("embedding")[0]
        directory = model.directory(settings.models_dir)
    return MiniLM(directory)

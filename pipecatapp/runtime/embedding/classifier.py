"""Classifies what people say: softmax regression (multinomial logistic) on meaning and words.

The features of a text are its sentence embedding and its words themselves, weighted by how rare
they are (tf-idf): the embedding knows what is alike in meaning, the words that "write a script" and
"run a script" are not the same wish. A few dozen examples of each class are enough to fit it.
"""

import hashlib
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from loguru import logger

from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.text.language import language

STEPS = 300
RATE = 2.0
WEIGHT_DECAY = 3e-4
"""L2 penalty: few examples of many dimensions are separable, and would be believed too firmly."""
MEANING = 4.0
WORDS = 2.5
"""How much the embedding and the words count. Ten-fold cross-validation over the examples: the
embedding alone is right in 83 %, the words alone in 71 %, both so weighted in 86 %."""


# Which address somebody names says nothing of what is wanted either, only that they name one.
_TOP = r"(?:com|org|net|gov|edu|io|info|de|uk|eu|dev|local)"
_ADDRESS = re.compile(
    rf"https?://\S+|\b(?:[a-z0-9-]+\.)+{_TOP}\b(?:/\S*)?"
    rf"|\b(?:[a-z0-9-]+ dot ){{1,3}}{_TOP}\b(?: (?:slash|dot) [a-z0-9-]+)*",
    re.IGNORECASE,
)


def plain(words: str) -> str:
    """Return words as speech and typing have them in common: small letters, no fillers."""
    kept = language().requests.fillers.sub(
        " ", _ADDRESS.sub("example.org", words.replace("\n", " "))
    )
    return " ".join(kept.lower().split()).strip(" .!,;:") or words.lower().strip()


class TermVocabulary:
    """Words and pairs of words that examples have in common, and how much each says."""

    def __init__(self, texts: Sequence[str]):
        """Learn the words of some texts; those of a single one teach nothing."""
        counts = Counter(feature for text in texts for feature in _features(text))
        known = sorted(feature for feature, count in counts.items() if count > 1)
        self._columns = {feature: column for column, feature in enumerate(known)}
        self._rarity = {feature: np.log(len(texts) / counts[feature]) for feature in known}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length one, or zero, for each text, shape (texts, words)."""
        vectors = np.zeros((len(texts), len(self._columns)), dtype=np.float32)
        for row, text in enumerate(texts):
            for feature in _features(text) & self._columns.keys():
                vectors[row, self._columns[feature]] = self._rarity[feature]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        scaled: Vectors = vectors / np.maximum(lengths, 1e-6)
        return scaled


def _features(text: str) -> set[str]:
    """Return a text's words, its pairs of words, and what it begins with."""
    words = ["^", *re.findall(r"[\w']+", text)]
    return {*words[1:], *(f"{first} {second}" for first, second in pairwise(words))}


class SoftmaxRegression:
    """A fitted classifier of texts."""

    def __init__(self, texts: Sequence[str], vectors: Vectors, labels: Sequence[str]):
        """Fit it.

        Args:
            texts: The examples, as `plain` writes them.
            vectors: Their embeddings, shape (texts, dimensions).
            labels: The class of each.
        """
        self.classes = sorted(set(labels))
        self._vocabulary = TermVocabulary(texts)
        numbers = np.array([self.classes.index(label) for label in labels])
        self._weights = _fit(self._inputs(texts, vectors), numbers, len(self.classes))

    def chances(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Return the probability of each class for each text, shape (texts, classes)."""
        return _softmax(self._inputs(texts, vectors) @ self._weights)

    def _inputs(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        words = self._vocabulary.vectors(texts)
        ones = np.ones((len(vectors), 1), dtype=np.float32)
        return np.hstack([MEANING * vectors, WORDS * words, ones])


def _softmax(scores: Vectors) -> Vectors:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Vectors = powers / powers.sum(axis=1, keepdims=True)
    return result


def _fit(features: Vectors, labels: npt.NDArray[np.int64], classes: int) -> Vectors:
    """Return the weights, shape (features, classes), by Nesterov's accelerated gradient.

    Every class weighs the same, however many examples it has.
    """
    wanted = np.eye(classes, dtype=np.float32)[labels]
    share = (1.0 / np.sqrt(wanted.sum(axis=0)))[labels]
    share = (share / share.sum())[:, None].astype(np.float32)
    weights = np.zeros((features.shape[1], classes), dtype=np.float32)
    ahead = weights.copy()
    for step in range(STEPS):
        error = (_softmax(features @ ahead) - wanted) * share
        moved = ahead - RATE * (features.T @ error + WEIGHT_DECAY * ahead)
        ahead = moved + step / (step + 3) * (moved - weights)
        weights = moved
    return weights


def embedded(texts: Sequence[str], embedder: Embedder, cache: Path | None) -> Vectors:
    """Return the texts' vectors, from the cache where it holds exactly these."""
    key = hashlib.sha256("\0".join([embedder.name, *texts]).encode()).hexdigest()
    if cache is not None and cache.exists():
        try:
            # Opened here, as NumPy leaves a file that it cannot read open.
            with cache.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                if str(kept["key"]) == key:
                    vectors: Vectors = kept["vectors"]
                    return vectors
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            logger.warning(f"{cache} cannot be used ({error}): it is made anew")
    vectors = embedder.embed(texts)
    if cache is not None:
        _keep(cache, key, vectors)
    return vectors


def _keep(cache: Path, key: str, vectors: Vectors) -> None:
    beside = cache.with_suffix(".new.npz")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(beside, key=np.array(key), vectors=vectors)
        beside.replace(cache)
    except OSError as error:
        logger.warning(f"{cache} cannot be written ({error.strerror}): the next start is slower")

"""The fast head: what is wanted, told from the meaning of the words in a few milliseconds.

A softmax classifier (multinomial logistic regression) on sentence embeddings. It is fitted at
start-up from the examples that every tool and expert carries, so that a new one needs no more than
its examples.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from loguru import logger

from pipecatapp.runtime.embedder import Embedder, Vectors

STEPS = 300
RATE = 4.0
WEIGHT_DECAY = 2e-5
"""L2 penalty: few examples of many dimensions are separable, and would be believed too firmly."""

# Words that say nothing of what is wanted; speech is full of them.
_FILLERS = re.compile(
    r"\b(?:u+h*m+|u+h+|e+r+m*|h+m+|like,|you know,|well,|so,|okay,?|ok,?|hey,?|please|twin,?)"
    r"(?=\s|$)",
    re.IGNORECASE,
)


def plain(words: str) -> str:
    """Return words as speech and typing have them in common: small letters, no fillers."""
    kept = _FILLERS.sub(" ", words.replace("\n", " "))
    return " ".join(kept.lower().split()).strip(" .!,;:") or words.lower().strip()


@dataclass(frozen=True)
class Guess:
    """What the head makes of some words.

    Attributes:
        actions: All actions, the likeliest first.
        chances: The probability of each, in the same order.
        nearest: Examples and their actions, the nearest first.
    """

    actions: list[str]
    chances: list[float]
    nearest: list[tuple[str, str]]

    @property
    def action(self) -> str:
        """The likeliest action."""
        return self.actions[0]

    @property
    def chance(self) -> float:
        """Its probability."""
        return self.chances[0]


class Head:
    """A fitted classifier of utterances."""

    def __init__(
        self, embedder: Embedder, examples: Mapping[str, Sequence[str]], cache: Path | None = None
    ):
        """Fit the head.

        Args:
            embedder: Makes the vectors.
            examples: What people say, by action.
            cache: A file that keeps the examples' vectors across starts.
        """
        self._embedder = embedder
        self.actions = sorted(examples)
        labelled = [(plain(text), name) for name in self.actions for text in examples[name]]
        self._labelled = labelled
        self._vectors = _embedded([text for text, _ in labelled], embedder, cache)
        labels = np.array([self.actions.index(name) for _, name in labelled])
        self._weights = _fit(_with_bias(self._vectors), labels, len(self.actions))

    def guess(self, words: str) -> Guess:
        """Return what is wanted by some words."""
        vector = self._embedder.embed([plain(words)])
        chances = _softmax(_with_bias(vector) @ self._weights)[0]
        order = np.argsort(-chances)
        near = np.argsort(-(self._vectors @ vector[0]))[:24]
        return Guess(
            [self.actions[i] for i in order],
            [float(chances[i]) for i in order],
            [self._labelled[i] for i in near],
        )


def _with_bias(vectors: Vectors) -> Vectors:
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    # Unit vectors of 384 dimensions have small entries: scaled, they are fitted in fewer steps.
    return np.hstack([vectors * 4.0, ones])


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


def _embedded(texts: list[str], embedder: Embedder, cache: Path | None) -> Vectors:
    """Return the texts' vectors, from the cache where it holds exactly these."""
    key = hashlib.sha256("\0".join([embedder.name, *texts]).encode()).hexdigest()
    if cache is not None and cache.exists():
        try:
            with np.load(cache, allow_pickle=False) as kept:
                if str(kept["key"]) == key:
                    vectors: Vectors = kept["vectors"]
                    return vectors
        except (OSError, ValueError, KeyError) as error:
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

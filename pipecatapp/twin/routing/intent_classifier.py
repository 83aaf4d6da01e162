"""Classifies the intent of an utterance in a few milliseconds.

Softmax regression on the words and their embedding (`runtime/embedding/classifier.py`), fitted at
start-up from the examples that every tool and expert carries: a new one needs no more than those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipecatapp.runtime.embedding.classifier import SoftmaxRegression, embedded, plain
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.twin.routing.actions import UNABLE, is_unable
from pipecatapp.twin.routing.quotations import unquoted

NEAREST = 24
"""How many of the nearest examples are returned."""
TAKEN_OVER = 0.65
"""An example of what nothing can do that is this similar to a tool's, by the cosine of their
embeddings, is that tool's after all."""
TOPIC_TAKEN_OVER = 0.25
"""With this share of its examples so similar, a whole topic is the tools'."""


@dataclass(frozen=True)
class IntentPrediction:
    """The classifier's prediction for an utterance.

    Attributes:
        actions: All actions, the likeliest first.
        chances: The probability of each, in the same order; they add up to 1.
        nearest: Training examples with their actions, the nearest first; `unable` has its topic.
    """

    actions: list[str]
    chances: list[float]
    nearest: list[tuple[str, str]]

    @property
    def action(self) -> str:
        """The likeliest action."""
        return self.actions[0]

    @property
    def topic(self) -> str:
        """The nearest topic of what nothing here can do, such as `unable:weather`."""
        return next((name for _, name in self.nearest if is_unable(name)), UNABLE)

    @property
    def chance(self) -> float:
        """Its probability."""
        return self.chances[0]


class IntentClassifier:
    """A fitted classifier of utterances."""

    def __init__(
        self, embedder: Embedder, examples: Mapping[str, Sequence[str]], cache: Path | None = None
    ):
        """Fit the classifier.

        Args:
            embedder: Makes the vectors.
            examples: What people say, by action.
            cache: A file that keeps the examples' vectors across starts.
        """
        self._embedder = embedder
        labelled = [(_said(text), name) for name in examples for text in examples[name]]
        vectors = embedded([text for text, _ in labelled], embedder, cache)
        kept = _without_taken_over([name for _, name in labelled], vectors)
        self._labelled = [labelled[i] for i in kept]
        self._vectors = vectors[kept]
        texts = [text for text, _ in self._labelled]
        # One class for all topics: their examples are alike, and their number must not weigh.
        labels = [UNABLE if is_unable(name) else name for _, name in self._labelled]
        self._model = SoftmaxRegression(texts, self._vectors, labels)
        self.actions = self._model.classes

    def predict(self, words: str) -> IntentPrediction:
        """Return the prediction for an utterance."""
        text = _said(words)
        vector = self._embedder.embed([text])
        chances = self._model.chances([text], vector)[0]
        order = np.argsort(-chances)
        near = np.argsort(-(self._vectors @ vector[0]))[:NEAREST]
        return IntentPrediction(
            [self.actions[i] for i in order],
            [float(chances[i]) for i in order],
            [self._labelled[i] for i in near],
        )


def _without_taken_over(names: Sequence[str], vectors: Vectors) -> list[int]:
    """Return which examples to learn from: none of a deed that a tool here does after all.

    Args:
        names: The action of each example.
        vectors: Their embeddings, shape (examples, dimensions).
    """
    unable = [i for i, name in enumerate(names) if is_unable(name)]
    tools = [i for i, name in enumerate(names) if "." in name and not is_unable(name)]
    if not unable or not tools:
        return list(range(len(names)))
    similar = (vectors[unable] @ vectors[tools].T).max(axis=1)
    near = {i for i, each in zip(unable, similar, strict=True) if each >= TAKEN_OVER}
    shares = {
        topic: sum(i in near for i in unable if names[i] == topic) / names.count(topic)
        for topic in {names[i] for i in unable}
    }
    gone = {topic for topic, share in shares.items() if share >= TOPIC_TAKEN_OVER}
    return [i for i in range(len(names)) if i not in near and names[i] not in gone]


def _said(words: str) -> str:
    """Return the user's own words, without quotations, in the form that the classifier takes."""
    return plain(unquoted(words))

"""Classifies the intent of an utterance in a few milliseconds.

Softmax regression on the words and their embedding (`runtime/embedding/classifier.py`), fitted at
start-up from the examples that every tool and expert carries: a new one needs no more than those.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipecatapp.runtime.embedding.classifier import SoftmaxRegression, embedded, plain
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.twin.routing.actions import UNABLE, is_unable
from pipecatapp.twin.routing.quotations import unquoted

NEAREST = 24
"""How many of the nearest examples are returned."""
ALIKE = 0.6
"""Two examples of this similarity, by the cosine of their embeddings, may be for the same deed."""
PART_OF_TOPIC, SAME_TOPIC = 0.3, 0.7
"""Where this share of a tool's examples is like those of a topic that nothing here can help with,
the tool can: with the like of them, or with the whole topic. Of the tools that come along none has
more than 0.15; of made-up ones for lamps, heating, music, mail and the weather, all have 0.4."""


@dataclass(frozen=True)
class IntentPrediction:
    """The classifier's prediction for an utterance.

    Attributes:
        actions: All actions, the likeliest first.
        chances: The probability of each, in the same order; they add up to 1.
        nearest: Training examples with their actions, the nearest first; `unable` has its topic.
        likeness: The cosine between the utterance and the nearest example of what nothing here can
            do; 0 where there is none.
    """

    actions: list[str]
    chances: list[float]
    nearest: list[tuple[str, str]]
    likeness: float = 0.0

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

    def without(self, names: Collection[str]) -> "IntentPrediction":
        """Return the prediction without some actions, its probabilities rescaled."""
        kept = [i for i, name in enumerate(self.actions) if name not in names]
        if len(kept) == len(self.actions):
            return self
        total = sum(self.chances[i] for i in kept)
        return IntentPrediction(
            [self.actions[i] for i in kept],
            [self.chances[i] / total for i in kept],
            [(text, name) for text, name in self.nearest if name not in names],
            self.likeness,
        )


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
        self._unable = np.array([label == UNABLE for label in labels])
        self._model = SoftmaxRegression(texts, self._vectors, labels)
        self.actions = self._model.classes

    def predict(self, words: str) -> IntentPrediction:
        """Return the prediction for an utterance."""
        text = _said(words)
        vector = self._embedder.embed([text])
        chances = self._model.chances([text], vector)[0]
        order = np.argsort(-chances)
        similarities = self._vectors @ vector[0]
        near = np.argsort(-similarities)[:NEAREST]
        return IntentPrediction(
            [self.actions[i] for i in order],
            [float(chances[i]) for i in order],
            [self._labelled[i] for i in near],
            float(similarities[self._unable].max(initial=0.0)),
        )


def _without_taken_over(names: Sequence[str], vectors: Vectors) -> list[int]:
    """Return which examples to learn from: none of a deed that a tool here does after all.

    Args:
        names: The action of each example.
        vectors: Their embeddings, shape (examples, dimensions).
    """
    of = {name: [i for i, each in enumerate(names) if each == name] for name in set(names)}
    topics = [name for name in of if is_unable(name)]
    gone = set[int]()
    for tool in (name for name in of if "." in name):
        for topic in topics:
            near = vectors[of[topic]] @ vectors[of[tool]].T >= ALIKE
            share = near.any(axis=0).mean()
            if share >= SAME_TOPIC:
                gone.update(of[topic])
            elif share >= PART_OF_TOPIC:
                gone.update(of[topic][row] for row in np.flatnonzero(near.any(axis=1)))
    return [i for i in range(len(names)) if i not in gone]


def _said(words: str) -> str:
    """Return the user's own words, without quotations, in the form that the classifier takes."""
    return plain(unquoted(words))

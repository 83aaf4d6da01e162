"""The gate before the model: tells in milliseconds what cannot be worth keeping.

Most of what is said to a voice assistant is small talk, questions and orders. On an old processor
the model needs many seconds to see that; a classifier fitted from examples needs milliseconds. It
is set for recall: what it lets pass the model still judges, what it holds back is lost.
"""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.runtime.embedding.classifier import SoftmaxRegression, embedded, plain
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.text.language import language

KEEP, SKIP = "keep", "skip"
OPEN = 0.25
"""From this chance of being worth keeping on the gate is open."""
WINDOW = 12
"""Words of a passage without punctuation, as speech is written, that are looked at together."""
SHORT_REPLY = 12
"""Words; so short an answer to a question of the twin's is understood by that question alone."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")


class GateExamples(BaseModel):
    """What people say: the file memory_gate.yaml of the prompts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    keep: list[str] = Field(min_length=5)
    skip: list[str] = Field(min_length=5)


class Gate:
    """Tells whether a turn may hold something worth keeping."""

    def __init__(self, embedder: Embedder, prompts: Path, cache: Path | None = None):
        """Fit the gate.

        Args:
            embedder: Makes the vectors.
            prompts: The directory of memory_gate.yaml.
            cache: A file that keeps the examples' vectors across starts.

        Raises:
            UserError: The examples cannot be read.
        """
        examples = read_yaml(prompts / "memory_gate.yaml", GateExamples)
        self._embedder = embedder
        texts = [plain(text) for text in (*examples.keep, *examples.skip)]
        labels = [KEEP] * len(examples.keep) + [SKIP] * len(examples.skip)
        self._model = SoftmaxRegression(texts, embedded(texts, embedder, cache), labels)

    def chance(self, words: str) -> float:
        """Return the probability that some words hold anything worth keeping.

        Each sentence is judged, and each passage of a long one, as a question may have a fact in
        its middle; the likeliest counts.
        """
        texts = list(dict.fromkeys(plain(part) for part in _passages(words)))
        chances = self._model.chances(texts, self._embedder.embed(texts))
        return float(chances[:, self._model.classes.index(KEEP)].max())

    def lets_pass(self, turn: ExaminedTurn) -> bool:
        """Tell whether a turn is to be shown to the model."""
        words = turn.own_words
        if not words:
            return False
        asked = bool(turn.before) and turn.before[-1][1].rstrip().endswith("?")
        if asked and len(words.split()) <= SHORT_REPLY:
            return language().statements.bare_reply.fullmatch(plain(words)) is None
        return self.chance(words) >= OPEN


def _passages(words: str) -> list[str]:
    passages = [words]
    for sentence in _SENTENCE_END.split(words):
        parts = sentence.split()
        if not parts:
            continue
        passages.append(sentence)
        if len(parts) > WINDOW:
            starts = range(0, len(parts) - WINDOW // 2, WINDOW // 2)
            passages += [" ".join(parts[start : start + WINDOW]) for start in starts]
    return passages

"""Holds back turns that cannot be worth keeping, within milliseconds.

Most of what people say to a voice assistant is small talk, questions and orders. On an old
processor the model needs many seconds to see that; a classifier fitted to examples needs
milliseconds. It favors recall: the model still judges what passes, what is held back is lost.
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
"""The gate is open from this probability of being worth keeping."""
WINDOW = 12
"""Words of speech without punctuation that are classified together."""
SHORT_REPLY = 12
"""Words; so short an answer to the twin says nothing without the twin's question."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")


class GateExamples(BaseModel):
    """The content of memory_gate.yaml of the prompts: sentences of people."""

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
        """Return the probability that words hold something worth keeping.

        Each sentence is classified, and each passage of a long one, as a question may have a fact
        in its middle. The highest probability counts.
        """
        texts = list(dict.fromkeys(plain(part) for part in _passages(words)))
        chances = self._model.chances(texts, self._embedder.embed(texts))
        return float(chances[:, self._model.classes.index(KEEP)].max())

    def lets_pass(self, turn: ExaminedTurn) -> bool:
        """Tell whether the model should examine a turn."""
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

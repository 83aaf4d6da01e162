"""Finds the facts that fit a question by their words and their meaning."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from pipecatapp.memory.storage.terms import WEIGHTS, any_of, query_words
from pipecatapp.memory.vector_index.vectors import VectorIndex
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.text.first_person import of_person

Mode = Literal["hybrid", "bm25", "vectors"]

CANDIDATES = 100
"""So many facts by words, and as many by meaning, are compared."""
WORDS_SHARE = 0.4
"""The weight of words in a fact's score; meaning has the rest. Fitted on five of LoCoMo's
dialogues: the sum of scores finds more than the sum of reciprocal ranks."""
MOST_RANKED = 6_000
"""About so many facts are ranked by their words. Ranking takes two microseconds each, finding them
next to nothing; of 100,000 facts one in three has a word of a question."""
EVEN = 3
"""Decimal places of a score; facts whose scores agree in them come in the order of their age."""

_BY_WORDS = (
    "SELECT rowid, -rank FROM terms WHERE terms MATCH ? AND rank MATCH "  # noqa: S608 - numbers of ours
    f"'bm25({', '.join(map(str, WEIGHTS))})' ORDER BY rank LIMIT ?"
)
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ? LIMIT ?)"


@dataclass(frozen=True)
class ScoredId:
    """The id of a fact that was found, and how well it fits.

    Attributes:
        id: The fact's.
        score: How well it fits; comparable only within one search.
        similarity: The cosine of its vector and the query's, from -1 to 1.
    """

    id: int
    score: float
    similarity: float


class Search:
    """Finds current facts; not thread-safe."""

    def __init__(self, connection: sqlite3.Connection, index: VectorIndex, embedder: Embedder):
        """Search the facts of a database.

        Args:
            connection: The database with `facts` and `terms`.
            index: The vectors of the same facts.
            embedder: Made those vectors.
        """
        self._connection = connection
        self._index = index
        self._embedder = embedder

    def search(
        self, query: str, most: int, mode: Mode = "hybrid", asked_by: str | None = None
    ) -> list[ScoredId]:
        """Return the facts that fit a query best, the best first, of equals the newest.

        Args:
            query: In anybody's words, of any length; nothing fits an empty one.
            most: The number of facts to return at most.
            mode: By words (`bm25`), by meaning (`vectors`), or both.
            asked_by: Who asks, where that is known: "my" is theirs.
        """
        if most < 1 or not query.strip():
            return []
        if asked_by:
            query = of_person(query, asked_by)
        count = max(most, CANDIDATES)
        vector = self._embedder.embed([query])[0]
        words = {} if mode == "vectors" else self._by_words(query, count)
        near = {} if mode == "bm25" else dict(self._index.search(vector, count))
        near |= self._index.similarities(vector, [id_ for id_ in words if id_ not in near])
        scores = fused(words, near) if mode == "hybrid" else words if mode == "bm25" else near
        told = self._told(list(scores))
        best = sorted(told, key=lambda id_: (round(scores[id_], EVEN), told[id_], id_))
        return [ScoredId(id_, scores[id_], near.get(id_, 0.0)) for id_ in best[: -most - 1 : -1]]

    def _by_words(self, query: str, count: int) -> dict[int, float]:
        """Return the best by BM25 (Robertson and Zaragoza, 2009), as FTS5 computes it."""
        words = query_words(query)
        rare = self._rarest(words)
        if not rare:
            return {}
        expression = any_of(rare)
        if common := [word for word in words if word not in rare]:
            # Common words count in a rank, but no fact is ranked for them alone.
            expression = f"({expression}) AND ({expression} OR {any_of(common)})"
        return dict(self._connection.execute(_BY_WORDS, (expression, count)).fetchall())

    def _rarest(self, words: list[str]) -> list[str]:
        """Return the words that fewest facts have, together `MOST_RANKED` facts, at least one."""
        if len(self._index) <= MOST_RANKED:
            return words
        counted = [(self._count(word), word) for word in words]
        found = sorted(entry for entry in counted if entry[0])
        sums = accumulate(number for number, _ in found)
        few = sum(total <= MOST_RANKED for total in sums)
        return [word for _, word in found[: max(few, 1)]]

    def _count(self, word: str) -> int:
        """Return how many facts have a word, `MOST_RANKED` at most."""
        (number,) = self._connection.execute(_COUNT, (any_of([word]), MOST_RANKED)).fetchone()
        return int(number)

    def _told(self, ids: list[int]) -> dict[int, float]:
        """Return when facts were last told, in seconds since 1970."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id, confirmed_at FROM facts WHERE id IN ({marks})"  # noqa: S608
        return dict(self._connection.execute(query, ids).fetchall())


def fused(words: Mapping[int, float], near: Mapping[int, float]) -> dict[int, float]:
    """Return the weighted sum of two kinds of scores, each as a share of its highest.

    A convex combination (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", 2023).

    Args:
        words: Scores by BM25; a fact that is missing has few words of the query or none.
        near: Cosines, of all facts in `words` too.
    """
    most_words = max(words.values(), default=0.0) or 1.0
    nearest = max(max(near.values(), default=0.0), 1e-9)
    return {
        id_: WORDS_SHARE * words.get(id_, 0.0) / most_words + (1 - WORDS_SHARE) * cosine / nearest
        for id_, cosine in near.items()
    }

"""Keeps the vectors of the current facts in the database, in memory and in a cache file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from loguru import logger

from pipecatapp.memory.storage import facts
from pipecatapp.memory.storage.database import Database
from pipecatapp.memory.storage.fact import Fact, NewFact
from pipecatapp.memory.vector_index.quantization import encode
from pipecatapp.memory.vector_index.vectors import VectorIndex, embed_facts
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors

CACHE = "long_term_memory.faiss"
BATCH = 512
"""Facts that are embedded between two lines of the log."""


class FactIndex:
    """An index in memory that follows the database; not thread-safe."""

    def __init__(self, database: Database, embedder: Embedder):
        """Load the cache, or rebuild the index where the cache does not match the database.

        Args:
            database: Holds the facts.
            embedder: Makes the vectors.

        Raises:
            UserError: New vectors could not be written.
        """
        self._database = database
        self._embedder = embedder
        self._cache: Path = database.path.with_name(CACHE)
        self._saved = self._key()
        index = VectorIndex.load(self._cache, self._saved)
        if index is None:
            index = self._rebuilt()
            self._saved = ""
        self.vectors = index
        self.save()

    def _key(self) -> str:
        """Return the key that a valid cache has."""
        (generation,) = self._database.connection.execute(
            "SELECT value FROM meta WHERE name = 'generation'"
        ).fetchone()
        return f"{self._embedder.name} {generation}"

    def save(self) -> None:
        """Write the cache if it is out of date; if that fails, only the next start is slower."""
        key = self._key()
        if key == self._saved:
            return
        try:
            self.vectors.save(self._cache, key)
            self._saved = key
        except OSError as error:
            logger.warning(
                f"{self._cache} cannot be written ({error.strerror}): the next start will be slower"
            )

    def embed(self, new: Sequence[NewFact]) -> Vectors:
        """Return a vector for each fact, shape (facts, dimensions)."""
        return embed_facts(self._embedder, new)

    def insert(self, db: sqlite3.Connection, ids: Sequence[int], vectors: Vectors) -> None:
        """Write vectors to the database; call `add` once that transaction has ended."""
        db.executemany(
            "INSERT OR REPLACE INTO vectors (fact, embedder, vector) VALUES (?, ?, ?)",
            (
                (id_, self._embedder.name, encode(vector))
                for id_, vector in zip(ids, vectors, strict=True)
            ),
        )

    def add(self, ids: Sequence[int]) -> None:
        """Add facts to the index; their vectors are in the database."""
        self.vectors.add_stored(*self._stored(ids))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove facts from the index."""
        self.vectors.remove(ids)

    def _rebuilt(self) -> VectorIndex:
        """Return an index of all current facts; embed those that lack a vector of this embedder."""
        connection = self._database.connection
        missing = connection.execute(
            "SELECT id FROM facts LEFT JOIN vectors ON fact = id AND embedder = ? "
            "WHERE fact IS NULL AND state != 'archived'",
            (self._embedder.name,),
        ).fetchall()
        self._embed_again([id_ for (id_,) in missing])
        index = VectorIndex()
        index.add_stored(*self._stored(facts.current_ids(connection)))
        return index

    def _embed_again(self, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), BATCH):
            logger.info(f"Embedding facts: {start} of {len(ids)}")
            chosen: list[Fact] = facts.get(self._database.connection, ids[start : start + BATCH])
            vectors = self.embed(chosen)
            with self._database.transaction() as db:
                self.insert(db, [fact.id for fact in chosen], vectors)

    def _stored(self, ids: Sequence[int]) -> tuple[list[int], list[bytes]]:
        """Return the ids of those facts that have vectors, and the stored vectors."""
        connection, name = self._database.connection, self._embedder.name
        if len(ids) > BATCH:
            # One pass over the table is quicker than so many look-ups.
            query = "SELECT fact, vector FROM vectors WHERE embedder = ? ORDER BY fact"
            wanted = set(ids)
            rows = [row for row in connection.execute(query, (name,)) if row[0] in wanted]
        else:
            query = "SELECT fact, vector FROM vectors WHERE embedder = ? AND fact = ?"
            rows = [row for id_ in ids for row in connection.execute(query, (name, id_))]
        return [id_ for id_, _ in rows], [blob for _, blob in rows]

"""The database, the vector index and the lock that all parts of long-term memory share."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipecatapp.memory.storage.database import Database
from pipecatapp.memory.vector_index.fact_index import FactIndex
from pipecatapp.runtime.embedding.embedder import Embedder


class Core:
    """One household's open memory; its methods may be called from any thread."""

    def __init__(self, directory: Path, embedder: Embedder):
        """Open the memory.

        Raises:
            UserError: Another process uses it, or it cannot be read or written.
        """
        self.embedder = embedder
        self._lock = threading.RLock()
        self._closed = False
        self.database = Database(directory)
        try:
            self.index = FactIndex(self.database, embedder)
        except BaseException:
            self.database.close()
            raise

    def close(self) -> None:
        """Write the cache and release the memory for other processes."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.index.save()
                self.database.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock, so that nothing changes meanwhile."""
        with self._lock:
            yield self.database.connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Make a change in one transaction, which is on the disk at the end.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self._lock, self.database.transaction() as db:
            yield db

    @contextmanager
    def changing_facts(self) -> Iterator[sqlite3.Connection]:
        """Change which facts are current, which makes older caches invalid.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self.writing() as db:
            db.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
            yield db


def add_pending(db: sqlite3.Connection, kind: str, payload: dict[str, Any]) -> None:
    """Record a change that conversations have yet to make; part of a transaction."""
    db.execute("INSERT INTO pending (kind, payload) VALUES (?, ?)", (kind, json.dumps(payload)))

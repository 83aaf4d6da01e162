"""What the parts of long-term memory share: the open file, the index beside it, and one lock."""

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
    """One household's memory while it is open; its methods may be called from any thread."""

    def __init__(self, directory: Path, embedder: Embedder):
        """Open it.

        Raises:
            UserError: Another process has it, or it cannot be read or written.
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
        """Write the cache, and let another process have the memory."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.index.save()
                self.database.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Keep others from changing anything meanwhile."""
        with self._lock:
            yield self.database.connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Make a change that happens as a whole or not at all; it is on the disk then.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self._lock, self.database.transaction() as db:
            yield db

    @contextmanager
    def changing_facts(self) -> Iterator[sqlite3.Connection]:
        """Change which facts are current: older caches do not fit any more.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self.writing() as db:
            db.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
            yield db


def add_pending(db: sqlite3.Connection, kind: str, payload: dict[str, Any]) -> None:
    """Note what conversations are to follow, as part of a transaction."""
    db.execute("INSERT INTO pending (kind, payload) VALUES (?, ?)", (kind, json.dumps(payload)))

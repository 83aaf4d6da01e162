"""Opens the SQLite file of the memory for one process, and migrates it with a copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.memory.storage.terms import indexed_words
from pipecatapp.runtime.safe_files import LockHeldError, lock_for_process
from pipecatapp.runtime.sqlite_file import committed, migrate, open_connection
from pipecatapp.text.normal_form import normal_form

SCHEMA = Path(__file__).parent / "schema"
"""`NNNN.sql` leads from version NNNN - 1 to NNNN."""
NAME = "long_term_memory.sqlite"


class Database:
    """The open file, locked against every other process.

    SQLite runs in WAL mode with synchronous=FULL: a transaction that has returned is on the disk,
    and a process that is killed leaves the last complete one.
    """

    def __init__(self, directory: Path):
        """Open the file; create or migrate it if necessary.

        Args:
            directory: Holds the file and its lock.

        Raises:
            UserError: Another process uses it, it is damaged or newer than this program, or the
                directory cannot be written.
        """
        self.path = directory / NAME
        with explained(self.path):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._lock = lock_for_process(directory / "lock")
            except LockHeldError as error:
                raise UserError(
                    f"The memory in {directory} is in use by process {error.owner}: stop that one "
                    "first, or set PIPECATAPP_HOME to another directory."
                ) from error
            try:
                self.connection = open_connection(self.path, self._prepare)
            except BaseException:
                self._lock.release()
                raise

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Migrations compute columns with these.
        for function in (normal_form, indexed_words):
            connection.create_function(function.__name__, 1, function, deterministic=True)

        def keep_copy(version: int) -> None:
            copy = self.path.with_name(f"{NAME}.schema-{version}")
            copy.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(copy),))
            copy.chmod(0o600)

        migrate(connection, self.path, SCHEMA, keep_copy)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit the changes of the block, or roll them back if it raises.

        Raises:
            UserError: They cannot be written; nothing has changed.
        """
        with explained(self.path), committed(self.connection):
            yield self.connection

    def erase_traces(self) -> None:
        """Remove deleted data from the write-ahead log and from older copies of the file."""
        with explained(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for copy in self.path.parent.glob(f"{NAME}.schema-*"):
                copy.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and release the lock."""
        self.connection.close()
        self._lock.release()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the system into one line that names the remedy.

    Args:
        path: The database.

    Raises:
        UserError: In place of their errors.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        reason = str(error)
        remedy = (
            "make room on its disk"
            if "full" in reason or "disk I/O" in reason
            else "make the file and its directory writable for this user"
        )
        raise UserError(
            f"The memory in {path} cannot be written ({reason}): {remedy}. Nothing was lost."
        ) from error
    except sqlite3.IntegrityError:
        raise  # a bug of this program, not the user's problem
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"The memory in {path} is damaged ({error}): put a copy of yours in its place, or "
            "move the file away to begin with an empty one."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"The memory in {path.parent} cannot be used ({reason}): make room there and make it "
            "writable for this user. Nothing was lost."
        ) from error

"""The SQLite file of the memory: one owner, one transaction a change, migrations with a copy."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.safe_files import LockHeldError, lock_for_process

SCHEMA = Path(__file__).parent / "schema"
"""`NNNN.sql` leads from version NNNN - 1 to NNNN."""
NAME = "long_term_memory.sqlite"


class Database:
    """The opened file, locked against every other process.

    SQLite runs in WAL mode with synchronous=FULL: what a transaction has returned from is on the
    disk, and a process that is killed leaves the last whole one.
    """

    def __init__(self, directory: Path):
        """Open it, made or migrated where it has to be.

        Args:
            directory: Where it is, beside its lock.

        Raises:
            UserError: Another process has it, it is damaged, newer than this program, or the
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
                self.connection = self._open()
            except BaseException:
                self._lock.release()
                raise

    def _open(self) -> sqlite3.Connection:
        # The file is made here, so that it is never readable by others.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What is deleted is overwritten, not just left unlinked in the file.
            connection.execute("PRAGMA secure_delete = ON")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        steps = sorted(SCHEMA.glob("*.sql"))
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(steps):
            raise UserError(
                f"{self.path} was written by a newer version of this program (schema {version}): "
                "use that version."
            )
        if 0 < version < len(steps):
            copy = self.path.with_name(f"{NAME}.schema-{version}")
            copy.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(copy),))
            copy.chmod(0o600)
        for number, step in enumerate(steps[version:], start=version + 1):
            script = step.read_text(encoding="utf-8")
            connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make a change that happens as a whole or not at all.

        Raises:
            UserError: It cannot be written; nothing has changed.
        """
        with explained(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def erase_traces(self) -> None:
        """See that what was deleted is in no log, index page or older copy of the file either."""
        with explained(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for copy in self.path.parent.glob(f"{NAME}.schema-*"):
                copy.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and let others have it."""
        self.connection.close()
        self._lock.release()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into a line that tells what to do.

    Args:
        path: The file that is worked on.

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
        raise  # a mistake of this program
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

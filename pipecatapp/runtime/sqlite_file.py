"""Opens SQLite files so that a power failure loses nothing that was committed.

The memory's database and the small files of tools are opened, migrated and changed alike. They
differ in what happens where a file is damaged.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from loguru import logger

from pipecatapp.errors import UserError


class SqliteFile:
    """An open SQLite file, in WAL mode with synchronous=FULL.

    A transaction that has returned is on the disk, and a process that is killed leaves the last
    complete one. A file that cannot be read is set aside, and an empty one takes its place.

    Attributes:
        path: The file.
        set_aside: Where a damaged file is now; None where it could be read.
    """

    def __init__(self, path: Path, schema: Path):
        """Open the file; create or migrate it if necessary.

        Args:
            path: The file; its directory is created.
            schema: The directory in which `NNNN.sql` leads from version NNNN - 1 to NNNN.

        Raises:
            UserError: The directory cannot be written, or the file is of a newer version.
        """
        self.path = path
        self._schema = schema
        self.set_aside: Path | None = None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._connection = self._open()
            except sqlite3.OperationalError:
                raise  # the disk's fault, not the file's
            except sqlite3.DatabaseError as error:
                self.set_aside = _set_aside(path)
                logger.warning(f"{path} cannot be read ({error}): it is now {self.set_aside}")
                self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        return open_connection(self.path, self._check_and_migrate)

    def _check_and_migrate(self, connection: sqlite3.Connection) -> None:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise sqlite3.DatabaseError(answer)
        migrate(connection, self.path, self._schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit the changes of the block, or roll them back if it raises.

        Raises:
            UserError: They cannot be written; nothing has changed.
        """
        with explained(self.path), committed(self._connection):
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def open_connection(
    path: Path, prepare: Callable[[sqlite3.Connection], None]
) -> sqlite3.Connection:
    """Open a file in WAL mode with synchronous=FULL, readable by its owner alone.

    Args:
        path: The file; it is created if necessary, its directory is not.
        prepare: Checks or migrates it; where that raises, the connection is closed.

    Raises:
        OSError: The file cannot be created.
        sqlite3.Error: It cannot be opened.
    """
    # Created here, so that the file is never readable by others.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, not only unlinked in the file.
        connection.execute("PRAGMA secure_delete = ON")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    schema: Path,
    keep_copy: Callable[[int], None] | None = None,
) -> None:
    """Bring an open file to the newest version.

    Args:
        connection: To the file.
        path: The file, as messages name it.
        schema: The directory in which `NNNN.sql` leads from version NNNN - 1 to NNNN.
        keep_copy: Called with the version of a file that is not new, before it is changed.

    Raises:
        UserError: The file is of a newer version.
    """
    steps = sorted(schema.glob("*.sql"))
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise UserError(
            f"{path} was written by a newer version of this program (schema {version}): "
            "use that version."
        )
    if keep_copy is not None and 0 < version < len(steps):
        keep_copy(version)
    for number, step in enumerate(steps[version:], start=version + 1):
        script = step.read_text(encoding="utf-8")
        connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit the changes of the block, or roll them back if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _set_aside(path: Path) -> Path:
    """Move a damaged file and its log out of the way; return the file's new path."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the system into one line that names the remedy.

    Args:
        path: The file.

    Raises:
        UserError: In place of their errors.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        reason = str(error)
        full = "full" in reason or "disk I/O" in reason
        remedy = "make room on its disk" if full else "make it writable for this user"
        raise UserError(f"{path} cannot be written ({reason}): {remedy}.") from error
    except sqlite3.IntegrityError:
        raise  # a mistake of this program, not the user's problem
    except sqlite3.DatabaseError as error:
        raise UserError(f"{path} is damaged ({error}): start the twin again.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"{path.parent} cannot be used ({reason}): make room there and make it writable for "
            "this user."
        ) from error

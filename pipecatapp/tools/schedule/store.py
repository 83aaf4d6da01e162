"""Keeps the schedule in an SQLite file of its own."""

import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.tools.schedule.entry import Entry, Kind

NAME = "schedule.sqlite"
SCHEMA = Path(__file__).parent / "schema"
"""`NNNN.sql` leads from version NNNN - 1 to NNNN."""
READ = (
    "SELECT id, kind, name, due, length, wall, repeat, conversation, person, fell_due, told"
    " FROM entries ORDER BY id"
)
WRITE = "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class UnreadableError(Exception):
    """The file is no schedule that this program can read."""


class Store:
    """The open file.

    SQLite runs in WAL mode with synchronous=FULL: what has been written is on the disk, and a
    machine that loses power keeps the last complete change.
    """

    def __init__(self, directory: Path):
        """Open the file, or make it; one that cannot be read is set aside for people to look at.

        Args:
            directory: Holds the file; it is made where it is missing.

        Raises:
            UserError: The directory cannot be used.
        """
        self.path = directory / NAME
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._connection, self.entries = self._open()
            except UnreadableError as error:
                aside = self._set_aside()
                logger.error(
                    f"The timers, alarms and reminders in {self.path} cannot be read ({error}). "
                    f"The file is now {aside.name}; the schedule begins empty."
                )
                self._connection, self.entries = self._open()
        except (OSError, sqlite3.Error, UnreadableError) as error:
            raise UserError(
                f"The schedule in {self.path} cannot be used ({error}): make room there and make "
                "it writable for this user."
            ) from error

    def _open(self) -> tuple[sqlite3.Connection, list[Entry]]:
        # Created here, so that the file is never readable by others.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection)
            rows = connection.execute(READ).fetchall()
            return connection, [_entry(row) for row in rows]
        except sqlite3.OperationalError:
            connection.close()
            raise
        except (sqlite3.DatabaseError, ValueError) as error:
            connection.close()
            raise UnreadableError(str(error)) from error
        except BaseException:
            connection.close()
            raise

    def _set_aside(self) -> Path:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        aside = self.path.with_name(f"{NAME}.unreadable-{stamp}")
        self.path.replace(aside)
        for ending in ("-wal", "-shm"):
            rest = self.path.with_name(NAME + ending)
            if rest.exists():
                rest.replace(aside.with_name(aside.name + ending))
        return aside

    def write(self, kept: Iterable[Entry], dropped: Iterable[int] = ()) -> None:
        """Write entries and delete others; all of it is on the disk when this returns.

        Args:
            kept: New and changed entries.
            dropped: The ids of those to delete.

        Raises:
            UserError: It cannot be written; the file is as it was.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for entry in kept:
                    self._connection.execute(WRITE, _row(entry))
                for number in dropped:
                    self._connection.execute("DELETE FROM entries WHERE id = ?", (number,))
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise UserError(
                f"The schedule in {self.path} cannot be written ({error}): make room on its disk "
                "and make the file writable for this user."
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _migrate(connection: sqlite3.Connection) -> None:
    steps = sorted(SCHEMA.glob("*.sql"))
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise UnreadableError(f"a newer version of this program wrote it, schema {version}")
    for number, step in enumerate(steps[version:], start=version + 1):
        script = step.read_text(encoding="utf-8")
        connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.kind.value,
        entry.name,
        entry.due,
        entry.length,
        entry.wall.isoformat() if entry.wall else None,
        "".join(map(str, entry.repeat)),
        entry.conversation,
        entry.person,
        entry.fell_due,
        int(entry.told),
    )


def _entry(row: tuple[object, ...]) -> Entry:
    number, kind, name, due, length, wall, repeat, conversation, person, fell_due, told = row
    return Entry(
        id=int(str(number)),
        kind=Kind(str(kind)),
        name=str(name),
        due=float(str(due)),
        length=int(str(length)),
        wall=datetime.fromisoformat(str(wall)) if wall is not None else None,
        repeat=tuple(int(day) for day in str(repeat)),
        conversation=str(conversation),
        person=None if person is None else str(person),
        fell_due=None if fell_due is None else float(str(fell_due)),
        told=bool(told),
    )

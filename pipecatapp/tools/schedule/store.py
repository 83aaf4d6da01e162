"""Keeps the schedule in an SQLite file of its own."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from loguru import logger

from pipecatapp.runtime.sqlite_file import SqliteFile
from pipecatapp.tools.schedule.entry import Entry, Kind

NAME = "schedule.sqlite"
SCHEMA = Path(__file__).parent / "schema"
READ = (
    "SELECT id, kind, name, due, length, wall, repeat, conversation, person, fell_due, told"
    " FROM entries ORDER BY id"
)
WRITE = "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Store:
    """The open file."""

    def __init__(self, directory: Path):
        """Open the file, or make it; one that is damaged is set aside for people to look at.

        Args:
            directory: Holds the file; it is made where it is missing.

        Raises:
            UserError: The directory cannot be used, or the file is of a newer version.
        """
        self._file = SqliteFile(directory / NAME, SCHEMA)
        with self._file.transaction() as connection:
            self.entries = _entries(connection)

    def write(self, kept: Iterable[Entry], dropped: Iterable[int] = ()) -> None:
        """Write entries and delete others; all of it is on the disk when this returns.

        Args:
            kept: New and changed entries.
            dropped: The ids of those to delete.

        Raises:
            UserError: It cannot be written; the file is as it was.
        """
        with self._file.transaction() as connection:
            connection.executemany(WRITE, [_row(entry) for entry in kept])
            connection.executemany("DELETE FROM entries WHERE id = ?", [(n,) for n in dropped])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _entries(connection: sqlite3.Connection) -> list[Entry]:
    """Return the entries of the file, without those that make no sense."""
    entries: list[Entry] = []
    for row in connection.execute(READ).fetchall():
        try:
            entries.append(_entry(row))
        except ValueError as error:
            logger.error(f"An entry of the schedule cannot be read, and is passed over: {error}")
    return entries


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

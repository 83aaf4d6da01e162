"""Keeps the household's lists: one set for all people, devices and conversations."""

import json
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pipecatapp.errors import MalformedError, NotFoundError
from pipecatapp.runtime.sqlite_file import SqliteFile
from pipecatapp.text.normal_form import normal_form
from pipecatapp.tools.household_lists.content import Added, HouseholdList, Item, Undone
from pipecatapp.tools.household_lists.names import item_key, shown_item, shown_name

SCHEMA = Path(__file__).parent / "schema"
NAME = "lists.sqlite"
MOST_LISTS = 50
MOST_ITEMS = 300
"""Items of one list."""
LONGEST_ITEM = 200
"""Characters."""
LONGEST_NAME = 60
"""Characters."""
UNDO_SECS = 3600.0
"""How long a change can be undone; what was removed is then gone from the disk."""


class FullError(MalformedError):
    """There is no more room on a list, or for another one."""


class ListStore:
    """The lists of a household, in one SQLite file; any thread may use it."""

    def __init__(self, directory: Path):
        """Open the file, or create it.

        Raises:
            UserError: The directory cannot be used.
        """
        self._file = SqliteFile(directory / NAME, SCHEMA)
        self._lock = threading.Lock()
        self.set_aside = self._file.set_aside
        """Where a file that could not be read is now; None where there was none."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def all(self) -> list[HouseholdList]:
        """Return all lists with their items, in the order in which they were made."""
        with self._lock, self._file.transaction() as database:
            return _lists(database)

    def named(self, name: str) -> HouseholdList | None:
        """Return the list with this name, however it is spelled, or None."""
        key = normal_form(name)
        return next((found for found in self.all() if normal_form(found.name) == key), None)

    def create(self, name: str) -> bool:
        """Make an empty list; return whether it is new.

        Raises:
            FullError: There are too many lists, or the name is empty or too long.
            UserError: It could not be written.
        """
        with self._lock, self._file.transaction() as database:
            before = database.total_changes
            _make_list(database, name)
            return database.total_changes > before

    def add(self, name: str, texts: Sequence[str], conversation: str) -> Added:
        """Add items to a list, and make the list if there is none; all or none.

        Args:
            name: The list.
            texts: The items; those that are on it already are not added again.
            conversation: Who adds them.

        Raises:
            FullError: A text is empty or too long, or there is no more room.
            UserError: They could not be written.
        """
        new: list[str] = []
        known: list[str] = []
        with self._lock, self._file.transaction() as database:
            found = _make_list(database, name)
            kept = {item_key(item.text): item.text for item in found.items}
            now = time.time()
            for text in map(shown_item, texts):
                key = item_key(text)
                if not key or len(text) > LONGEST_ITEM:
                    raise FullError(f"An item may have 1 to {LONGEST_ITEM} characters.")
                if key in kept:
                    known.append(kept[key])
                    continue
                kept[key] = text
                new.append(text)
                _insert(database, found.id, text, now)
            if len(kept) > MOST_ITEMS:
                raise FullError(f"A list may have {MOST_ITEMS} items at most.")
            _note(database, conversation, "added", found.name, [(text, now) for text in new])
        return Added(found.name, tuple(new), tuple(known))

    def remove(self, ids: Sequence[int], conversation: str) -> list[Item]:
        """Take items off their lists; return those that were still there.

        Args:
            ids: The items.
            conversation: Who takes them off.

        Raises:
            UserError: The change could not be written; nothing was removed.
        """
        gone: list[Item] = []
        with self._lock, self._file.transaction() as database:
            for found in _lists(database):
                items = [item for item in found.items if item.id in ids]
                _remove(database, found, items, conversation)
                gone += items
        return gone

    def clear(self, list_id: int, conversation: str, *, delete: bool = False) -> HouseholdList:
        """Take everything off a list.

        Args:
            list_id: The list.
            conversation: Who does it.
            delete: Whether the list goes too.

        Returns:
            The list as it was.

        Raises:
            NotFoundError: There is no such list.
            UserError: The change could not be written; nothing was removed.
        """
        with self._lock, self._file.transaction() as database:
            found = next((found for found in _lists(database) if found.id == list_id), None)
            if found is None:
                raise NotFoundError("There is no such list any more.")
            _remove(database, found, found.items, conversation)
            if delete:
                database.execute("DELETE FROM lists WHERE id = ?", (list_id,))
        return found

    def can_undo(self) -> bool:
        """Return whether there is a change that somebody could undo."""
        with self._lock, self._file.transaction() as database:
            _drop_old_changes(database)
            return database.execute("SELECT 1 FROM changes").fetchone() is not None

    def undo(self, conversation: str) -> Undone | None:
        """Undo the latest change that a conversation made; return it, or None if there is none.

        Raises:
            FullError: There is no room for what was removed.
            UserError: It could not be written.
        """
        with self._lock, self._file.transaction() as database:
            _drop_old_changes(database)
            row = database.execute(
                "SELECT id, kind, name, items FROM changes WHERE conversation = ? "
                "ORDER BY id DESC LIMIT 1",
                (conversation,),
            ).fetchone()
            if row is None:
                return None
            number, kind, name, items = row
            database.execute("DELETE FROM changes WHERE id = ?", (number,))
            changed = _undo_change(database, kind, name, json.loads(items))
        return Undone(kind, name, tuple(changed))


def _lists(database: sqlite3.Connection) -> list[HouseholdList]:
    items: dict[int, list[Item]] = {}
    for number, list_id, text, at in database.execute(
        "SELECT id, list, text, at FROM items ORDER BY id"
    ):
        items.setdefault(list_id, []).append(Item(number, text, at))
    return [
        HouseholdList(number, name, tuple(items.get(number, ())))
        for number, name in database.execute("SELECT id, name FROM lists ORDER BY id")
    ]


def _make_list(database: sqlite3.Connection, name: str) -> HouseholdList:
    """Return the list with a name; it is made where there is none.

    Raises:
        FullError: There are too many lists, or the name is empty or too long.
    """
    shown = shown_name(name)
    lists = _lists(database)
    found = next((found for found in lists if normal_form(found.name) == normal_form(shown)), None)
    if found:
        return found
    if not shown or len(shown) > LONGEST_NAME:
        raise FullError(f"The name of a list may have 1 to {LONGEST_NAME} characters.")
    if len(lists) >= MOST_LISTS:
        raise FullError(f"There may be {MOST_LISTS} lists at most.")
    row = database.execute(
        "INSERT INTO lists (name, folded) VALUES (?, ?)", (shown, normal_form(shown))
    )
    return HouseholdList(row.lastrowid or 0, shown)


def _insert(database: sqlite3.Connection, list_id: int, text: str, at: float) -> None:
    database.execute(
        "INSERT INTO items (list, text, folded, at) VALUES (?, ?, ?, ?)",
        (list_id, text, item_key(text), at),
    )


def _remove(
    database: sqlite3.Connection, found: HouseholdList, items: Sequence[Item], conversation: str
) -> None:
    database.executemany("DELETE FROM items WHERE id = ?", [(item.id,) for item in items])
    _note(database, conversation, "removed", found.name, [(item.text, item.at) for item in items])


def _note(
    database: sqlite3.Connection,
    conversation: str,
    kind: str,
    name: str,
    items: Sequence[tuple[str, float]],
) -> None:
    """Keep a change for a while, so that it can be undone."""
    _drop_old_changes(database)
    if items:
        database.execute(
            "INSERT INTO changes (conversation, at, kind, name, items) VALUES (?, ?, ?, ?, ?)",
            (conversation, time.time(), kind, name, json.dumps(items)),
        )


def _drop_old_changes(database: sqlite3.Connection) -> None:
    now = time.time()
    # A clock that was set back must not keep them for ever.
    database.execute(
        "DELETE FROM changes WHERE at < ? OR at > ?", (now - UNDO_SECS, now + UNDO_SECS)
    )


def _undo_change(
    database: sqlite3.Connection, kind: str, name: str, items: list[tuple[str, float]]
) -> list[str]:
    """Take back a change; return the items that it changed now."""
    found = _make_list(database, name)
    by_key = {item_key(item.text): item for item in found.items}
    if kind == "added":
        gone = [item for text, _ in items if (item := by_key.get(item_key(text)))]
        database.executemany("DELETE FROM items WHERE id = ?", [(item.id,) for item in gone])
        return [item.text for item in gone]
    back = [(text, at) for text, at in items if item_key(text) not in by_key]
    if len(found.items) + len(back) > MOST_ITEMS:
        raise FullError(f"A list may have {MOST_ITEMS} items at most.")
    for text, at in back:
        _insert(database, found.id, text, at)
    return [text for text, _ in back]

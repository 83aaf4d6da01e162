"""Named copies of what was remembered at a moment; functions are part of a transaction.

A snapshot refers to facts and holds none, so that a forgotten fact is gone from all of them.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipecatapp.errors import MalformedError, NotFoundError, TakenError
from pipecatapp.memory.storage.fact import iso

BEFORE_LOAD = "before-load-"
"""Prefix of the snapshots that keep what a load replaced."""
KEPT_BEFORE_LOAD = 10

_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,64}", re.ASCII)
"""Dots alone would be a relative path in a URL."""

ConversationState = dict[str, Any]
"""A conversation's short-term memory, JSON-ready; only the conversation knows its form."""


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as lists show it.

    Attributes:
        name: Its name.
        at: When it was taken, in seconds since 1970.
        facts: The number of current facts in it.
        turns: The number of turns in its short-term memory.
    """

    name: str
    at: float
    facts: int
    turns: int

    def as_dict(self) -> dict[str, Any]:
        """Return what people see of the snapshot; JSON-ready."""
        return {"name": self.name, "at": iso(self.at), "facts": self.facts, "turns": self.turns}


def check_name(name: str) -> str:
    """Return a snapshot's name if it is allowed.

    Raises:
        MalformedError: It is not made of letters, digits, dots, dashes and underscores.
    """
    if not _NAME.fullmatch(name):
        raise MalformedError(
            "A snapshot's name is made of letters, digits, dots, dashes and underscores, "
            "64 at most, and not of dots alone."
        )
    return name


def check_free_name(name: str) -> None:
    """Refuse the names of snapshots that loads make, as the oldest of those are deleted.

    Raises:
        MalformedError: It is such a name.
    """
    if name.startswith(BEFORE_LOAD):
        raise MalformedError(f"Names that begin with {BEFORE_LOAD} are the twin's own.")


def save(
    db: sqlite3.Connection,
    name: str,
    conversation: ConversationState,
    persona: str,
    *,
    replace: bool,
) -> None:
    """Take a snapshot of what is remembered now.

    Args:
        db: In a transaction.
        name: Its name, checked here.
        conversation: The short-term memory.
        persona: The persona in force.
        replace: Whether to replace an older one of this name.

    Raises:
        MalformedError: The name is not allowed.
        TakenError: There is one of this name.
    """
    check_name(name)
    if replace:
        remove(db, name, must_exist=False)
    try:
        cursor = db.execute(
            "INSERT INTO snapshots (name, at, conversation, persona) VALUES (?, ?, ?, ?)",
            (name, time.time(), json.dumps(conversation), persona),
        )
    except sqlite3.IntegrityError as error:
        raise TakenError(
            f"There is a snapshot {name} already: choose another name, or replace it."
        ) from error
    db.execute(
        "INSERT INTO snapshot_facts (snapshot, fact, state, superseded_by) "
        "SELECT ?, id, state, superseded_by FROM facts WHERE state != 'archived'",
        (cursor.lastrowid,),
    )


def find(db: sqlite3.Connection, name: str) -> tuple[int, ConversationState, str]:
    """Return a snapshot's id, short-term memory and persona.

    Raises:
        NotFoundError: There is none of this name.
    """
    row = db.execute(
        "SELECT id, conversation, persona FROM snapshots WHERE name = ?", (check_name(name),)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no snapshot {name}: `pipecatapp memory list` shows them.")
    return row[0], json.loads(row[1]), row[2]


def save_before_load(db: sqlite3.Connection, conversation: ConversationState, persona: str) -> str:
    """Take a snapshot of what a load is about to replace; return its name."""
    stamp = time.strftime(f"{BEFORE_LOAD}%Y%m%d-%H%M%S")
    taken = {name for (name,) in db.execute("SELECT name FROM snapshots")}
    name, number = stamp, 1
    while name in taken:
        number += 1
        name = f"{stamp}-{number}"
    save(db, name, conversation, persona, replace=False)
    return name


def prune(db: sqlite3.Connection) -> None:
    """Delete the oldest snapshots of what loads replaced."""
    old = db.execute(
        "SELECT name FROM snapshots WHERE name GLOB ? ORDER BY id DESC LIMIT -1 OFFSET ?",
        (f"{BEFORE_LOAD}*", KEPT_BEFORE_LOAD),
    ).fetchall()
    for (name,) in old:
        remove(db, name)


def apply(db: sqlite3.Connection, snapshot: int) -> None:
    """Make exactly the facts of a snapshot current; the caller updates the indexes."""
    db.execute("UPDATE facts SET state = 'archived', superseded_by = NULL")
    db.execute(
        "UPDATE facts SET state = s.state, superseded_by = "
        "(SELECT id FROM facts AS newer WHERE newer.id = s.superseded_by) "
        "FROM snapshot_facts AS s WHERE s.fact = facts.id AND s.snapshot = ?",
        (snapshot,),
    )


def remove(db: sqlite3.Connection, name: str, *, must_exist: bool = True) -> None:
    """Delete a snapshot and the facts that nothing else refers to.

    Raises:
        NotFoundError: There is none of this name though `must_exist`.
    """
    found = db.execute("DELETE FROM snapshots WHERE name = ?", (check_name(name),)).rowcount
    if must_exist and not found:
        raise NotFoundError(f"There is no snapshot {name}: `pipecatapp memory list` shows them.")
    db.execute(
        "DELETE FROM facts WHERE state = 'archived' AND id NOT IN (SELECT fact FROM snapshot_facts)"
    )


def redact(
    db: sqlite3.Connection, redacted: Callable[[ConversationState], ConversationState]
) -> None:
    """Change the short-term memories of all snapshots."""
    rows = db.execute("SELECT id, conversation FROM snapshots").fetchall()
    db.executemany(
        "UPDATE snapshots SET conversation = ? WHERE id = ?",
        ((json.dumps(redacted(json.loads(state))), id_) for id_, state in rows),
    )


def listed(db: sqlite3.Connection) -> list[Snapshot]:
    """Return all snapshots, the newest first."""
    rows = db.execute(
        "SELECT name, at, conversation, (SELECT count(*) FROM snapshot_facts "
        "WHERE snapshot = snapshots.id AND state = 'current') FROM snapshots ORDER BY id DESC"
    )
    return [Snapshot(name, at, facts, _turns(state)) for name, at, state, facts in rows]


def _turns(conversation: str) -> int:
    messages = json.loads(conversation).get("messages", [])
    return sum(message.get("role") == "user" for message in messages)

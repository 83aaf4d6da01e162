"""Finished turns that wait to be examined. Functions are part of the caller's transaction."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from pipecatapp.memory.core import Core
from pipecatapp.memory.storage.snapshots import ConversationState

MOST_FAILURES = 3
"""A turn that fails so often is given up, so that it does not block those behind it."""
LONGEST_QUEUE = 500
"""Turns. The oldest beyond that are given up where the model is slower than people talk."""


@dataclass(frozen=True)
class FinishedTurn:
    """What was said and answered.

    Attributes:
        said: By the user.
        answered: By the twin.
        conversation: The conversation's id.
        at: When, in seconds since 1970.
        told_by: Who spoke, where that is known.
        before: The turns before it, oldest first, as `(said, answered)`.
        id: Its id in the queue; 0 while it is not queued.
    """

    said: str
    answered: str
    conversation: str
    at: float
    told_by: str | None = None
    before: tuple[tuple[str, str], ...] = ()
    id: int = 0


def put(db: sqlite3.Connection, turn: FinishedTurn) -> None:
    """Add a turn, and drop the oldest if there are too many."""
    said, answered, before = map(_storable, (turn.said, turn.answered, json.dumps(turn.before)))
    db.execute(
        "INSERT INTO queue (at, conversation, told_by, said, answered, before) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (turn.at, turn.conversation, turn.told_by, said, answered, before),
    )
    db.execute(
        "DELETE FROM queue WHERE id NOT IN (SELECT id FROM queue ORDER BY id DESC LIMIT ?)",
        (LONGEST_QUEUE,),
    )


def oldest(db: sqlite3.Connection) -> FinishedTurn | None:
    """Return the turn that has waited longest."""
    row = db.execute(
        "SELECT said, answered, conversation, at, told_by, before, id FROM queue "
        "ORDER BY id LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    said, answered, conversation, at, told_by, before, id_ = row
    turns = tuple((earlier, reply) for earlier, reply in json.loads(before))
    return FinishedTurn(said, answered, conversation, at, told_by, turns, id_)


def done(db: sqlite3.Connection, id_: int) -> bool:
    """Remove a turn; return whether it was there."""
    return db.execute("DELETE FROM queue WHERE id = ?", (id_,)).rowcount > 0


def failed(db: sqlite3.Connection, id_: int) -> bool:
    """Count a failure; return whether the turn has been given up."""
    db.execute("UPDATE queue SET failures = failures + 1 WHERE id = ?", (id_,))
    given_up = db.execute("DELETE FROM queue WHERE id = ? AND failures >= ?", (id_, MOST_FAILURES))
    return given_up.rowcount > 0


def forget(
    db: sqlite3.Connection, redacted: Callable[[ConversationState], ConversationState]
) -> None:
    """Remove the turns that tell what is to be forgotten, in their words or those before.

    Args:
        db: In a transaction.
        redacted: Returns a conversation without the forgotten facts.
    """
    rows = db.execute("SELECT id, said, answered, before FROM queue").fetchall()
    for id_, said, answered, before in rows:
        turns = [*json.loads(before), (said, answered)]
        messages = [
            {"role": role, "content": words}
            for turn in turns
            for role, words in zip(("user", "assistant"), turn, strict=True)
        ]
        if redacted({"messages": messages, "log": []})["messages"] != messages:
            done(db, id_)


def _storable(text: str) -> str:
    """Return text without half surrogate pairs, which JSON can bring and SQLite cannot take."""
    return text.encode(errors="replace").decode()


class TurnQueue:
    """The turns of one memory that wait to be examined."""

    def __init__(self, core: Core):
        """Use an open memory."""
        self._core = core

    def put(self, turn: FinishedTurn) -> None:
        """Queue a finished turn.

        Raises:
            UserError: It could not be written.
        """
        with self._core.writing() as db:
            put(db, turn)

    def oldest(self) -> FinishedTurn | None:
        """Return the turn that has waited longest."""
        with self._core.reading() as db:
            return oldest(db)

    def __len__(self) -> int:
        """Return the number of turns that wait."""
        with self._core.reading() as db:
            (count,) = db.execute("SELECT count(*) FROM queue").fetchone()
        return int(count)

    def said(self) -> list[str]:
        """Return what was said in each turn, the oldest first."""
        with self._core.reading() as db:
            return [said for (said,) in db.execute("SELECT said FROM queue ORDER BY id")]

    def failed(self, id_: int) -> bool:
        """Count a failure to examine a turn; return whether the turn was given up."""
        with self._core.writing() as db:
            return failed(db, id_)

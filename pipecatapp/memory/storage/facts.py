"""Reads and writes the table of facts and its index of words, in the caller's transaction."""

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.memory.storage.terms import COLUMNS, indexed
from pipecatapp.text.normal_form import normal_form

_COLUMNS = (
    "text, source, at, told_by, conversation, context, id, confirmed_at, superseded_by"  # as Fact's
)
_INSERT_TERMS = (
    f"INSERT INTO terms (rowid, {', '.join(COLUMNS)}) "  # noqa: S608 - names of ours
    f"VALUES (?{', ?' * len(COLUMNS)})"
)


def insert(db: sqlite3.Connection, new: NewFact, *, confirmed_at: float | None = None) -> Fact:
    """Add a fact and index its words."""
    confirmed = new.at if confirmed_at is None else confirmed_at
    told = (new.source, new.told_by, new.at, confirmed, new.conversation, new.context)
    ((id_,),) = db.execute(
        "INSERT INTO facts "
        "(text, form, source, told_by, at, confirmed_at, conversation, context, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'current') RETURNING id",
        (new.text, normal_form(new.text), *told),
    ).fetchall()
    fact = Fact(**vars(new), id=id_, confirmed_at=confirmed)
    index(db, [fact])
    return fact


def index(db: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Add facts to the index of words."""
    rows = ((f.id, *indexed(f.text, f.told_by, f.at, f.context)) for f in facts)
    db.executemany(_INSERT_TERMS, rows)


def unindex(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Remove facts from the index of words."""
    db.executemany("DELETE FROM terms WHERE rowid = ?", ((id_,) for id_ in ids))


def with_text(db: sqlite3.Connection, text: str, *, superseded: bool = False) -> list[Fact]:
    """Return the current facts with the same words, however they are written.

    There can be several: an earlier version compared facts by their characters.

    Args:
        db: The database.
        text: The words.
        superseded: Whether to return those as well that newer ones superseded.
    """
    states = ("current", "superseded" if superseded else "current")
    query = f"SELECT {_COLUMNS} FROM facts WHERE form = ? AND state IN (?, ?) ORDER BY id"  # noqa: S608
    return _facts(db, query, (normal_form(text), *states))


def confirm(db: sqlite3.Connection, id_: int, at: float) -> None:
    """Record that a fact was told again."""
    db.execute("UPDATE facts SET confirmed_at = max(confirmed_at, ?) WHERE id = ?", (at, id_))


def supersede(db: sqlite3.Connection, ids: Iterable[int], by: int) -> list[int]:
    """Mark facts as contradicted by a newer one; return those that were current."""
    marked = [
        id_
        for id_ in ids
        if db.execute(
            "UPDATE facts SET state = 'superseded', superseded_by = ? "
            "WHERE id = ? AND state = 'current'",
            (by, id_),
        ).rowcount
    ]
    unindex(db, marked)
    return marked


def get(db: sqlite3.Connection, ids: Sequence[int]) -> list[Fact]:
    """Return facts in the order of the ids; unknown ids are left out."""
    found: dict[int, Fact] = {}
    for id_ in ids:
        query = f"SELECT {_COLUMNS} FROM facts WHERE id = ?"  # noqa: S608 - names of ours
        found.update({fact.id: fact for fact in _facts(db, query, (id_,))})
    return list(found.values())


def newest(db: sqlite3.Connection, most: int) -> list[Fact]:
    """Return the current facts that were told last, the newest first."""
    query = (
        f"SELECT {_COLUMNS} FROM facts WHERE state = 'current' "  # noqa: S608 - names of ours
        "ORDER BY confirmed_at DESC, id DESC LIMIT ?"
    )
    return _facts(db, query, (most,))


def remembered(db: sqlite3.Connection) -> list[Fact]:
    """Return the current facts and those that they superseded, the oldest first."""
    query = f"SELECT {_COLUMNS} FROM facts WHERE state != 'archived' ORDER BY id"  # noqa: S608
    return _facts(db, query, ())


def superseded(db: sqlite3.Connection) -> list[Fact]:
    """Return the facts that newer ones superseded, the oldest first."""
    query = f"SELECT {_COLUMNS} FROM facts WHERE state = 'superseded' ORDER BY id"  # noqa: S608
    return _facts(db, query, ())


def current_ids(db: sqlite3.Connection) -> list[int]:
    """Return the ids of all current facts, ascending."""
    rows = db.execute("SELECT id FROM facts WHERE state = 'current' ORDER BY id")
    return [id_ for (id_,) in rows]


def with_history(db: sqlite3.Connection, ids: Iterable[int]) -> list[Fact]:
    """Return facts, those that they superseded, and all others with the same words."""
    chosen = set(ids)
    while True:
        facts = get(db, sorted(chosen))
        more: set[int] = set()
        for fact in facts:
            rows = db.execute(
                "SELECT id FROM facts WHERE superseded_by = ? OR form = ?",
                (fact.id, normal_form(fact.text)),
            )
            more.update(id_ for (id_,) in rows)
        if more <= chosen:
            return facts
        chosen |= more


def delete(db: sqlite3.Connection, facts: Sequence[Fact]) -> None:
    """Delete facts from the table, the index of words and every snapshot."""
    now = time.time()
    ids = [(fact.id,) for fact in facts]
    db.executemany(
        "INSERT OR REPLACE INTO forgotten (digest, at) VALUES (?, ?)",
        ((digest(fact.text), now) for fact in facts),
    )
    unindex(db, (fact.id for fact in facts))
    db.executemany("DELETE FROM facts WHERE id = ?", ids)
    # Otherwise deleted words stay in the index until its segments happen to be merged.
    db.execute("INSERT INTO terms (terms) VALUES ('optimize')")


def was_forgotten(db: sqlite3.Connection, text: str, since: float) -> bool:
    """Tell whether a fact with these words was forgotten after a moment."""
    row = db.execute(
        "SELECT 1 FROM forgotten WHERE digest = ? AND at >= ?", (digest(text), since)
    ).fetchone()
    return row is not None


def digest(text: str) -> bytes:
    """Return the SHA-256 of a fact's words, all that is kept of a forgotten fact."""
    return hashlib.sha256(normal_form(text).encode()).digest()


def _facts(db: sqlite3.Connection, query: str, parameters: tuple[Any, ...]) -> list[Fact]:
    rows = db.execute(query, parameters)
    return [Fact(text, Source(source), *others) for text, source, *others in rows]

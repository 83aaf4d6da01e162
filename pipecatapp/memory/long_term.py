"""Long-term memory: facts that outlive conversations, found by their words and by their meaning.

SQLite holds every fact, its words and its vectors in one file and in the same transactions.
`long_term_memory.faiss` is a cache of the vectors; it is rebuilt whenever it does not match that
file. All methods may be called from any thread; most of them wait for the disk.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipecatapp.memory import queue
from pipecatapp.memory.core import Core, add_pending
from pipecatapp.memory.queue import TurnQueue
from pipecatapp.memory.search import Mode, Search
from pipecatapp.memory.snapshot_store import SnapshotStore
from pipecatapp.memory.storage import facts, snapshots
from pipecatapp.memory.storage.fact import Fact, NewFact
from pipecatapp.memory.storage.snapshots import ConversationState
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors

Forgotten = tuple[str, str]
"""What is to be forgotten: a statement, and the words of the turn that it came from."""
Redact = Callable[[ConversationState, Sequence[Forgotten]], ConversationState]
"""Returns a conversation's short-term memory without the turns that tell what is forgotten."""


@dataclass(frozen=True)
class Addition:
    """A fact to keep.

    Attributes:
        fact: The fact.
        replaces: The ids of older facts that it contradicts.
        outdates: The positions of others, added with it, that it contradicts.
        confirmed_at: When it was last told, in seconds since 1970; by default when first.
    """

    fact: NewFact
    replaces: tuple[int, ...] = ()
    outdates: tuple[int, ...] = ()
    confirmed_at: float | None = None


@dataclass(frozen=True)
class Pending:
    """A change that conversations have yet to make: `restore` one, or `forget` facts in all."""

    id: int
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class SearchHit:
    """A fact that a search found.

    Attributes:
        fact: The fact.
        score: How well it fits; comparable only within one search.
        similarity: The cosine of its vector and the query's, from -1 to 1.
    """

    fact: Fact
    score: float
    similarity: float


class LongTermMemory:
    """The facts of one household; no other process can have them open.

    Attributes:
        turns: The finished turns that wait to be examined.
        snapshots: Named copies of what was remembered.
    """

    def __init__(self, directory: Path, embedder: Embedder):
        """Open the memory; create an empty one where there is none.

        Args:
            directory: Where it is kept.
            embedder: Makes the vectors.

        Raises:
            UserError: Another process uses it, or it cannot be read or written.
        """
        self._core = core = Core(directory, embedder)
        self._search = Search(core.database.connection, core.index.vectors, embedder)
        self.turns = TurnQueue(core)
        self.snapshots = SnapshotStore(core)

    def close(self) -> None:
        """Write the cache and release the memory for other processes."""
        self._core.close()

    def keep(self, additions: Sequence[Addition], *, examined: int | None = None) -> list[Fact]:
        """Keep facts; one with the words of a current one confirms that, unless it replaces it.

        Args:
            additions: The facts to keep.
            examined: The turn that they came from; it leaves the queue in the same transaction.
                Nothing is kept of one that has left the queue already.

        Returns:
            The facts as they are kept now, on the disk.

        Raises:
            UserError: They could not be written; nothing has changed.
        """
        index = self._core.index
        vectors = index.embed([addition.fact for addition in additions])
        with self._core.reading():
            with self._core.changing_facts() as db:
                if examined is not None and not queue.done(db, examined):
                    return []  # what was said in it has been forgotten meanwhile
                kept, added = self._insert(db, additions, vectors)
                superseded = _supersede(db, additions, kept, added)
            index.remove([id_ for id_ in superseded if id_ not in added])
            index.add(sorted(added - set(superseded)))
        return kept

    def _insert(
        self, db: sqlite3.Connection, additions: Sequence[Addition], vectors: Vectors
    ) -> tuple[list[Fact], set[int]]:
        """Insert what is new; return all facts as they are now, and the ids of the new ones."""
        kept: list[Fact] = []
        added: set[int] = set()
        for addition, vector in zip(additions, vectors, strict=True):
            at = addition.confirmed_at or addition.fact.at
            same = facts.with_text(db, addition.fact.text)
            fact = next((f for f in same if f.id not in addition.replaces), None)
            if fact is None:
                fact = facts.insert(db, addition.fact, confirmed_at=at)
                self._core.index.insert(db, [fact.id], vector[None])
                added.add(fact.id)
            else:
                facts.confirm(db, fact.id, at)
            kept.append(fact)
        return kept, added

    def forget(
        self,
        ids: Sequence[int],
        redact: Redact,
        *,
        turns: Sequence[str] = (),
        request: str = "",
    ) -> list[Fact]:
        """Delete facts for good, with what they superseded, from all indexes and snapshots.

        Conversations that hold them are left as `pending`.

        Args:
            ids: The facts.
            redact: Removes them from a snapshot's short-term memory.
            turns: The words of turns to forget before anything is learned from them.
            request: The words that asked for it; turns with exactly these go as well.

        Returns:
            All facts that were deleted.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self._core.reading():
            with self._core.changing_facts() as db:
                gone = facts.with_history(db, ids)
                told = [(f.text, f.context) for f in gone] + [(said, said) for said in turns]
                if not told:
                    return []
                told += [("", request)] if request else []
                snapshots.redact(db, lambda state: redact(state, told))
                facts.delete(db, gone)
                queue.forget(db, lambda state: redact(state, told))
                add_pending(db, "forget", {"facts": told})
            self._core.index.remove([fact.id for fact in gone])
            self._core.index.save()
            self._core.database.erase_traces()
        return gone

    def search(
        self, query: str, most: int, mode: Mode = "hybrid", *, asked_by: str | None = None
    ) -> list[SearchHit]:
        """Return the current facts that fit a query best, the best first.

        Args:
            query: In anybody's words.
            most: The number of facts to return at most.
            mode: By words (`bm25`), by meaning (`vectors`), or both.
            asked_by: The name that facts use for the person who says "I" in the query.
        """
        with self._core.reading() as db:
            hits = self._search.search(query, most, mode, asked_by=asked_by)
            found = facts.get(db, [hit.id for hit in hits])
        by_id = {hit.id: hit for hit in hits}
        return [SearchHit(f, by_id[f.id].score, by_id[f.id].similarity) for f in found]

    def newest(self, most: int) -> list[Fact]:
        """Return the current facts that were told last, the newest first."""
        with self._core.reading() as db:
            return facts.newest(db, most)

    def remembered(self) -> list[Fact]:
        """Return the current facts and those that they superseded, the oldest first."""
        with self._core.reading() as db:
            return facts.remembered(db)

    def get(self, ids: Sequence[int]) -> list[Fact]:
        """Return the facts with these ids, superseded ones too; unknown ids are left out."""
        with self._core.reading() as db:
            return facts.get(db, ids)

    def superseded(self) -> list[Fact]:
        """Return the facts that newer ones superseded, the oldest first."""
        with self._core.reading() as db:
            return facts.superseded(db)

    def with_texts(self, texts: Sequence[str], *, superseded: bool = False) -> list[Fact]:
        """Return the current facts with these words, however they are written.

        Args:
            texts: The words of each.
            superseded: Whether to return those as well that newer ones superseded.
        """
        with self._core.reading() as db:
            return [
                fact for text in texts for fact in facts.with_text(db, text, superseded=superseded)
            ]

    def was_forgotten(self, text: str, since: float) -> bool:
        """Tell whether a fact with these words was forgotten after a moment."""
        with self._core.reading() as db:
            return facts.was_forgotten(db, text, since)

    def __len__(self) -> int:
        """Return the number of current facts."""
        return len(self._core.index.vectors)

    def pending(self) -> list[Pending]:
        """Return the changes that conversations have yet to make, in order."""
        with self._core.reading() as db:
            rows = db.execute("SELECT id, kind, payload FROM pending ORDER BY id").fetchall()
        return [Pending(id_, kind, json.loads(payload)) for id_, kind, payload in rows]

    def forget_turns(self, redact: Redact, told: Sequence[Forgotten]) -> None:
        """Delete the turns in the queue that tell what was forgotten.

        One that ended after the forgetting may have been queued with the turns before it.

        Args:
            redact: Removes what is forgotten from a conversation.
            told: What is forgotten.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        with self._core.writing() as db:
            queue.forget(db, lambda state: redact(state, told))

    def settle(self, pending: Pending) -> None:
        """Record that the conversations have made a change, and that it is on the disk."""
        with self._core.reading():
            with self._core.writing() as db:
                db.execute("DELETE FROM pending WHERE id = ?", (pending.id,))
            if pending.kind == "forget":
                self._core.database.erase_traces()


def _supersede(
    db: sqlite3.Connection, additions: Sequence[Addition], kept: Sequence[Fact], added: set[int]
) -> list[int]:
    """Mark the facts that additions contradict; return the ids of those that were current."""
    superseded: list[int] = []
    for addition, fact in zip(additions, kept, strict=True):
        outdated = {kept[position].id for position in addition.outdates} & added
        older = {*addition.replaces, *outdated} - {fact.id}
        superseded += facts.supersede(db, sorted(older), fact.id)
    return superseded

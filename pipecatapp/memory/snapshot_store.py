"""Takes, lists and loads snapshots."""

import json
from collections.abc import Sequence

from pipecatapp.memory.core import Core, add_pending
from pipecatapp.memory.storage import facts, snapshots
from pipecatapp.memory.storage.snapshots import ConversationState, Snapshot


class SnapshotStore:
    """The snapshots of one memory."""

    def __init__(self, core: Core):
        """Use an open memory."""
        self._core = core
        with core.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE name = 'persona'").fetchone()
        # Kept here too: the persona is read where nothing may wait for the disk.
        self._persona: dict[str, str] = json.loads(row[0]) if row else {}

    def save(
        self, name: str, conversation: ConversationState, persona: str, *, replace: bool = False
    ) -> None:
        """Take a snapshot.

        Args:
            name: Letters, digits, dots, dashes and underscores.
            conversation: The short-term memory.
            persona: The persona in force.
            replace: Whether to replace an older one of this name.

        Raises:
            MalformedError: The name is not allowed.
            TakenError: There is one of this name.
            UserError: It could not be written.
        """
        snapshots.check_free_name(name)
        with self._core.writing() as db:
            snapshots.save(db, name, conversation, persona, replace=replace)

    def listed(self) -> list[Snapshot]:
        """Return all snapshots, the newest first."""
        with self._core.reading() as db:
            return snapshots.listed(db)

    def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            UserError: There is none of this name.
        """
        with self._core.writing() as db:
            snapshots.remove(db, name)

    def load(
        self,
        name: str,
        conversation_id: str,
        conversation: ConversationState,
        persona: str,
        *,
        instead_of: str,
    ) -> str:
        """Put the facts and the persona of a snapshot in force, all or none.

        The conversation to restore is left as `pending`.

        Args:
            name: The snapshot's.
            conversation_id: The conversation that its short-term memory replaces.
            conversation: That conversation as it is now.
            persona: The persona in force.
            instead_of: The digest of the persona's file; the loaded persona holds until it changes.

        Returns:
            The name of a new snapshot with what was replaced.

        Raises:
            UserError: There is none of this name, or it could not be written; nothing has changed.
        """
        with self._core.reading() as db:
            before = set(facts.current_ids(db))
            with self._core.changing_facts():
                snapshot, state, its_persona = snapshots.find(db, name)
                kept = snapshots.save_before_load(db, conversation, persona)
                snapshots.apply(db, snapshot)
                # Only now, as the loaded snapshot may itself be the oldest.
                snapshots.prune(db)
                after = set(facts.current_ids(db))
                facts.unindex(db, before - after)
                facts.index(db, facts.get(db, sorted(after - before)))
                add_pending(db, "restore", {"conversation": conversation_id, "state": state})
                in_force = {"text": its_persona, "instead_of": instead_of}
                db.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('persona', ?)", (json.dumps(in_force),)
                )
            self._persona = in_force
            self._follow(sorted(before - after), sorted(after - before))
        return kept

    def _follow(self, gone: Sequence[int], back: Sequence[int]) -> None:
        self._core.index.remove(gone)
        self._core.index.add(back)

    def persona(self, *, instead_of: str) -> str | None:
        """Return the persona that a load put in force, unless its file has changed since."""
        in_force = self._persona
        return in_force["text"] if in_force.get("instead_of") == instead_of else None

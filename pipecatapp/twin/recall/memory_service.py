"""What people do with the memory: search, forget, save and load; conversations are kept in step."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipecatapp.memory.exchange import ImportResult, export_facts, import_facts
from pipecatapp.memory.long_term import Addition, LongTermMemory, SearchHit
from pipecatapp.memory.storage.fact import Fact
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.history.personas import load_persona
from pipecatapp.twin.history.store import flush
from pipecatapp.twin.recall.conversation_sync import ConversationSync
from pipecatapp.twin.recall.forgetting import redacted


class MemoryService:
    """Short-term memory, long-term memory and persona of one agent, as people handle them.

    A change to several of these is decided in one transaction of long-term memory. Conversations,
    whose files are elsewhere, are changed afterwards by what that transaction left as pending, even
    after a crash.
    """

    def __init__(
        self,
        long_term: LongTermMemory,
        conversations: Conversations,
        prompts: Path,
        idle_monitor: IdleMonitor,
    ):
        """Make the service of an opened memory.

        Args:
            long_term: The facts.
            conversations: All short-term memories.
            prompts: The directory of the persona's file.
            idle_monitor: Knows which conversations are in the middle of a turn.
        """
        self.long_term = long_term
        self._conversations = conversations
        self._prompts = prompts
        self._idle_monitor = idle_monitor
        self._sync = ConversationSync(long_term, conversations, idle_monitor)

    async def close(self) -> None:
        """Write what is still to be written; the next start does what cannot be done now.

        Conversations are written as well, so no turn may be under way.
        """
        await self._sync.close()
        await asyncio.to_thread(flush)
        await asyncio.to_thread(self.long_term.close)

    def persona(self) -> str:
        """Return the persona: the file's text, or the one that a loaded snapshot put in its place.

        An edit of the file makes the file hold again.

        Raises:
            UserError: The file cannot be used.
        """
        text = load_persona(self._prompts)
        return self.long_term.snapshots.persona(instead_of=_digest(text)) or text

    # -- facts --------------------------------------------------------------------------------

    async def search(
        self, query: str, most: int, *, asked_by: str | None = None
    ) -> list[SearchHit]:
        """Return the facts that fit a query best; `asked_by` is the person who says "I" in it."""
        return await asyncio.to_thread(self.long_term.search, query, most, asked_by=asked_by)

    async def newest(self, most: int) -> list[Fact]:
        """Return the facts that were told last."""
        return await asyncio.to_thread(self.long_term.newest, most)

    async def with_texts(self, texts: Sequence[str], *, superseded: bool = False) -> list[Fact]:
        """Return the current facts with these texts, however they are written.

        Args:
            texts: The words of each.
            superseded: Whether to return those as well that newer ones superseded.
        """
        return await asyncio.to_thread(self.long_term.with_texts, texts, superseded=superseded)

    async def superseded(self) -> list[Fact]:
        """Return the facts that newer ones superseded."""
        return await asyncio.to_thread(self.long_term.superseded)

    async def keep(self, additions: Sequence[Addition]) -> list[Fact]:
        """Keep facts; they are on the disk when this returns.

        Raises:
            UserError: They could not be written; nothing has changed.
        """
        return await asyncio.to_thread(self.long_term.keep, additions)

    async def waiting(self) -> list[str]:
        """Return what the user said in turns that have not been examined yet."""
        return await asyncio.to_thread(self.long_term.turns.said)

    async def forget(
        self, ids: Sequence[int], turns: Sequence[str] = (), request: str = ""
    ) -> list[Fact]:
        """Delete facts for good, from every index, snapshot and conversation.

        Conversations in the middle of a turn forget at its end.

        Args:
            ids: Which facts.
            turns: The user's words in turns that have not been examined yet.
            request: The user's words that asked for it; they leave the conversations too.

        Returns:
            All facts that were deleted; older versions of a fact go with it.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        gone = await asyncio.to_thread(
            self.long_term.forget, ids, redacted, turns=turns, request=request
        )
        self._sync.apply_pending_soon()
        return gone

    async def export(self) -> dict[str, Any]:
        """Return all facts, JSON-ready."""
        return await asyncio.to_thread(export_facts, self.long_term)

    async def import_(self, content: Any) -> ImportResult:
        """Keep the facts of an export; those that were forgotten since it was made stay so.

        Args:
            content: Parsed JSON from outside; it is checked here.

        Raises:
            UserError: It is not an export, or it could not be written; nothing has changed.
        """
        return await asyncio.to_thread(import_facts, self.long_term, content)

    # -- snapshots ----------------------------------------------------------------------------

    async def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the newest first, JSON-ready."""
        found = await asyncio.to_thread(self.long_term.snapshots.listed)
        return [snapshot.as_dict() for snapshot in found]

    async def save(self, name: str, conversation_id: str, *, replace: bool = False) -> None:
        """Take a snapshot of the facts, a conversation and the persona.

        Raises:
            UserError: The name is not allowed or taken, or it could not be written.
        """
        # The turn under way belongs to the snapshot.
        await self._idle_monitor.wait(conversation_id=conversation_id)
        state = self._conversations.get(conversation_id).state()
        persona = self.persona()
        await asyncio.to_thread(
            self.long_term.snapshots.save, name, state, persona, replace=replace
        )

    async def load(self, name: str, conversation_id: str) -> str:
        """Restore a snapshot's facts and persona, and its turns into a conversation.

        Returns:
            The name of the snapshot that keeps what was replaced.

        Raises:
            UserError: There is none of this name, or it could not be written; nothing has changed.
        """
        await self._idle_monitor.wait(conversation_id=conversation_id)
        state = self._conversations.get(conversation_id).state()
        kept = await asyncio.to_thread(
            self.long_term.snapshots.load,
            name,
            conversation_id,
            state,
            self.persona(),
            instead_of=_digest(load_persona(self._prompts)),
        )
        await self._sync.apply_pending()
        return kept

    async def followed(self) -> None:
        """Apply to conversations what was forgotten or loaded, as far as possible now."""
        await self._sync.apply_pending()

    async def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            UserError: There is none of this name.
        """
        await asyncio.to_thread(self.long_term.snapshots.remove, name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

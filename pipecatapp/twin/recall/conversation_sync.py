"""Keeps conversations in step with long-term memory after something was forgotten or loaded.

Long-term memory decides in one transaction and records as pending what has to be done to
conversations, whose files are elsewhere. A pending change is settled once it is on the disk.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from loguru import logger

from pipecatapp.memory.long_term import Forgotten, LongTermMemory, Pending
from pipecatapp.memory.storage.snapshots import ConversationState
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.recall.forgetting import redacted

RETRY_SECS = 60.0
"""Seconds until a conversation's file that could not be written is tried again."""


class ConversationSync:
    """Applies long-term memory's pending changes to conversations."""

    def __init__(
        self, long_term: LongTermMemory, conversations: Conversations, idle_monitor: IdleMonitor
    ):
        """Make the sync of one memory; the arguments are those of `MemoryService`."""
        self._long_term = long_term
        self._conversations = conversations
        self._idle_monitor = idle_monitor
        self._one_at_a_time = asyncio.Lock()
        self._background: set[asyncio.Task[None]] = set()
        self._retrying: asyncio.Task[None] | None = None
        self._failure = ""
        """The last failure that was logged, so that it is logged once."""

    def apply_pending_soon(self) -> None:
        """Apply what is pending, in the background."""
        self._in_background(self.apply_pending())

    async def apply_pending(self) -> None:
        """Apply what is pending, in order.

        A change that cannot be written stays pending with all later ones, and is tried again.
        """
        async with self._one_at_a_time:
            for pending in await asyncio.to_thread(self._long_term.pending):
                try:
                    await self._apply(pending)
                except OSError as error:
                    self._try_later(error)
                    return
                await asyncio.to_thread(self._long_term.settle, pending)
            self._failure = ""

    async def close(self) -> None:
        """Stop; what is pending is applied at the next start."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def _try_later(self, error: OSError) -> None:
        async def try_again() -> None:
            await asyncio.sleep(RETRY_SECS)
            self._retrying = None
            await self.apply_pending()

        if self._failure != str(error):
            self._failure = str(error)
            logger.error(
                f"A conversation's file still holds what was forgotten or replaced ({error}): make "
                f"room or put its permissions right. It is tried again every {RETRY_SECS:.0f} s, "
                "and at the next start."
            )
        if self._retrying is None:
            self._retrying = self._in_background(try_again())

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _apply(self, pending: Pending) -> None:
        """Change all conversations, then raise the `OSError` of one that could not be written."""
        if pending.kind == "restore":
            await self._restore(pending.payload["conversation"], pending.payload["state"])
            return
        told = pending.payload["facts"]
        failure: OSError | None = None
        for conversation_id in self._conversations.ids():
            await self._idle_monitor.wait(conversation_id=conversation_id)
            try:
                self._forget(conversation_id, told)
            except OSError as error:
                failure = error
        if failure:
            raise failure
        self._conversations.remove_leftovers()
        await asyncio.to_thread(self._long_term.forget_turns, redacted, told)

    def _forget(self, conversation_id: str, told: Sequence[Forgotten]) -> None:
        with self._conversations.loaded(conversation_id) as conversation:
            state = conversation.state()
            remaining = redacted(state, told)
            if remaining != state:
                conversation.restore(remaining)
            elif conversation.unsaved:
                # The file may still hold what the conversation itself no longer does.
                conversation.save()

    async def _restore(self, conversation_id: str, state: ConversationState) -> None:
        await self._idle_monitor.wait(conversation_id=conversation_id)
        try:
            self._conversations.get(conversation_id).restore(state)
        except (LookupError, TypeError, ValueError) as error:
            logger.error(f"The short-term memory of a snapshot cannot be used ({error}).")

"""The household's lists, as tools and the page use them; all of them learn of changes."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pipecatapp.tools.household_lists.content import Added, HouseholdList, Item, Undone
from pipecatapp.tools.household_lists.store import ListStore

Result = TypeVar("Result")


class HouseholdLists:
    """The lists of one household; the file is opened when it is first needed.

    All methods raise `UserError` where the file cannot be used, and have then changed nothing.
    """

    def __init__(self, directory: Path):
        """Use the file in a directory."""
        self._directory = directory
        self._store: ListStore | None = None
        self._opening = threading.Lock()
        self._notice: Path | None = None
        self.listeners: set[Callable[[], None]] = set()
        """Called in the event loop after each change."""

    def _opened(self) -> ListStore:
        with self._opening:
            if self._store is None:
                self._store = ListStore(self._directory)
                self._notice = self._store.set_aside
            return self._store

    async def open(self) -> None:
        """Open the file."""
        await asyncio.to_thread(self._opened)

    async def close(self) -> None:
        """Close the file."""
        with self._opening:
            if self._store:
                self._store.close()
            self._store = None

    def take_notice(self) -> Path | None:
        """Return where a damaged file was put, once: somebody is being told of it."""
        notice, self._notice = self._notice, None
        return notice

    async def all(self) -> list[HouseholdList]:
        """Return all lists, in the order in which they were made."""
        return await asyncio.to_thread(lambda: self._opened().all())

    async def can_undo(self) -> bool:
        """Return whether there is a change that somebody could undo."""
        return await asyncio.to_thread(lambda: self._opened().can_undo())

    async def create(self, name: str) -> bool:
        """Make an empty list; return whether it is new."""
        return await self._change(lambda store: store.create(name))

    async def add(self, name: str, texts: Sequence[str], conversation: str) -> Added:
        """Add items to a list, which is made where there is none; all or none.

        Raises:
            FullError: A text is empty or too long, or there is no more room.
        """
        return await self._change(lambda store: store.add(name, texts, conversation))

    async def remove(self, ids: Sequence[int], conversation: str) -> list[Item]:
        """Take items off their lists; return those that were still there."""
        return await self._change(lambda store: store.remove(ids, conversation))

    async def clear(self, id_: int, conversation: str, *, delete: bool = False) -> HouseholdList:
        """Take everything off a list, or delete it; return it as it was.

        Raises:
            NotFoundError: There is no such list.
        """
        return await self._change(lambda store: store.clear(id_, conversation, delete=delete))

    async def undo(self, conversation: str) -> Undone | None:
        """Undo the latest change of a conversation; return it, or None if there is none."""
        return await self._change(lambda store: store.undo(conversation))

    async def _change(self, change: Callable[[ListStore], Result]) -> Result:
        result = await asyncio.to_thread(lambda: change(self._opened()))
        for listener in list(self.listeners):
            listener()
        return result

"""Which of a server's slots a conversation has: two do not evict each other's prompts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class SlotTable:
    """The slots of one llama-server, the longest unused one given first.

    A request that llama-server gets for a slot which is still writing would cut that slot's context
    down, so that each request holds its slot until its answer is there.
    """

    def __init__(self, count: int):
        """Take a server's slots, at least one."""
        self.count = count
        self._owners: dict[str, int] = {}
        self._locks = [asyncio.Lock() for _ in range(count)]
        self._waiting = [0] * count

    @property
    def busy(self) -> int:
        """How many requests hold a slot or wait for one."""
        return sum(self._waiting)

    def has(self, conversation: str) -> bool:
        """Tell whether a conversation's prompt is in one of these slots."""
        return conversation in self._owners

    @asynccontextmanager
    async def held(self, conversation: str) -> AsyncIterator[int]:
        """Hold a conversation's slot, and yield its number."""
        number = self._slot(conversation)
        self._waiting[number] += 1
        try:
            async with self._locks[number]:
                yield number
        finally:
            self._waiting[number] -= 1

    def _slot(self, conversation: str) -> int:
        """Return the conversation's slot, from now on the most recently used one."""
        number = self._owners.pop(conversation, None)
        if number is None:
            number = self._free()
        self._owners[conversation] = number
        return number

    def _free(self) -> int:
        """Return a slot that nobody has, else the longest unused one, an idle one first."""
        unowned = [n for n in range(self.count) if n not in self._owners.values()]
        if unowned:
            return unowned[0]
        idle = [name for name, number in self._owners.items() if not self._waiting[number]]
        return self._owners.pop((idle or list(self._owners))[0])

"""The slots of a llama-server: what each is for, which conversation owns it, and its lock.

A slot keeps the prompt that it read last. If a conversation returns to its slot, the server reads
only the new words, so that two conversations do not share a slot while there are enough.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from pipecatapp.runtime.inference.model_server import ModelServer

OTHER_SLOTS = 2
"""Slots for the prompts of experts and of the memory, whose slot is the last one, so that they do
not evict those of conversations."""
API_SLOTS = 1
"""Slots for the API's callers, who bring their own history, if there are enough for all."""
ENOUGH = 2 + OTHER_SLOTS + API_SLOTS
"""With fewer slots, callers share that of experts: it matters more that two people can talk."""


@dataclass(frozen=True)
class SlotPlan:
    """What the slots of the main llama-server are for.

    Attributes:
        conversations: How many of the first slots are for conversations.
        experts: The number of the slot for experts' prompts.
        api: The number of the slot for the API's callers.
        memory: The number of the slot in which the memory examines what was said.
    """

    conversations: int
    experts: int
    api: int
    memory: int

    @classmethod
    def of(cls, slots: int) -> "SlotPlan":
        """Share out a number of slots; a slot that the server does not have means its last one."""
        own = API_SLOTS if slots >= ENOUGH else 0
        conversations = max(1, slots - OTHER_SLOTS - own)
        callers = conversations + own
        return cls(conversations, conversations, callers, callers + 1)


class Slots:
    """The slots of one llama-server.

    A request that llama-server (of llama-cpp-python 0.3.36) gets for a slot which is still writing
    makes it cut that slot's context down to what both have in common, and the answer under way goes
    on without having read the question. Each request therefore holds its slot until its answer is
    there.

    Args:
        count: How many slots the server has, at least one.
        for_owners: How many of the first slots `slot` gives to owners; None for all.
    """

    def __init__(self, count: int, for_owners: int | None = None):
        self.count = count
        self._for_owners = count if for_owners is None else for_owners
        self._owners: dict[str, int] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._users: Counter[int] = Counter()

    @classmethod
    def of(cls, server: ModelServer) -> "Slots":
        """Return the slots of the main server; there is one object for each server."""
        slots = _of_servers.get(server)
        if slots is None:
            slots = cls(server.slots, SlotPlan.of(server.slots).conversations)
            _of_servers[server] = slots
        # In a cluster the service may have moved to a server with another number of slots.
        slots.count = server.slots
        return slots

    @property
    def busy(self) -> int:
        """How many requests hold a slot or wait for one."""
        return self._users.total()

    def has(self, owner: str) -> bool:
        """Return whether an owner has one of these slots."""
        return owner in self._owners

    def slot(self, owner: str) -> int:
        """Return an owner's slot, from now on the most recently used one.

        An owner without a slot gets a free one, else the least recently used one that is idle.

        Args:
            owner: Whose prompt the slot keeps, such as a conversation's id.
        """
        number = self._owners.pop(owner, None)
        if number is None:
            number = self._free()
        self._owners[owner] = number
        return number

    @asynccontextmanager
    async def held_by(self, owner: str) -> AsyncIterator[int]:
        """Hold an owner's slot, and yield its number."""
        async with self.held(self.slot(owner)) as number:
            yield number

    @asynccontextmanager
    async def held(self, number: int) -> AsyncIterator[int]:
        """Hold a slot, and yield its number.

        Args:
            number: The slot's number. If the server has fewer slots its last one is held, as
                llama-server never answers a request for a slot that it does not have.
        """
        number = min(number, self.count - 1)
        self._users[number] += 1
        try:
            async with self._locks[number]:
                yield number
        finally:
            self._users[number] -= 1

    def _free(self) -> int:
        taken = self._owners.values()
        unowned = next((n for n in range(self._for_owners) if n not in taken), None)
        if unowned is not None:
            return unowned
        idle = (owner for owner, number in self._owners.items() if not self._users[number])
        return self._owners.pop(next(idle, next(iter(self._owners))))


_of_servers: WeakKeyDictionary[ModelServer, Slots] = WeakKeyDictionary()

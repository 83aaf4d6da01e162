"""What the twin needs of the place where its model runs."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakKeyDictionary


class ModelServer(Protocol):
    """An OpenAI-compatible llama-server, wherever it runs."""

    @property
    def url(self) -> str:
        """Base URL, without `/v1`; another one where the server has moved."""

    @property
    def api_key(self) -> str:
        """The key it asks for."""

    @property
    def slots(self) -> int:
        """How many prompts it keeps, at least one."""

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until it answers, having it started again where it died.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether it is healthy now.
        """


_locks: WeakKeyDictionary[ModelServer, defaultdict[int, asyncio.Lock]] = WeakKeyDictionary()


@asynccontextmanager
async def held_slot(server: ModelServer, slot: int) -> AsyncIterator[int]:
    """Hold a slot of a server's until the answer to a request is there, and yield its number.

    A request that llama-server (of llama-cpp-python 0.3.36) gets for a slot which is still writing
    makes it cut that slot's context down to what both have in common, and the answer under way goes
    on without having read the question.

    Args:
        server: Whose slot it is.
        slot: Which one; the last one where the server has fewer, as a request for a slot that it
            does not have is never answered.
    """
    number = min(slot, server.slots - 1)
    async with _locks.setdefault(server, defaultdict(asyncio.Lock))[number]:
        yield number

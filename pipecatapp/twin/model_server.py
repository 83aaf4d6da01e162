"""What the twin needs of the place where its model runs."""

import asyncio
from collections import defaultdict
from typing import Protocol
from weakref import WeakKeyDictionary


class ModelServer(Protocol):
    """An OpenAI-compatible llama-server, wherever it runs."""

    @property
    def url(self) -> str:
        """Base URL, without `/v1`."""

    @property
    def api_key(self) -> str:
        """The key it asks for."""

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until it answers, having it started again where it died.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether it is healthy now.
        """


_locks: WeakKeyDictionary[ModelServer, defaultdict[int, asyncio.Lock]] = WeakKeyDictionary()


def slot_lock(server: ModelServer, slot: int) -> asyncio.Lock:
    """Return the lock that a request to a slot of a server's holds until its answer is there.

    A request that llama-server (of llama-cpp-python 0.3.36) gets for a slot which is still writing
    makes it cut that slot's context down to what both have in common, and the answer under way goes
    on without having read the question.
    """
    return _locks.setdefault(server, defaultdict(asyncio.Lock))[slot]

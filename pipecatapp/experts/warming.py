"""Has the servers of experts read the persona before the first request, after each start."""

import asyncio
from collections.abc import Iterator

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.experts.routing import Experts

LOOK_SECS = 1.0


class Warming:
    """Watches for servers that have started, from `start` to `close`.

    Args:
        experts: The experts whose servers are prepared.
    """

    def __init__(self, experts: Experts):
        self._experts = experts
        self._warmed: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch(), name="warming of experts")

    async def close(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _watch(self) -> None:
        while True:
            for expert, instance in list(self._started()):
                try:
                    await self._experts.warm(expert, instance)
                except (UserError, OSError) as error:
                    logger.warning(f"The {expert.name} expert reads its persona later: {error}")
            await asyncio.sleep(LOOK_SECS)

    def _started(self) -> Iterator[tuple[Expert, ExpertInstance]]:
        """Return the servers that have come since the last call."""
        there = {
            instance.url: (expert, instance)
            for expert in self._experts.directory.experts()
            for instance in (expert.service.instances if expert.service else ())
            if instance.healthy and not instance.asleep and not instance.external
        }
        new = there.keys() - self._warmed
        # A server that was away in between has been started again.
        self._warmed = set(there)
        return (there[url] for url in sorted(new))

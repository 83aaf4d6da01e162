"""Has experts' own servers read the persona before somebody asks, once for each start of theirs."""

import asyncio
from collections.abc import Iterator

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.experts.routing import Experts

LOOK_SECS = 1.0


class Warming:
    """Follows the directory; used from `start` to `close`.

    Args:
        experts: Whose servers are prepared.
    """

    def __init__(self, experts: Experts):
        self._experts = experts
        self._warmed: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._follow(), name="warming of experts")

    async def close(self) -> None:
        """Follow no more."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _follow(self) -> None:
        while True:
            for expert, instance in list(self._fresh()):
                try:
                    await self._experts.warm(expert, instance)
                except (UserError, OSError) as error:
                    logger.warning(f"The {expert.name} expert reads its persona later: {error}")
            await asyncio.sleep(LOOK_SECS)

    def _fresh(self) -> Iterator[tuple[Expert, ExpertInstance]]:
        """Yield the servers that have come since the last look, and take note of those there."""
        there = {
            instance.url: (expert, instance)
            for expert in self._experts.directory.experts()
            for instance in (expert.service.instances if expert.service else ())
            if instance.healthy and not instance.asleep and not instance.external
        }
        new = there.keys() - self._warmed
        # One that was away has been started anew.
        self._warmed = set(there)
        return (there[url] for url in sorted(new))

"""The cluster's language model: a service in Consul, on whichever node Nomad runs it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import consul
from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import WAIT, ConsulWatch, read_secret
from pipecatapp.runtime.cluster.service_instance import ServiceInstance
from pipecatapp.runtime.health_check import health_client, is_healthy
from pipecatapp.settings import Settings

SERVICE = "prima-api-main"
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there, so that a request fails at once and is repeated like after a restart."""
FIRST_ANSWER_SECS = 2.0
PROBE_SECS = 2.0
LOOK_AGAIN_SECS = 0.25


class ClusterModelServer:
    """A `ModelServer` that Consul finds; its address follows the service.

    Args:
        settings: Where Consul is, and the key of the cluster's llama-servers.
        slots: How many slots to assume until the service says.

    Raises:
        UserError: The key cannot be read, or Consul's address is invalid.
    """

    def __init__(self, settings: Settings, slots: int):
        self._key_file = settings.llm_key_file
        self._slots = slots
        self._watch = ConsulWatch(settings, SERVICE, _ask, self._changed)
        self._loop = asyncio.get_running_loop()
        self._instance_changed = asyncio.Event()
        self._known: ServiceInstance | None = None
        self._passing = False
        try:
            self._key = read_secret(self._key_file) or ""
        except OSError as error:
            raise UserError(
                f"LLAMA_API_KEY_FILE, {self._key_file}, cannot be read ({error.strerror})"
            ) from error

    async def start(self) -> None:
        """Begin to look for the service, and wait 2 s at most for Consul's first answer."""
        self._watch.start()
        await asyncio.to_thread(self._watch.wait_for_answer, FIRST_ANSWER_SECS)
        # Lets the event loop take what the thread has found, before this goes on.
        await asyncio.sleep(0)

    def close(self) -> None:
        """Stop looking for the service."""
        self._watch.close()

    @property
    def url(self) -> str:
        """Base URL of the instance that passes its checks, otherwise of the last one known."""
        return self._known.url if self._known else NOWHERE

    @property
    def api_key(self) -> str:
        """The key that it asks for, read each time as Nomad may have renewed it."""
        try:
            self._key = read_secret(self._key_file) or self._key
        except OSError as error:
            logger.warning(
                f"{self._key_file} cannot be read ({error.strerror}): the old key stays in use"
            )
        return self._key or "none"

    @property
    def slots(self) -> int:
        """How many prompts it keeps."""
        return (self._known and self._known.slots) or self._slots

    @property
    def instance(self) -> ServiceInstance | None:
        """The last instance known, whether it still passes its checks or not."""
        return self._known

    @property
    def passing(self) -> bool:
        """Whether an instance passed its checks when Consul last answered."""
        return self._passing

    @property
    def stale(self) -> str | None:
        """Why Consul does not answer now, so that what is known may be outdated; otherwise None."""
        return self._watch.problem

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until an instance answers; Nomad restarts it.

        Args:
            timeout: Seconds to wait at most.
        """
        end = time.monotonic() + timeout
        async with health_client() as client:
            while (left := end - time.monotonic()) > 0:
                # Consul notices late that an instance has died, and not at all while it is down.
                if self._known:
                    url = f"{self._known.url}/health"
                    if await is_healthy(client, url, min(left, PROBE_SECS)):
                        return True
                await self._wait_for_change(min(left, LOOK_AGAIN_SECS))
        logger.warning(f"no {SERVICE} answered within {timeout:.0f} s")
        return False

    async def arrivals(self) -> AsyncIterator[None]:
        """Yield each time an instance has started or moved, the first one included."""
        last: str | None = None
        while True:
            self._instance_changed.clear()
            if self._passing and self._known and self._known.url != last:
                last = self._known.url
                yield
            elif not self._passing:
                last = None  # at the same address it may be another process
                await self._instance_changed.wait()
            else:
                await self._instance_changed.wait()

    async def _wait_for_change(self, seconds: float) -> None:
        self._instance_changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._instance_changed.wait()
        except TimeoutError:
            return

    def _changed(self, instances: list[ServiceInstance]) -> None:
        """Pass Consul's answer on to the event loop; called in the thread that asked."""
        try:
            self._loop.call_soon_threadsafe(self._choose, instances)
        except RuntimeError:
            self._watch.close()  # the agent has ended

    def _choose(self, instances: list[ServiceInstance]) -> None:
        self._passing = bool(instances)
        # The prompts of conversations are cached in one server: it stays as long as it passes.
        same = [entry for entry in instances if self._known and entry.url == self._known.url]
        chosen = next(iter(same or instances), None)
        if chosen is None:
            logger.warning(f"no {SERVICE} passes its checks")
        elif not same:
            logger.info(f"The language model is on {chosen.node}, at {chosen.url}")
        self._known = chosen or self._known
        self._instance_changed.set()


def _ask(client: consul.Consul, index: str | None) -> tuple[str, list[ServiceInstance]]:
    answer: tuple[str, list[dict[str, Any]]] = client.health.service(
        SERVICE, passing=True, index=index, wait=WAIT
    )
    new_index, entries = answer
    instances = map(ServiceInstance.of_entry, entries)
    return new_index, sorted(instances, key=lambda instance: instance.url)

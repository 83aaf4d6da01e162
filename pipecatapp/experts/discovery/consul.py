"""The experts of a cluster: Consul services whose names start with `prima-api-`."""

import asyncio
import re
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import consul
from loguru import logger

from pipecatapp.experts.discovery.directory import Directory
from pipecatapp.experts.expert import EXPERT_NAME, Expert, ExpertInstance, Service
from pipecatapp.runtime.cluster.consul import WAIT, ConsulWatch
from pipecatapp.runtime.cluster.service_instance import ServiceInstance
from pipecatapp.settings import Settings

PREFIX = "prima-api-"
DEFAULT_EXPERT = "main"
"""The default expert is the router's own model, so that nothing is routed to it."""
ASLEEP = "asleep"
"""The tag of a service whose job sleeps: it stays listed, and only a turn may wake it."""
FIRST_ANSWER_SECS = 2.0


class ConsulDirectory(Directory):
    """Watches Consul by blocking queries in threads of their own.

    One thread watches which services exist, and one for each service watches where its instances
    are and whether they are healthy. The last answers remain in use while Consul is away.
    """

    def __init__(self, settings: Settings, external: Mapping[str, Expert] | None = None):
        """Make a directory; `start` begins to look.

        Args:
            settings: Consul's address, the key of the cluster's llama-servers, and the prompts.
            external: Experts that somebody else runs, by name.

        Raises:
            UserError: Consul's address is invalid, or a file of the prompts cannot be used.
        """
        super().__init__(settings.prompts, external)
        self._settings = settings
        self._lock = threading.Lock()
        self._watches: dict[str, ConsulWatch] = {}
        self._found: dict[str, Service] = {}
        self._passed_over: set[str] = set()
        self._names = ConsulWatch(settings, "the experts", _ask_names, self._take_names)

    async def start(self) -> None:
        """Begin to look; wait a short time for Consul's first answers."""
        self._names.start()
        await asyncio.to_thread(self._wait_for_answers)

    def _wait_for_answers(self) -> None:
        if self._names.wait_for_answer(FIRST_ANSWER_SECS):
            with self._lock:
                watches = list(self._watches.values())
            for watch in watches:
                watch.wait_for_answer(FIRST_ANSWER_SECS)

    async def close(self) -> None:
        """Stop looking, without waiting for queries under way."""
        self._names.close()
        with self._lock:
            watches, self._watches = self._watches, {}
        for watch in watches.values():
            watch.close()

    def services(self) -> Mapping[str, Service]:
        """Return the services as Consul described them last, by the experts' names."""
        with self._lock:
            return dict(self._found)

    @property
    def stale(self) -> str | None:
        """Why Consul does not answer, so that the directory may be out of date; None if it does."""
        return self._names.problem

    # -- in the threads of the queries ------------------------------------------------------------

    def _take_names(self, names: list[str]) -> None:
        """Take the services' names: watch those that have come, forget those that are gone."""
        wanted = set(self._usable_names(names))
        with self._lock:
            gone = [self._watches.pop(name) for name in self._watches.keys() - wanted]
            for name in self._found.keys() - wanted:
                del self._found[name]
            come = {name: self._watch(name) for name in wanted - self._watches.keys()}
            self._watches.update(come)
        for watch in gone:
            watch.close()
        for watch in come.values():
            watch.start()

    def _usable_names(self, names: Iterable[str]) -> Iterable[str]:
        for service in names:
            name = service.removeprefix(PREFIX)
            if name == DEFAULT_EXPERT:
                continue
            if re.fullmatch(EXPERT_NAME, name):
                yield name
            elif service not in self._passed_over:
                self._passed_over.add(service)
                logger.warning(f"{service!r} is not an expert: small letters, digits, - and _ only")

    def _watch(self, name: str) -> ConsulWatch:
        service = f"{PREFIX}{name}"
        taken = partial(self._take, name)
        return ConsulWatch(self._settings, service, partial(_ask_service, service), taken)

    def _take(self, name: str, entries: list[ServiceInstance]) -> None:
        """Take where a service is, and how."""
        service = _service(entries, self._settings.llm_key_file)
        with self._lock:
            if name in self._watches:  # an answer may come after the name has gone
                self._found[name] = service


def _ask_names(client: consul.Consul, index: str | None) -> tuple[str, list[str]]:
    answer: tuple[str, dict[str, list[str]]] = client.catalog.services(index=index, wait=WAIT)
    new_index, services = answer
    return new_index, sorted(name for name in services if name.startswith(PREFIX))


def _ask_service(
    service: str, client: consul.Consul, index: str | None
) -> tuple[str, list[ServiceInstance]]:
    answer: tuple[str, list[dict[str, Any]]] = client.health.service(
        service, index=index, wait=WAIT
    )
    new_index, entries = answer
    instances = map(ServiceInstance.of_entry, entries)
    return new_index, sorted(instances, key=lambda instance: instance.url)


def _service(entries: list[ServiceInstance], key_file: Path | None) -> Service:
    instances = tuple(
        ExpertInstance(
            f"{entry.url}/v1",
            entry.node,
            healthy=entry.healthy,
            asleep=ASLEEP in entry.tags,
            slots=entry.slots,
            key_file=key_file,
        )
        for entry in entries
    )
    # Of a job that is being replaced, the instance that can be asked speaks for all.
    speaking = next((e for e in entries if e.healthy or ASLEEP in e.tags), None)
    return Service.of(instances, speaking.meta if speaking else {})

"""The experts of one machine that have llama-servers of their own, each with a file.

The program that runs such a server writes PIPECATAPP_HOME/experts/NAME.yaml once the server can be
asked, by renaming a finished file, and removes the file when it ends the server:

    model: phi-3-mini-instruct      # as requests name it
    context: 4096                   # tokens of a prompt and its answer
    description: explains plants    # optional: what it is for, in one line
    instances:
      - url: http://127.0.0.1:8101  # without /v1
        slots: 2                    # optional: how many prompts it keeps; else asked
        key_file: /path/to/key      # optional: the file with the key that it asks for
        asleep: false               # optional: true while its job sleeps, and the URL wakes it
"""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import httpx
from loguru import logger
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.directory import Directory
from pipecatapp.experts.expert import (
    EXPERT_NAME,
    LONGEST_DESCRIPTION,
    Expert,
    ExpertInstance,
    Service,
)
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.settings import Settings

FOLDER = "experts"
LOOK_SECS = 0.5
PROBE_SECS = 2.0
FAILED_PROBES = 3
"""A server is unhealthy after so many late answers, as it may be reading a long prompt. One that
refuses the connection is unhealthy at once."""


class LocalInstance(BaseModel):
    """A llama-server of this machine in an expert's file."""

    model_config = ConfigDict(extra="forbid")

    url: AnyHttpUrl
    slots: int | None = Field(None, ge=1, le=1024)
    key_file: Path | None = None
    asleep: bool = False


class LocalExpert(BaseModel):
    """An expert's file."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1, max_length=200)
    context: int = Field(ge=256)
    description: str | None = Field(None, min_length=1, max_length=LONGEST_DESCRIPTION)
    instances: list[LocalInstance] = Field(min_length=1, max_length=16)


Files = dict[str, tuple[tuple[int, int], LocalExpert | None]]
"""By the expert's name: a stamp that changes with the file, and its content; None if unusable."""


class LocalDirectory(Directory):
    """Watches the files of experts, and checks the health of their servers.

    Before `start` it has only the experts that share the main llama-server.
    """

    def __init__(
        self, prompts: Path, home: Path | None = None, external: Mapping[str, Expert] | None = None
    ):
        """Make a directory.

        Args:
            prompts: The directory of NAME_expert.txt and NAME_expert.yaml.
            home: The state directory; None if no expert has servers of its own.
            external: Experts that somebody else runs, by name.

        Raises:
            UserError: A file of the prompts cannot be used.
        """
        super().__init__(prompts, external)
        self._folder = home / FOLDER if home else None
        self._files: Files = {}
        self._failures: dict[str, int] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def of(cls, settings: Settings, external: Mapping[str, Expert]) -> "LocalDirectory":
        """Return the directory of an agent."""
        return cls(settings.prompts, settings.home, external)

    async def start(self) -> None:
        """Begin to look; wait for the first health checks only."""
        if self._folder is None:
            return
        self._client = client = _client()
        first = [self._probe(client, root) for root in await self._look(self._folder)]
        await asyncio.gather(*first)
        looking = self._keep_looking(client, self._folder)
        self._looking = asyncio.create_task(looking, name="experts")

    async def close(self) -> None:
        """Stop looking."""
        tasks = [task for task in (self._looking, *self._following.values()) if task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._client:
            await self._client.aclose()

    def services(self) -> Mapping[str, Service]:
        """Return the services as their files and health checks described them last."""
        known = {name: entry for name, (_, entry) in self._files.items() if entry}
        return {name: self._service(entry) for name, entry in known.items()}

    def _service(self, entry: LocalExpert) -> Service:
        instances = tuple(
            ExpertInstance(
                f"{_root(one)}/v1",
                healthy=not one.asleep and self._is_healthy(_root(one)),
                asleep=one.asleep,
                slots=one.slots,
                key_file=one.key_file,
            )
            for one in entry.instances
        )
        return Service(instances, entry.model, entry.context, entry.description)

    def _is_healthy(self, root: str) -> bool:
        return self._failures.get(root, FAILED_PROBES) < FAILED_PROBES

    async def _keep_looking(self, client: httpx.AsyncClient, folder: Path) -> None:
        while True:
            try:
                roots = await self._look(folder)
                for root in self._following.keys() - roots:
                    self._following.pop(root).cancel()
                    self._failures.pop(root, None)
                for root in roots - self._following.keys():
                    self._following[root] = asyncio.create_task(self._follow(client, root))
            except Exception:
                # Somebody may put the files right before the next look.
                logger.exception("The experts of this machine could not be read")
            await asyncio.sleep(LOOK_SECS)

    async def _look(self, folder: Path) -> set[str]:
        """Read the files that have changed, and return the servers that may be asked."""
        self._files = await asyncio.to_thread(_read, folder, self._files)
        entries = [entry for _, entry in self._files.values() if entry]
        # A health check would wake a server that is asleep.
        return {_root(one) for entry in entries for one in entry.instances if not one.asleep}

    async def _follow(self, client: httpx.AsyncClient, root: str) -> None:
        while True:
            await self._probe(client, root)
            await asyncio.sleep(LOOK_SECS)

    async def _probe(self, client: httpx.AsyncClient, root: str) -> None:
        """Check a server's health, and note it."""
        failures = await _failures(client, root)
        before = self._failures.get(root, FAILED_PROBES)
        self._failures[root] = min(before + failures, FAILED_PROBES) if failures else 0


def _client() -> httpx.AsyncClient:
    """Return the client for all health checks; making one holds up whoever is being listened to.

    Connections are not kept: llama-server closes idle ones, and a check that is lost by that would
    make a healthy server look dead.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(timeout=PROBE_SECS, limits=limits, trust_env=False)


def _root(instance: LocalInstance) -> str:
    return str(instance.url).rstrip("/")


async def _failures(client: httpx.AsyncClient, root: str) -> int:
    """Return 0 if a server is healthy, else how many failed checks its answer counts for."""
    try:
        answer = await client.get(f"{root}/health")
    except httpx.TimeoutException:
        return 1
    except httpx.HTTPError:
        return FAILED_PROBES
    return 0 if answer.status_code == httpx.codes.OK else FAILED_PROBES


def _read(folder: Path, known: Files) -> Files:
    """Return the content of the files, reading only those that have changed."""
    files: Files = {}
    for path in sorted(folder.glob("*.yaml")):
        if not re.fullmatch(EXPERT_NAME, path.stem):
            continue
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        stamp = (status.st_mtime_ns, status.st_ino)
        before = known.get(path.stem)
        files[path.stem] = before if before and before[0] == stamp else (stamp, _entry(path))
    return files


def _entry(path: Path) -> LocalExpert | None:
    try:
        return read_yaml(path, LocalExpert)
    except UserError as error:
        logger.error(f"{error} That expert is left out.")
        return None

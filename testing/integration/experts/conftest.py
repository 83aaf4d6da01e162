"""Real llama-servers of the tests' own, and experts on them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.job import JobSpec, JobStatus
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings

STARTING_SECONDS = 60
CONTEXT = 1024
SLOTS = 2


@dataclass
class KnownExperts:
    """A directory of what a test puts into it."""

    known: list[Expert] = field(default_factory=list)
    latencies: dict[str, float] = field(default_factory=dict)
    stale: str | None = None

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def experts(self) -> list[Expert]:
        return self.known

    def listed(self) -> list[Expert]:
        return [expert for expert in self.known if expert.examples]

    def record_latency(self, url: str, seconds: float) -> None:
        self.latencies[url] = seconds


@dataclass
class Servers:
    """Some llama-servers, each started again when it has died."""

    servers: list[LlamaServer]
    jobs: LocalOrchestrator
    home: Path
    restarts: dict[int, int] = field(default_factory=dict)

    def instance(self, number: int) -> ExpertInstance:
        server = self.servers[number]
        key_file = self.home / "run" / f"{server.name}.key"
        return ExpertInstance(f"{server.url}/v1", slots=SLOTS, key_file=key_file)

    def service(self, *numbers: int) -> Service:
        return Service(tuple(map(self.instance, numbers)), "small", CONTEXT)

    async def status(self, number: int) -> JobStatus:
        return await self.jobs.status(self.servers[number].name)

    async def kill(self, number: int) -> None:
        """End a server at once, as a lack of memory does."""
        status = await self.status(number)
        self.restarts[number] = status.restarts
        assert status.pid
        os.kill(status.pid, signal.SIGKILL)

    async def started_again(self, number: int) -> None:
        """Wait until a server that was killed is back."""
        name = self.servers[number].name
        async with asyncio.timeout(STARTING_SECONDS):
            before = self.restarts[number]
            await self.jobs.wait_for(name, lambda now: now.healthy and now.restarts > before)

    async def stop(self, number: int) -> None:
        await self.jobs.stop(self.servers[number].name)

    async def start(self, number: int) -> None:
        await self.jobs.start(self.servers[number].name)
        await self.healthy(number)

    async def healthy(self, number: int) -> None:
        await self.jobs.wait_healthy(self.servers[number].name, STARTING_SECONDS)

    async def slots(self, number: int) -> list[dict[str, Any]]:
        server = self.servers[number]
        headers = {"Authorization": f"Bearer {server.api_key}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
            found: list[dict[str, Any]] = (await client.get(f"{server.url}/slots")).json()
        return found


@pytest.fixture(scope="session")
def llama() -> LlamaCpp:
    return ensure_llama_cpp(Settings(), Progress())


@pytest.fixture(scope="session")
def gguf() -> Path:
    settings = Settings()
    smoke = Catalogue.load(settings.catalogue).models("smoke")[0]
    return gguf_of(smoke, ensure_model(smoke, settings, Progress()))


def patient(spec: JobSpec) -> JobSpec:
    """Return a job that runs beside others on a busy machine.

    Servers whose threads wait for each other crawl where there are fewer cores than threads.
    """
    command = list(spec.command)
    for option in ("--threads", "--threads-batch"):
        command[command.index(option) + 1] = "1"
    return replace(spec, command=tuple(command), hang_timeout=60.0, stop_timeout=1.0)


@pytest.fixture
async def servers(llama: LlamaCpp, gguf: Path, tmp_path: Path) -> AsyncIterator[Servers]:
    """Two servers of the smallest model, the first of them running."""
    settings = Settings(home=tmp_path, llm_context=CONTEXT, llm_slots=SLOTS)
    made = [LlamaServer(llama, gguf, settings, name=f"expert-{n}") for n in range(2)]
    specs = [patient(server.spec()) for server in made]
    async with LocalOrchestrator(specs, settings.log_dir) as jobs:
        running = Servers(made, jobs, tmp_path)
        await running.start(0)
        yield running


@pytest.fixture
def known() -> KnownExperts:
    return KnownExperts()


@pytest.fixture
async def experts(known: KnownExperts) -> AsyncIterator[Experts]:
    made = Experts(known, lambda expert: f"You are the {expert.name} expert.")
    yield made
    await made.close()


Asked = Callable[..., Any]


async def events(experts: Experts, name: str, words: str, **options: Any) -> list[Any]:
    """Return all that comes of asking an expert."""
    return [event async for event in experts.events(name, said(words), **options)]


def said(*words: str) -> Sequence[dict[str, str]]:
    """Return a conversation of user and assistant in turn."""
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(words)]

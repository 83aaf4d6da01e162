"""Experts on HTTP servers that reply as a test tells them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.experts.client.server import Clients
from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from testing.unit.runtime.inference.conftest import FakeLlama
from testing.unit.twin.conftest import ModelServer


class OneExpert:
    """A directory of one expert, whose servers a test sets."""

    stale = None

    def __init__(self, expert: Expert):
        self.expert = expert
        self.latencies: dict[str, float] = {}

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def experts(self) -> list[Expert]:
        return [self.expert]

    def listed(self) -> list[Expert]:
        return []

    def record_latency(self, url: str, seconds: float) -> None:
        self.latencies[url] = seconds

    def find(self) -> Expert:
        return self.expert

    def runs_on(self, *instances: ExpertInstance, context: int | None = None) -> None:
        """Have the expert run on these servers."""
        self.expert = replace(self.expert, service=Service(instances, "rhymer", context))


def instance_of(server: ModelServer | FakeLlama, **more: Any) -> ExpertInstance:
    """Return a server as an expert's, with four slots unless a test says otherwise."""
    return ExpertInstance(f"{server.url}/v1", **{"slots": 4, **more})


@pytest.fixture
def known() -> OneExpert:
    return OneExpert(Expert("rhyming", "makes rhymes"))


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    made = Clients()
    yield made
    await made.close()


@pytest.fixture
async def servers() -> AsyncIterator[list[ModelServer]]:
    """Two servers of the expert's own."""
    made = [ModelServer(), ModelServer()]
    for server in made:
        await server.start()
    yield made
    for server in made:
        await server.stop()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "expert.key"
    path.write_text("first\n")
    return path

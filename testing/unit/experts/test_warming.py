import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.experts import warming as module
from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.experts.warming import Warming
from testing.unit.experts.client.conftest import OneExpert

FIRST = ExpertInstance("http://10.0.0.1/v1")
SECOND = ExpertInstance("http://10.0.0.2/v1")


class Servers:
    """What warming asks of experts: which there are, and to have a server read its persona."""

    def __init__(self) -> None:
        self.directory = OneExpert(Expert("rhyming", "makes rhymes"))
        self.warmed: list[str] = []
        self.error: Exception | None = None

    async def warm(self, expert: Expert, instance: ExpertInstance) -> None:
        self.warmed.append(instance.url)
        if self.error:
            raise self.error

    def are(self, *instances: ExpertInstance) -> None:
        self.directory.expert = replace(self.directory.expert, service=Service(instances))


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    monkeypatch.setattr(module, "LOOK_SECS", 0.0)
    return Servers()


@pytest.fixture
async def warming(servers: Servers) -> AsyncIterator[Warming]:
    experts: Any = servers
    made = Warming(experts)
    made.start()
    yield made
    await made.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - the directory tells nobody
            await asyncio.sleep(0)


async def looks() -> None:
    """Leave it time for some looks."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_each_server_reads_its_persona_once_for_each_start(
    servers: Servers, warming: Warming
) -> None:
    servers.are(FIRST, SECOND)
    await until(lambda: len(servers.warmed) == 2)
    await looks()
    assert servers.warmed == [FIRST.url, SECOND.url]
    servers.are(FIRST)
    await looks()
    servers.are(FIRST, SECOND)
    await until(lambda: len(servers.warmed) == 3)
    assert servers.warmed[-1] == SECOND.url


async def test_nobody_is_woken_and_nobody_elses_server_is_asked(
    servers: Servers, warming: Warming
) -> None:
    servers.are(
        replace(FIRST, asleep=True, healthy=False),
        replace(SECOND, healthy=False),
        ExpertInstance("https://api.example.com/v1", external=True),
    )
    await looks()
    assert servers.warmed == []


@pytest.mark.parametrize("error", [UserError("The persona is empty."), FileNotFoundError()])
async def test_one_that_cannot_be_warmed_does_not_stop_the_others(
    servers: Servers, warming: Warming, error: Exception
) -> None:
    servers.error = error
    servers.are(FIRST, SECOND)
    await until(lambda: len(servers.warmed) == 2)


async def test_an_expert_on_the_main_server_needs_no_warming(
    servers: Servers, warming: Warming
) -> None:
    await looks()
    assert servers.warmed == []


async def test_it_can_be_closed_before_it_was_started(servers: Servers) -> None:
    experts: Any = servers
    await Warming(experts).close()

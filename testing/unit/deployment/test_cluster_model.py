import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.deployment.cluster_model import NOWHERE, SERVICE, ClusterModelServer
from pipecatapp.settings import Settings
from testing.unit.runtime.fake_consul import FakeConsul, running_consul
from testing.unit.runtime.file_server import running_file_server

PATH = f"/v1/health/service/{SERVICE}"
PATIENCE = 60.0


def entry(port: int, **meta: str) -> dict[str, Any]:
    return {
        "Node": {"Node": f"node{port}", "Address": "127.0.0.1"},
        "Service": {"Address": "", "Port": port, "Tags": [], "Meta": meta},
        "Checks": [{"Status": "passing"}],
    }


@pytest.fixture
def consul() -> Iterator[FakeConsul]:
    with running_consul() as running:
        running.set(PATH, [])
        yield running


@pytest.fixture
async def server(consul: FakeConsul, tmp_path: Path) -> AsyncIterator[ClusterModelServer]:
    settings = Settings(mode="cluster", home=tmp_path, consul_address=consul.address)
    made = ClusterModelServer(settings, 4)
    await made.start()
    yield made
    made.close()


async def reaches(server: ClusterModelServer, url: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while server.url != url or not server.passing:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def test_without_an_instance_requests_go_where_nothing_listens(
    server: ClusterModelServer,
) -> None:
    assert (server.url, server.passing, server.slots) == (NOWHERE, False, 4)
    assert (server.instance, server.stale) == (None, None)
    assert not await server.wait_healthy(0.1)


async def test_an_instance_that_answers_is_waited_for(
    server: ClusterModelServer, consul: FakeConsul
) -> None:
    with running_file_server() as answering:
        waiting = asyncio.create_task(server.wait_healthy(PATIENCE))
        await asyncio.sleep(0)
        consul.set(PATH, [entry(answering.port, slots="6", model="small")])
        assert await waiting
        assert server.instance
        assert (server.instance.node, server.slots) == (f"node{answering.port}", 6)
        answering.status = 503
        assert not await server.wait_healthy(0.3)


async def test_the_instance_in_use_is_kept_as_long_as_it_passes(
    server: ClusterModelServer, consul: FakeConsul
) -> None:
    consul.set(PATH, [entry(9002)])
    await reaches(server, "http://127.0.0.1:9002")
    consul.set(PATH, [entry(9001), entry(9002, slots="2")])
    async with asyncio.timeout(PATIENCE):
        while server.slots != 2:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert server.url == "http://127.0.0.1:9002"
    consul.set(PATH, [entry(9001)])
    await reaches(server, "http://127.0.0.1:9001")
    consul.set(PATH, [])
    async with asyncio.timeout(PATIENCE):
        while server.passing:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert server.url == "http://127.0.0.1:9001"


async def test_each_start_and_each_move_is_an_arrival(
    server: ClusterModelServer, consul: FakeConsul
) -> None:
    arrivals = server.arrivals()
    for entries in ([entry(9001)], [entry(9002)]):
        consul.set(PATH, entries)
        async with asyncio.timeout(PATIENCE):
            await anext(arrivals)
    consul.set(PATH, [])
    waiting = asyncio.ensure_future(anext(arrivals))
    async with asyncio.timeout(PATIENCE):
        while server.passing:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert not waiting.done()
    consul.set(PATH, [entry(9002)])  # at the same address, but another process
    async with asyncio.timeout(PATIENCE):
        await waiting

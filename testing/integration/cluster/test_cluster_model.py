"""The language model as Consul knows it, found by the agent."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipecatapp.deployment.cluster_model import NOWHERE, SERVICE, ClusterModelServer
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import Consul

META = {"model": "small", "ctx": "4096", "job": "llamacpp-rpc", "slots": "4"}


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of something that says it is well."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[ClusterModelServer]:
    made = ClusterModelServer(settings, 4)
    await made.start()
    yield made
    made.close()


async def within(seconds: float, server: ClusterModelServer, url: str) -> None:
    end = time.monotonic() + seconds
    while server.url != url:
        assert time.monotonic() < end, f"{server.url} after {seconds} s, not {url}"
        await asyncio.sleep(0.02)


async def test_it_is_found_as_it_comes_and_followed_within_a_second(
    server: ClusterModelServer, consul: Consul, answering: int
) -> None:
    assert (server.url, server.passing, server.slots) == (NOWHERE, False, 4)
    assert not await server.wait_healthy(0.3)
    consul.register(SERVICE, answering, {**META, "slots": "6"})
    await within(1.0, server, f"http://127.0.0.1:{answering}")
    assert await server.wait_healthy(2.0)
    assert (server.passing, server.slots, server.stale) == (True, 6, None)
    consul.register(SERVICE, 9999, META)
    await within(1.0, server, "http://127.0.0.1:9999")
    assert not await server.wait_healthy(0.3)


async def test_one_that_comes_is_waited_for(
    server: ClusterModelServer, consul: Consul, answering: int
) -> None:
    waiting = asyncio.create_task(server.wait_healthy(10.0))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(consul.register, SERVICE, answering, META)
    started = time.monotonic()
    assert await waiting
    assert time.monotonic() - started < 1.5


async def test_one_that_fails_its_check_is_not_there_but_its_address_is_kept(
    server: ClusterModelServer, consul: Consul
) -> None:
    consul.register(SERVICE, 9999, META)
    await within(1.0, server, "http://127.0.0.1:9999")
    consul.fail(SERVICE)
    end = time.monotonic() + 1.0
    while server.passing:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    assert server.url == "http://127.0.0.1:9999"


async def test_what_is_known_holds_while_consul_is_away_and_is_said_to_be_old(
    server: ClusterModelServer, consul: Consul, answering: int
) -> None:
    consul.register(SERVICE, answering, META)
    await within(1.0, server, f"http://127.0.0.1:{answering}")
    consul.stop(kill=True)
    await asyncio.sleep(1.0)
    assert server.url == f"http://127.0.0.1:{answering}"
    assert server.stale == "it is not reachable"
    assert await server.wait_healthy(2.0)
    # It comes back empty and counts from the beginning.
    await asyncio.to_thread(consul.start)
    consul.register(SERVICE, 9999, META)
    await within(3.0, server, "http://127.0.0.1:9999")
    assert server.stale is None


async def test_each_arrival_is_told_once(server: ClusterModelServer, consul: Consul) -> None:
    told: list[str] = []

    async def listen() -> None:
        async for _ in server.arrivals():
            told.append(server.url)

    listening = asyncio.create_task(listen())
    consul.register(SERVICE, 9001, META)
    await within(1.0, server, "http://127.0.0.1:9001")
    consul.register(SERVICE, 9002, META)
    await within(1.0, server, "http://127.0.0.1:9002")
    await asyncio.sleep(0.1)
    listening.cancel()
    assert told == ["http://127.0.0.1:9001", "http://127.0.0.1:9002"]


async def test_an_agent_can_end_while_consul_is_being_asked(settings: Settings) -> None:
    server = ClusterModelServer(settings, 4)
    await server.start()
    started = time.monotonic()
    server.close()
    assert time.monotonic() - started < 0.1

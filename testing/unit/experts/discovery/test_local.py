"""Experts of one machine that have a server of their own, by their files."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipecatapp.experts.discovery.local import LocalDirectory
from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.runtime.safe_files import write_atomic


class Health:
    """A server that says whether it is well, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = "200 OK"
        self.port = free_port()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
        except asyncio.IncompleteReadError:
            pass  # whoever asked has gone
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Health]:
    server = Health()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    directory = tmp_path / "prompts"
    directory.mkdir()
    return directory


@pytest.fixture
async def directory(prompts: Path, tmp_path: Path) -> AsyncIterator[LocalDirectory]:
    made = LocalDirectory(prompts, tmp_path)
    await made.start()
    yield made
    await made.close()


def write(home: Path, name: str, port: int, more: str = "") -> None:
    text = f"model: phi\ncontext: 2048\ninstances:\n  - url: http://127.0.0.1:{port}\n{more}"
    write_atomic(home / "experts" / f"{name}.yaml", text)


def named(directory: LocalDirectory, name: str) -> Expert | None:
    return next((expert for expert in directory.experts() if expert.name == name), None)


async def within(seconds: float, condition: Callable[[], Any]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)


async def test_experts_come_and_go_within_a_second_of_their_files(
    directory: LocalDirectory, tmp_path: Path, server: Health
) -> None:
    assert directory.experts() == []
    write(tmp_path, "biology", server.port, "    slots: 2\n")
    await within(1.5, lambda: named(directory, "biology"))
    biology = named(directory, "biology")
    assert biology
    assert biology.service
    assert (biology.service.model, biology.service.context) == ("phi", 2048)
    (instance,) = biology.service.instances
    assert (instance.url, instance.slots) == (f"http://127.0.0.1:{server.port}/v1", 2)
    (tmp_path / "experts" / "biology.yaml").unlink()
    await within(1.5, lambda: named(directory, "biology") is None)


async def test_one_whose_server_ends_or_still_loads_is_not_offered(
    directory: LocalDirectory, tmp_path: Path, server: Health
) -> None:
    server.status = "503 Loading"
    write(tmp_path, "biology", server.port)
    await within(2.0, lambda: server.asked)
    assert named(directory, "biology") is None
    server.status = "200 OK"
    await within(1.5, lambda: named(directory, "biology"))
    await server.stop()
    await within(1.5, lambda: named(directory, "biology") is None)


async def test_a_sleeper_is_listed_and_never_asked(
    directory: LocalDirectory, tmp_path: Path, server: Health
) -> None:
    write(tmp_path, "biology", server.port, "    asleep: true\n")
    await within(1.5, lambda: named(directory, "biology"))
    biology = named(directory, "biology")
    assert biology
    assert biology.asleep
    await asyncio.sleep(1.2)  # two looks
    assert server.asked == 0


async def test_servers_are_asked_by_one_client_that_is_closed_in_the_end(
    prompts: Path, tmp_path: Path, server: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[httpx.AsyncClient] = []
    begin = httpx.AsyncClient.__init__

    def counted(client: httpx.AsyncClient, *args: Any, **options: Any) -> None:
        made.append(client)
        begin(client, *args, **options)

    monkeypatch.setattr(httpx.AsyncClient, "__init__", counted)
    write(tmp_path, "biology", server.port)
    directory = LocalDirectory(prompts, tmp_path)
    await directory.start()
    await within(4.0, lambda: server.asked >= 3)
    await directory.close()
    (client,) = made
    assert client.is_closed


async def test_a_server_there_at_the_start_is_known_at_once(
    prompts: Path, tmp_path: Path, server: Health
) -> None:
    write(tmp_path, "biology", server.port)
    directory = LocalDirectory(prompts, tmp_path)
    await directory.start()
    assert named(directory, "biology")
    await directory.close()


@pytest.mark.parametrize(
    "more", ["colour: green\n", "    slots: 0\n", "    asleep: perhaps\n", "  - url: nowhere\n"]
)
async def test_a_wrong_file_is_left_out_and_the_others_stay(
    directory: LocalDirectory, tmp_path: Path, server: Health, more: str
) -> None:
    write(tmp_path, "aaa", server.port, more)
    write(tmp_path, "biology", server.port)
    await within(1.5, lambda: named(directory, "biology"))
    assert named(directory, "aaa") is None


async def test_an_edited_calling_counts_and_a_broken_one_leaves_the_last(
    directory: LocalDirectory, prompts: Path
) -> None:
    (prompts / "garden_expert.txt").write_text("You garden.")
    profile = prompts / "garden_expert.yaml"
    profile.write_text("description: knows plants\nexamples: [a, b, c, d, e]\n")
    garden = named(directory, "garden")
    assert garden
    assert garden.description == "knows plants"
    profile.write_text("description: [")
    assert named(directory, "garden") == garden
    profile.write_text("description: knows trees\nexamples: [a, b, c, d, e]\n")
    changed = named(directory, "garden")
    assert changed
    assert changed.description == "knows trees"


def test_latencies_are_moving_averages(prompts: Path) -> None:
    directory = LocalDirectory(prompts)
    directory.record_latency("http://a/v1", 0.1)
    directory.record_latency("http://a/v1", 0.2)
    assert directory._latencies == {"http://a/v1": pytest.approx(130.0)}

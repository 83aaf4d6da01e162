import os
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from pipecatapp.experts.client.server import Clients, count_slots, reason_of
from pipecatapp.experts.expert import ExpertInstance
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from testing.unit.runtime.inference.conftest import FakeLlama
from testing.unit.twin.conftest import ModelServer, answers, refuses

from .conftest import instance_of

SYSTEM = {"role": "system", "content": "You make rhymes."}
LAST = {"role": "user", "content": "On tree."}
REQUEST = ChatRequest([SYSTEM, {"role": "user", "content": "On house."}, LAST], {}, "rhymer")
PATIENCE = (1.0, 5.0)


@pytest.fixture
async def llama() -> AsyncIterator[FakeLlama]:
    server = FakeLlama()
    await server.start()
    yield server
    await server.stop()


def llama_instance(llama: FakeLlama, key_file: Path | None = None) -> ExpertInstance:
    return ExpertInstance(f"{llama.url}/v1", key_file=key_file)


async def test_what_does_not_fit_is_sent_again_as_its_last_turn(
    clients: Clients, servers: list[ModelServer]
) -> None:
    server = servers[0]
    server.replies = [refuses(400, "exceeds the available context size"), answers("Tree, sea.")]
    asked = clients.stream(instance_of(server), REQUEST, slot=nullcontext(2), patience=PATIENCE)
    assert [text_of(chunk) async for chunk in asked] == ["Tree, sea.", ""]
    first, second = server.requests
    assert (first["model"], first["id_slot"]) == ("rhymer", 2)
    assert second["messages"] == [SYSTEM, LAST]


def test_each_server_has_one_client(clients: Clients, servers: list[ModelServer]) -> None:
    one, other = map(instance_of, servers)
    assert clients.instance(one) is clients.instance(instance_of(servers[0], latency_ms=3.0))
    assert clients.instance(one) is not clients.instance(other)
    assert clients.main(servers[0]) is clients.main(servers[0])


def renew(key_file: Path, key: str) -> None:
    key_file.write_text(f"{key}\n")


async def test_a_key_that_was_renewed_counts_at_once(
    clients: Clients, llama: FakeLlama, key_file: Path
) -> None:
    client = clients.instance(llama_instance(llama, key_file))
    await client.native.properties()
    renew(key_file, "second")
    await client.native.properties()
    await clients.instance(llama_instance(llama)).native.properties()
    assert llama.keys == ["Bearer first", "Bearer second", "Bearer none"]


async def test_a_key_that_cannot_be_read_is_a_failure(
    clients: Clients, llama: FakeLlama, tmp_path: Path
) -> None:
    instance = llama_instance(llama, tmp_path / "none")
    asked = clients.stream(instance, REQUEST, slot=nullcontext(0), patience=PATIENCE)
    with pytest.raises(FileNotFoundError):
        await anext(asked)
    assert await count_slots(clients.instance(instance)) == 1


@pytest.mark.parametrize(
    ("props", "slots"),
    [
        ({"total_slots": 3}, 3),
        ({"total_slots": 0}, 1),
        ({"total_slots": "many"}, 1),
        ({}, 1),
        ([], 1),
    ],
)
async def test_a_server_is_asked_how_many_slots_it_has(
    clients: Clients, llama: FakeLlama, props: Any, slots: int
) -> None:
    llama.props = props
    assert await count_slots(clients.instance(llama_instance(llama))) == slots


async def test_a_server_that_is_away_has_one_slot(clients: Clients, llama: FakeLlama) -> None:
    await llama.stop()
    assert await count_slots(clients.instance(llama_instance(llama))) == 1


def _refused() -> openai.APIStatusError:
    asked = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    response = httpx2.Response(401, request=asked)
    return openai.AuthenticationError("wrong key: secret", response=response, body=None)


def test_why_a_server_failed_is_told_without_what_was_sent() -> None:
    assert reason_of(_refused()) == "it answered with status 401"
    missing = FileNotFoundError(2, os.strerror(2), "/run/expert.key")
    assert reason_of(missing) == "/run/expert.key cannot be read (No such file or directory)"
    error = openai.APIConnectionError(request=_refused().request)
    error.__cause__ = httpx2.ConnectError("secret")
    assert reason_of(error) == "ConnectError"

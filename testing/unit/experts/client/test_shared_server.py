import asyncio
from collections.abc import Sequence

import pytest
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client.requests import Event
from pipecatapp.experts.client.server import Clients
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.experts.errors import BrokenError, ExpertUnavailableError, TooLongError
from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.slots import Slots
from testing.unit.twin.conftest import (
    ModelServer,
    Reply,
    answers,
    dies_after,
    refuses,
    unfinished,
)

EXPERT = Expert("rhyming", "makes rhymes")
SYSTEM = {"role": "system", "content": "You make rhymes."}
LAST = {"role": "user", "content": "On tree."}
MESSAGES = [SYSTEM, {"role": "user", "content": "On house."}, LAST]
FULL = refuses(400, "exceeds the available context size")


def made(expert: Expert) -> ChatRequest:
    return ChatRequest(MESSAGES, {"max_tokens": 9}, expert.name)


async def ask(clients: Clients, server: ModelServer) -> str:
    asked = SharedServer(server, 7).ask(clients, EXPERT, made)
    return words([event async for event in asked])


def words(events: Sequence[Event]) -> str:
    return "".join(text_of(e) or "" for e in events if isinstance(e, ChatCompletionChunk))


@pytest.fixture
def server(servers: list[ModelServer]) -> ModelServer:
    return servers[0]


async def test_the_main_server_answers_in_the_slot_of_experts(
    clients: Clients, server: ModelServer
) -> None:
    server.replies = [answers("Tree, ", "sea.")]
    assert await ask(clients, server) == "Tree, sea."
    (request,) = server.requests
    assert (request["id_slot"], request["model"]) == (7, "rhyming")
    assert request["messages"] == MESSAGES


@pytest.mark.parametrize("cut", [dies_after(), unfinished(), refuses(503, "Loading model")])
async def test_an_answer_without_words_is_asked_for_once_more(
    clients: Clients, server: ModelServer, cut: Reply
) -> None:
    server.replies = [cut, answers("Tree, sea.")]
    assert await ask(clients, server) == "Tree, sea."
    assert server.waited == 1


async def test_an_answer_that_twice_has_no_words_is_left_to_somebody_else(
    clients: Clients, server: ModelServer
) -> None:
    server.replies = [unfinished(), unfinished()]
    with pytest.raises(ExpertUnavailableError):
        await ask(clients, server)
    assert server.waited == 1


@pytest.mark.parametrize("cut", [dies_after("Tree,"), unfinished("Tree,")])
async def test_an_answer_that_breaks_off_is_not_begun_again(
    clients: Clients, server: ModelServer, cut: Reply
) -> None:
    server.replies = [cut]
    with pytest.raises(BrokenError):
        await ask(clients, server)
    assert server.waited == 0


async def test_what_does_not_fit_is_cut_and_what_never_fits_is_too_long(
    clients: Clients, server: ModelServer
) -> None:
    server.replies = [FULL, answers("Tree, sea.")]
    assert await ask(clients, server) == "Tree, sea."
    assert server.requests[-1]["messages"] == [SYSTEM, LAST]
    server.replies = [FULL, FULL]
    with pytest.raises(TooLongError):
        await ask(clients, server)


async def test_an_answer_that_nobody_waits_for_gives_the_slot_back(
    clients: Clients, server: ModelServer
) -> None:
    server.replies = [answers("Tree, ", "sea."), answers("Again.")]
    asked = SharedServer(server, 7).ask(clients, EXPERT, made)
    await anext(asked)
    assert Slots.of(server).busy == 1
    await asked.aclose()
    assert Slots.of(server).busy == 0
    assert await asyncio.wait_for(ask(clients, server), 5) == "Again."

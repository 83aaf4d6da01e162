import asyncio

import pytest
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client import attempts
from pipecatapp.experts.client.dedicated_servers import DedicatedServers
from pipecatapp.experts.client.requests import FailoverEvent
from pipecatapp.experts.client.server import Clients
from pipecatapp.experts.errors import BrokenError, ExpertUnavailableError, TooLongError
from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from testing.unit.runtime.inference.conftest import FakeLlama
from testing.unit.twin.conftest import ModelServer, Reply, answers, dies_after, refuses, unfinished

from .conftest import OneExpert, instance_of

MESSAGES = [
    {"role": "system", "content": "You make rhymes."},
    {"role": "user", "content": "On tree."},
]


def made(expert: Expert) -> ChatRequest:
    return ChatRequest(MESSAGES, {"max_tokens": 9}, "rhymer")


class Asker:
    """Asks an expert, and keeps what happens on the way to its answer."""

    def __init__(self, known: OneExpert, dedicated: DedicatedServers):
        self.known, self.dedicated = known, dedicated
        self.events: list[FailoverEvent] = []

    async def __call__(self, conversation: str = "a") -> str:
        words, asked = "", self.dedicated.ask(self.known.find, made, conversation)
        async for event in asked:
            if isinstance(event, ChatCompletionChunk):
                words += text_of(event) or ""
            else:
                self.events.append(event)
        return words


@pytest.fixture
def dedicated(known: OneExpert, clients: Clients) -> DedicatedServers:
    return DedicatedServers(known, clients)


@pytest.fixture
def ask(known: OneExpert, dedicated: DedicatedServers) -> Asker:
    return Asker(known, dedicated)


async def test_each_conversation_has_a_slot_and_comes_back_to_it(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    known.runs_on(instance_of(servers[0]))
    servers[0].replies = [answers("Tree, sea.")] * 3
    for conversation in ("a", "b", "a"):
        assert await ask(conversation) == "Tree, sea."
    assert [request["id_slot"] for request in servers[0].requests] == [0, 1, 0]
    assert known.latencies.keys() == {f"{servers[0].url}/v1"}


async def test_a_conversation_stays_with_the_server_that_has_its_prompt(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    first, second = servers
    first.replies = second.replies = [answers("Tree, sea.")] * 2
    known.runs_on(instance_of(first, latency_ms=1.0), instance_of(second, latency_ms=9.0))
    await ask()
    known.runs_on(instance_of(first, latency_ms=9.0), instance_of(second, latency_ms=1.0))
    await ask()
    assert (len(first.requests), len(second.requests)) == (2, 0)


@pytest.mark.parametrize("cut", [dies_after(), unfinished(), refuses(503, "Loading model")])
async def test_a_server_without_a_first_word_is_replaced(
    known: OneExpert, ask: Asker, servers: list[ModelServer], cut: Reply
) -> None:
    first, second = servers
    known.runs_on(instance_of(first, latency_ms=1.0), instance_of(second, latency_ms=9.0))
    first.replies, second.replies = [cut], [answers("Tree, sea.")]
    assert await ask() == "Tree, sea."
    assert ask.events == [FailoverEvent.REPLACED]
    assert known.latencies.keys() == {f"{second.url}/v1"}


async def test_the_last_server_that_fails_leaves_the_answer_to_somebody_else(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    known.runs_on(instance_of(servers[0]))
    await servers[0].stop()
    with pytest.raises(ExpertUnavailableError):
        await ask()
    assert ask.events == []


async def test_an_answer_without_words_is_none(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    known.runs_on(instance_of(servers[0]))
    servers[0].replies = [answers()]
    with pytest.raises(ExpertUnavailableError):
        await ask()


async def test_an_answer_that_breaks_off_is_not_begun_elsewhere(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    first, second = servers
    known.runs_on(instance_of(first, latency_ms=1.0), instance_of(second, latency_ms=9.0))
    first.replies = [dies_after("Tree,")]
    with pytest.raises(BrokenError):
        await ask()
    assert second.requests == []


async def test_what_does_not_fit_one_server_is_not_asked_of_another(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    first, second = servers
    known.runs_on(instance_of(first, latency_ms=1.0), instance_of(second, latency_ms=9.0))
    first.replies = [refuses(400, "exceeds the available context size")]
    with pytest.raises(TooLongError):
        await ask()
    assert second.requests == []


async def test_a_sleeper_is_announced_and_has_no_latency(
    known: OneExpert, ask: Asker, servers: list[ModelServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "ASK_AGAIN_SECS", 0.0)
    known.runs_on(instance_of(servers[0], asleep=True, healthy=False, slots=None))
    servers[0].replies = [refuses(503, "Loading model"), answers("Tree, sea.")]
    assert await ask() == "Tree, sea."
    assert ask.events == [FailoverEvent.WAKING]
    assert known.latencies == {}


async def test_an_external_server_has_no_slots(
    known: OneExpert, ask: Asker, servers: list[ModelServer]
) -> None:
    known.runs_on(instance_of(servers[0], external=True, slots=None))
    servers[0].replies = [answers("Tree, sea.")]
    assert await ask() == "Tree, sea."
    assert "id_slot" not in servers[0].requests[0]


async def test_an_answer_that_nobody_waits_for_gives_its_slot_back(
    known: OneExpert, ask: Asker, dedicated: DedicatedServers, servers: list[ModelServer]
) -> None:
    known.runs_on(instance_of(servers[0], slots=1))
    servers[0].replies = [answers("Tree, ", "sea."), answers("Again.")]
    asked = dedicated.ask(known.find, made, "a")
    await anext(asked)
    await asked.aclose()
    assert await asyncio.wait_for(ask("b"), 5) == "Again."


async def test_every_slot_of_a_server_holds_the_persona(
    known: OneExpert, dedicated: DedicatedServers
) -> None:
    llama = FakeLlama()
    await llama.start()
    (instance,) = [instance_of(llama, slots=None)]
    await dedicated.warm(known.expert, instance, "You make rhymes.")
    chats = [what for what in llama.asked if what.startswith("chat")]
    assert chats == ["chat 0", "chat 1", "chat 2"]
    slots = await dedicated.slots_of(instance)
    assert slots.count == 3
    # Nobody has asked for anything yet: the first conversation gets a slot that is warm.
    assert slots.slot("a") == 0
    await llama.stop()


async def test_a_server_that_has_other_slots_than_before_is_a_new_one(
    known: OneExpert, dedicated: DedicatedServers, servers: list[ModelServer]
) -> None:
    before = await dedicated.slots_of(instance_of(servers[0], slots=2))
    assert await dedicated.slots_of(instance_of(servers[0], slots=2)) is before
    assert await dedicated.slots_of(instance_of(servers[0], slots=None)) is before
    assert (await dedicated.slots_of(instance_of(servers[0], slots=3))).count == 3

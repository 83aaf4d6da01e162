import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import pytest
from openai import APIConnectionError, APIStatusError

from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import IncompleteAnswerError, LlamaClient
from pipecatapp.runtime.inference.slots import Slots
from testing.unit.twin.conftest import ModelServer, answers, dies_after, refuses, unfinished, writes

from .conftest import FakeLlama

SYSTEM = {"role": "system", "content": "You are the twin."}
MESSAGES = [
    SYSTEM,
    {"role": "user", "content": "first"},
    {"role": "assistant", "content": "answer"},
    {"role": "user", "content": "last"},
]
FULL = refuses(400, "the request exceeds the available context size")
REQUEST = ChatRequest(MESSAGES, {"max_tokens": 9, "temperature": 0.3})


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def patient(model: ModelServer) -> AsyncIterator[LlamaClient]:
    """A client that waits for a server that is starting again."""
    made = LlamaClient(model, model.wait_healthy)
    yield made
    await made.close()


async def words(client: LlamaClient, request: ChatRequest = REQUEST, **options: Any) -> str:
    chunks = client.stream(request, **{"slot": nullcontext(1), **options})
    return "".join([text_of(chunk) or "" async for chunk in chunks])


# -- what is sent ---------------------------------------------------------------------------------


async def test_a_stream_is_asked_for_with_its_usage(
    model: ModelServer, patient: LlamaClient
) -> None:
    model.replies = [answers("Hel", "lo.")]
    assert await words(patient) == "Hello."
    assert model.requests == [
        {
            "messages": MESSAGES,
            "model": "twin",
            "max_tokens": 9,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.3,
            "id_slot": 1,
        }
    ]


async def test_a_completion_is_sent_with_its_grammar(
    model: ModelServer, patient: LlamaClient
) -> None:
    model.replies = [writes("yes")]
    request = ChatRequest.under_grammar(MESSAGES, 'root ::= "yes"', 4)
    assert await patient.complete(request, slot=nullcontext(2)) == "yes"
    assert model.requests == [
        {
            "messages": MESSAGES,
            "model": "twin",
            "max_tokens": 4,
            "temperature": 0.0,
            "id_slot": 2,
            "grammar": 'root ::= "yes"',
        }
    ]


async def test_the_first_token_comes_with_the_probabilities_of_the_likeliest(
    model: ModelServer, patient: LlamaClient
) -> None:
    first = await patient.first_token(REQUEST, slot=nullcontext(1))
    assert {entry.token.strip().lower() for entry in first} == {"yes", "no"}


async def test_a_server_without_slots_and_with_one_model_is_sent_neither(
    llama: FakeLlama, client: LlamaClient
) -> None:
    request = ChatRequest(MESSAGES, {"max_tokens": 9}, model=None)
    assert await client.complete(request, slot=nullcontext()) == "Hello."
    assert llama.bodies == [{"messages": MESSAGES, "max_tokens": 9}]


async def test_a_prompt_is_read_ahead_and_it_is_said_how_much_was_new(
    llama: FakeLlama, client: LlamaClient
) -> None:
    assert await client.prefill(REQUEST, slot=nullcontext(1)) == 500
    assert await client.prefill(REQUEST, slot=nullcontext(1)) == 1
    body = {"messages": MESSAGES, "model": "twin", "max_tokens": 1, "id_slot": 1, "n_predict": 0}
    assert llama.bodies == [body, body]


async def test_a_client_follows_its_server(llama: FakeLlama) -> None:
    moved = FakeLlama()
    await moved.start()
    client = LlamaClient(llama)
    await client.prefill(REQUEST, slot=nullcontext(1))
    llama.url, llama.api_key = moved.url, "second"
    await client.prefill(REQUEST, slot=nullcontext(1))
    assert await client.native.properties() == {"total_slots": 3}
    assert (llama.keys, moved.keys) == (["Bearer key"], ["Bearer second"] * 2)
    await client.close()
    await moved.stop()


async def test_an_external_server_is_asked_at_the_address_of_its_api(llama: FakeLlama) -> None:
    url = f"{llama.url}/v1"
    external = FakeLlama()
    external.url = url
    client = LlamaClient(external, external=True)
    assert await client.complete(REQUEST, slot=nullcontext()) == "Hello."
    await client.close()


# -- slots ----------------------------------------------------------------------------------------


async def test_a_slot_is_held_until_the_answer_is_there_or_given_up(
    model: ModelServer, patient: LlamaClient
) -> None:
    never, slots = asyncio.Event(), Slots.of(model)
    model.replies = [answers("first", after=never), answers("second")]
    first = asyncio.create_task(words(patient, slot=slots.held(1)))
    await model.request_came.wait()
    second = asyncio.create_task(words(patient, slot=slots.held(1)))
    await asyncio.sleep(0.05)
    assert (slots.busy, len(model.requests)) == (2, 1)
    first.cancel()
    assert await asyncio.wait_for(second, 5) == "second"
    assert slots.busy == 0
    never.set()
    await asyncio.wait({first})


async def test_slots_are_saved_and_restored(llama: FakeLlama, client: LlamaClient) -> None:
    assert not await client.native.restore_slot(2, "a.prefix")
    assert await client.native.save_slot(2, "a.prefix")
    assert await client.native.restore_slot(2, "a.prefix")
    assert llama.asked == ["restore 2", "save 2", "restore 2"]


# -- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("down", [True, False])
async def test_a_server_that_starts_again_is_waited_for_once(
    model: ModelServer, patient: LlamaClient, down: bool
) -> None:
    model.replies = [answers("Hello.")]
    if down:
        await model.stop()
    else:
        model.replies.insert(0, refuses(503, "Loading model"))
    assert await words(patient) == "Hello."
    assert model.waited == 1


async def test_a_server_that_stays_away_is_an_error(
    model: ModelServer, patient: LlamaClient
) -> None:
    await model.stop()
    model.restarts = False
    with pytest.raises(APIConnectionError):
        await words(patient)
    assert Slots.of(model).busy == 0


async def test_only_who_is_told_to_wait_does(model: ModelServer, patient: LlamaClient) -> None:
    await model.stop()
    impatient = LlamaClient(model)
    with pytest.raises(APIConnectionError):
        await words(impatient)
    await impatient.close()
    # What is read ahead is not worth a wait either.
    with pytest.raises(APIConnectionError):
        await patient.prefill(REQUEST, slot=nullcontext(1))
    assert model.waited == 0


async def test_what_does_not_fit_is_cut_and_sent_once_more(
    model: ModelServer, patient: LlamaClient
) -> None:
    model.replies = [FULL, answers("Hello.")]
    assert await words(patient, cut=ChatRequest.last_turn_alone) == "Hello."
    assert model.requests[1]["messages"] == [SYSTEM, MESSAGES[-1]]
    model.replies = [FULL]
    with pytest.raises(APIStatusError):
        await words(patient)
    assert model.waited == 0


async def test_an_answer_that_ends_early_is_an_error(
    model: ModelServer, patient: LlamaClient
) -> None:
    model.replies = [unfinished("House,")]
    with pytest.raises(IncompleteAnswerError):
        await words(patient)
    model.replies = [dies_after("House,")]
    with pytest.raises(APIConnectionError):
        await words(patient)
    assert model.waited == 0

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import APIConnectionError, BadRequestError

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import Messages, ToolResult
from pipecatapp.twin.history.prompt import result_text
from pipecatapp.twin.llm import filler as module
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.llm.llama_model import LlamaModel
from testing.unit.twin.conftest import ModelServer, answers, dies_after, refuses, writes

FULL = refuses(400, "the request exceeds the available context size")
GRAMMAR = 'root ::= "answer"'


@pytest.fixture
def conversation() -> Conversation:
    conversation = Conversation("a")
    for turn in range(3):
        conversation.context.add_message({"role": "user", "content": f"question {turn}"})
        conversation.context.add_message({"role": "assistant", "content": f"answer {turn}"})
    return conversation


@pytest.fixture
async def model(server: ModelServer, conversation: Conversation) -> AsyncIterator[LlamaModel]:
    model = LlamaModel(server, conversation, 1, "You are the twin.", TurnClock())
    yield model
    await model.close()


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def assistant(text: str) -> Any:
    return {"role": "assistant", "content": text}


async def complete(model: LlamaModel, messages: Messages) -> str:
    return await model.complete(messages, grammar=GRAMMAR, max_tokens=40)


async def streamed(model: LlamaModel, messages: Messages) -> str:
    return "".join([text_of(chunk) or "" async for chunk in model.stream(messages)])


def sent(server: ModelServer) -> Any:
    """Return the messages of the last request, without the system prompt."""
    return server.requests[-1]["messages"][1:]


@pytest.mark.parametrize("odds", [-3.0, 0.0, 2.5])
async def test_how_sure_the_model_is_of_a_yes_counts_all_spellings(
    server: ModelServer, model: LlamaModel, odds: float
) -> None:
    server.odds = odds
    assert await model.agrees([user("Does it fit? Reply with yes or no.")]) == pytest.approx(odds)


async def test_an_action_is_completed_in_the_slot_of_the_conversation(
    server: ModelServer, model: LlamaModel
) -> None:
    server.replies = [writes("answer")]
    assert await complete(model, [user("hello")]) == "answer"
    (request,) = server.requests
    assert request["grammar"] == GRAMMAR
    assert request["id_slot"] == 1
    assert request["max_tokens"] == 40
    # The same words always lead to the same action.
    assert request["temperature"] == 0
    assert request["messages"] == [
        {"role": "system", "content": "You are the twin."},
        user("hello"),
    ]


@pytest.mark.parametrize("down", [True, False])
async def test_a_server_that_restarts_is_waited_for(
    server: ModelServer, model: LlamaModel, down: bool
) -> None:
    server.replies = [writes("answer")]
    if down:
        await server.stop()
    else:
        server.replies.insert(0, refuses(503, "Loading model"))
    assert await complete(model, [user("hello")]) == "answer"
    assert server.waited == 1


async def test_a_server_that_dies_while_it_decides_is_asked_once_more(
    server: ModelServer, model: LlamaModel
) -> None:
    server.replies = [dies_after(), dies_after()]
    with pytest.raises(APIConnectionError):
        await complete(model, [user("hello")])
    assert len(server.requests) == 2


LATER = result_text(ToolResult("1", "lamp.read", "off"))


@pytest.mark.parametrize(
    "last",
    [
        [user("question 3")],
        # A call whose arguments are being filled in: without the words they would be made up.
        [user("question 3\n\nAction:"), assistant("lamp.switch ")],
        [user("question 3"), assistant("lamp.read"), user(LATER)],
        [user("question 3"), *[assistant("lamp.read"), user(LATER)] * 3],
        [user("question 3"), assistant("lamp.read"), user(LATER), assistant("lamp.switch ")],
    ],
)
async def test_a_full_context_keeps_the_last_turn_alone(
    server: ModelServer, model: LlamaModel, conversation: Conversation, last: Messages
) -> None:
    server.replies = [FULL, writes("answer")]
    history = conversation.prompt(conversation.context.messages)
    assert await complete(model, [*history, *last]) == "answer"
    assert sent(server) == last
    # The history itself goes at the turn's end, when nobody works on it.
    assert len(conversation.turns()) == 3
    assert conversation.end_turn()
    assert conversation.turns() == [("question 2", "answer 2")]


async def test_a_last_turn_that_is_too_long_by_itself_is_refused(
    server: ModelServer, model: LlamaModel, conversation: Conversation
) -> None:
    server.replies = [FULL]
    with pytest.raises(BadRequestError):
        await complete(model, [user("a very long question")])
    assert not conversation.end_turn()


async def test_an_answer_that_nobody_waits_for_is_given_up(
    server: ModelServer, model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECS", 0.0)
    never = asyncio.Event()
    server.replies = [answers("late", after=never)]
    chunks: Any = model.stream([user("hello")])
    assert text_of(await anext(chunks)) == f"{PHRASES.thinking} "
    await chunks.aclose()
    server.replies = [answers("Hello.")]
    monkeypatch.setattr(module, "SILENCE_SECS", 30.0)
    assert await streamed(model, [user("hello")]) == "Hello."
    never.set()


async def test_what_is_prefilled_is_let_go_of_for_the_turn(
    server: ModelServer, model: LlamaModel
) -> None:
    never = asyncio.Event()
    server.replies = [answers("", after=never), answers("Hello.")]
    model.prefill([user("hel")])
    await server.request_came.wait()
    model.prefill([user("hell")])
    await model.stop_prefilling()
    assert await streamed(model, [user("hello")]) == "Hello."
    assert [len(request["messages"]) for request in server.requests] == [2, 2]
    assert server.requests[0]["n_predict"] == 0
    never.set()


async def test_a_slot_has_one_request_at_a_time_and_other_slots_do_not_wait(
    server: ModelServer, conversation: Conversation, model: LlamaModel
) -> None:
    others = [
        LlamaModel(server, conversation, slot, "You are the twin.", TurnClock()) for slot in (1, 3)
    ]
    goes_on = asyncio.Event()
    server.replies = [answers("first", after=goes_on), writes("other slot"), writes("second")]
    first = asyncio.create_task(streamed(model, [user("hello")]))
    await server.request_came.wait()
    second = asyncio.create_task(complete(others[0], [user("hello")]))
    assert await complete(others[1], [user("hello")]) == "other slot"
    assert [request["id_slot"] for request in server.requests] == [1, 3]
    goes_on.set()
    assert await first == "first"
    assert await second == "second"
    for other in others:
        await other.close()


async def test_an_answer_that_nobody_waits_for_any_more_gives_its_slot_back(
    server: ModelServer, model: LlamaModel
) -> None:
    goes_on = asyncio.Event()
    server.replies = [answers("first", after=goes_on), writes("second"), writes("third")]
    first = asyncio.create_task(streamed(model, [user("hello")]))
    await server.request_came.wait()
    first.cancel()
    await asyncio.wait({first})
    assert await asyncio.wait_for(complete(model, [user("hello")]), 5) == "second"
    # The server's end of the first connection closes, too, while this one is served.
    goes_on.set()
    assert await complete(model, [user("hello")]) == "third"

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.tests.utils import run_test

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.llm import filler as module
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults
from pipecatapp.twin.turn.turn_context import TurnContext

from .conftest import Lamp, ModelServer, answers, dies_after, refuses, writes
from .pipeline import Line, until


@pytest.fixture
def conversation() -> Conversation:
    conversation = Conversation("a")
    conversation.context.add_message({"role": "user", "content": "What is the capital of France?"})
    return conversation


@pytest.fixture
def make(
    server: ModelServer, conversation: Conversation, quick_mind: AgentContext
) -> Callable[[], TwinService]:
    def make() -> TwinService:
        return TwinService(TurnContext(quick_mind, conversation, TurnClock()), server, 1)

    return make


@pytest.fixture
async def twin(make: Callable[[], TwinService]) -> AsyncIterator[TwinService]:
    """A twin outside a pipeline, for requests that a test takes part in."""
    twin = make()
    yield twin
    await twin.cleanup()


async def spoken(make: Callable[[], TwinService], conversation: Conversation) -> str:
    """Return what a pipeline with the twin in it says to the conversation's last message."""
    frames, _ = await run_test(
        make(), frames_to_send=[LLMContextFrame(conversation.context)], start_timeout=30
    )
    assert any(isinstance(frame, LLMFullResponseEndFrame) for frame in frames)
    return "".join(frame.text for frame in frames if isinstance(frame, LLMTextFrame)).strip()


def texts(request: dict[str, Any]) -> list[str]:
    return [message["content"] for message in request["messages"]]


async def test_the_answer_is_what_the_model_says(
    server: ModelServer,
    make: Callable[[], TwinService],
    conversation: Conversation,
    quick_mind: AgentContext,
) -> None:
    server.replies = [answers("It is ", "Paris.")]
    assert await spoken(make, conversation) == "It is Paris."
    (request,) = server.requests
    assert texts(request)[0] == quick_mind.system
    assert texts(request)[1].endswith("What is the capital of France?")
    assert request["id_slot"] == 1


async def test_a_server_that_is_down_is_waited_for(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    await server.stop()
    server.replies = [answers("Paris.")]
    assert await spoken(make, conversation) == "Paris."
    assert server.waited == 1


async def test_a_server_that_still_loads_is_waited_for(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    server.replies = [refuses(503, "Loading model"), answers("Paris.")]
    assert await spoken(make, conversation) == "Paris."


async def test_a_server_that_stays_down_is_owned_up_to(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    await server.stop()
    server.restarts = False
    assert await spoken(make, conversation) == PHRASES.unavailable


async def test_a_server_that_dies_before_its_first_word(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    server.replies = [dies_after()]
    assert await spoken(make, conversation) == PHRASES.unavailable


async def test_a_server_that_dies_in_the_middle_of_an_answer(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    server.replies = [dies_after("The capital", " of")]
    said = await spoken(make, conversation)
    assert said == f"The capital of {PHRASES.broken_off}"


async def test_a_full_context_is_cut_to_the_last_turn(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    for text in ("What is the capital of Spain?", "What is the capital of Italy?"):
        conversation.context.add_message({"role": "assistant", "content": "a city"})
        conversation.context.add_message({"role": "user", "content": text})
    server.replies = [refuses(400, "exceeds the available context size"), answers("Rome.")]
    assert await spoken(make, conversation) == "Rome."
    assert len(texts(server.requests[0])) == 6
    assert len(texts(server.requests[1])) == 2
    assert texts(server.requests[1])[1].endswith("What is the capital of Italy?")


async def test_a_message_that_alone_is_too_long_is_refused_aloud_and_the_twin_lives_on(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    server.replies = [refuses(400, "exceeds the available context size")]
    assert await spoken(make, conversation) == PHRASES.too_long
    server.replies = [answers("Paris.")]
    assert await spoken(make, conversation) == "Paris."


async def test_a_slow_model_is_announced_and_then_heard(
    server: ModelServer,
    twin: TwinService,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECS", 0.0)
    first_word = asyncio.Event()
    server.replies = [answers("Paris.", after=first_word)]
    said = []
    async for chunk in await twin.get_chat_completions(conversation.context):
        said.append(chunk.choices[0].delta.content)
        # Only the announcement can have come so far: the model waits for this.
        first_word.set()
    assert said[:2] == [f"{PHRASES.thinking} ", "Paris."]


async def test_somebody_who_says_stop_gets_no_answer(
    server: ModelServer, make: Callable[[], TwinService], conversation: Conversation
) -> None:
    conversation.context.add_message({"role": "user", "content": "Stop!"})
    assert await spoken(make, conversation) == ""
    assert server.requests == []


async def test_history_is_prefilled_in_the_slot_of_the_turns_to_come(
    server: ModelServer, twin: TwinService, conversation: Conversation
) -> None:
    server.replies = [answers("x"), answers("Rome.")]
    conversation.prompt(conversation.context.messages)
    conversation.context.add_message({"role": "assistant", "content": "Paris."})
    twin.prefill_history()
    await server.request_came.wait()
    conversation.context.add_message({"role": "user", "content": "What is the capital of Italy?"})
    async for _ in await twin.get_chat_completions(conversation.context):
        pass
    ahead, turn = server.requests
    assert ahead["n_predict"] == 0
    assert ahead["id_slot"] == turn["id_slot"] == 1
    assert ahead["messages"] == turn["messages"][: len(ahead["messages"])]


# -- acting ---------------------------------------------------------------------------------------


@pytest.fixture
async def line(server: ModelServer, agent_context: AgentContext, lamp: Lamp) -> AsyncIterator[Line]:
    """A running pipeline with a twin whose model decides everything."""
    conversation, pending_results = Conversation("b"), PendingToolResults()
    context = TurnContext(agent_context, conversation, TurnClock(), pending_results)
    twin = TwinService(context, server, 1)
    line = Line(conversation, twin)
    async with line.open():
        await pending_results.attach(twin.tell)
        yield line
        await agent_context.runner.close()


def guess(words: str) -> Frame:
    """Return what is answered before the turn is certain."""
    return LLMContextFrame(LLMContext([{"role": "user", "content": words}]), speculation=True)


async def test_a_call_that_waits_for_a_yes_is_told_of_in_a_turn_of_its_own(
    server: ModelServer, line: Line, agent_context: AgentContext, lamp: Lamp
) -> None:
    server.replies = [writes('lamp.switch {"on":true}'), answers("It shines.")]
    said = await line.say("Switch on the lamp.")
    assert said == PHRASES.asks.format(purpose="switch the lamp")
    (waiting,) = agent_context.runner.approvals.waiting("b")
    agent_context.runner.approvals.decide("b", waiting.id, waiting.digest, approve=True, by="test")
    assert await line.listener.answer() == "It shines."
    assert texts(server.requests[-1])[-1] == "Result of lamp.switch:\nThe lamp is on now."
    assert "name" not in server.requests[-1]["messages"][-1]
    assert lamp.calls == ["switch True"]


async def test_a_call_starts_only_once_the_turn_is_certain(
    server: ModelServer, line: Line, lamp: Lamp
) -> None:
    server.replies = [answers("prefilled"), writes("lamp.read"), answers("It is off.")]
    await line.worker.queue_frame(UserStartedSpeakingFrame())
    await until(lambda: len(server.requests) == 1)
    await line.worker.queue_frame(guess("Is the lamp on?"))
    await until(lambda: len(server.requests) == 2)
    await asyncio.sleep(0.1)  # as much time as a call would need, and more
    assert lamp.calls == []
    await line.worker.queue_frame(UserStoppedSpeakingFrame())
    assert await line.listener.answer() == "It is off."
    assert lamp.calls == ["read"]


async def test_a_turn_that_goes_on_has_no_call_made(
    server: ModelServer, line: Line, lamp: Lamp
) -> None:
    server.replies = [answers("prefilled"), writes("lamp.read")]
    await line.worker.queue_frame(UserStartedSpeakingFrame())
    await until(lambda: len(server.requests) == 1)
    await line.worker.queue_frame(guess("Is the lamp"))
    await until(lambda: len(server.requests) == 2)
    await asyncio.sleep(0.1)
    await line.worker.queue_frame(EagerEndOfTurnCancelFrame())
    await line.worker.queue_frame(UserStoppedSpeakingFrame())
    server.replies = [writes("answer"), answers("A fine present.")]
    assert await line.say("Is the lamp a good present?") == "A fine present."
    assert lamp.calls == []


async def test_a_decision_that_the_server_refuses_is_owned_up_to(
    server: ModelServer, line: Line
) -> None:
    server.replies = [refuses(400, "exceeds the available context size")]
    assert await line.say("Switch on the lamp.") == PHRASES.too_long
    server.replies = [dies_after(), dies_after()]
    assert await line.say("Switch on the lamp.") == PHRASES.unavailable

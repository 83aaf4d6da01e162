"""Turns that experts with servers of their own answer, and what is said where they do not."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from pipecatapp.experts.client import attempts
from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.turn.agent_context import AgentContext
from testing.unit.twin.conftest import (
    RHYMES,
    KnownExperts,
    Lamp,
    ModelServer,
    answers,
    dies_after,
    refuses,
    unfinished,
    writes,
)
from testing.unit.twin.turn.test_responder import Room, enter

__all__ = ["enter"]  # a fixture

ASKED = "Make a rhyme on house."
AWAY = PHRASES.expert_away.format(name="rhyming")
REPLACED = PHRASES.expert_replaced.format(name="rhyming")


def instance(server: ModelServer, **more: Any) -> ExpertInstance:
    return ExpertInstance(f"{server.url}/v1", slots=4, **more)


@pytest.fixture
async def own() -> AsyncIterator[ModelServer]:
    """The expert's own server."""
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def second() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def room(
    enter: Callable[[AgentContext], Any],
    quick_mind: AgentContext,
    known: KnownExperts,
    own: ModelServer,
) -> Room:
    known.known = [replace(RHYMES, service=Service((instance(own),), "rhymer", 4096))]
    entered: Room = await enter(quick_mind)
    return entered


def texts(server: ModelServer) -> list[str]:
    return [message["content"] for message in server.requests[-1]["messages"]]


async def test_its_own_server_answers_with_its_persona_and_the_history(
    room: Room, own: ModelServer
) -> None:
    room.server.replies = [answers("Paris.")]
    await room.say("What is the capital of France?")
    own.replies = [answers("House, ", "mouse.")]
    assert await room.say(ASKED) == "House, mouse."
    (request,) = own.requests
    assert request["model"] == "rhymer"
    persona, question, answer, asked = texts(own)
    assert persona == "You are good at rhyming."
    assert question.endswith("What is the capital of France?")
    assert answer == "Paris."
    assert asked.endswith(ASKED)
    assert len(room.server.requests) == 1


async def test_a_follow_up_stays_with_it_and_another_question_does_not(
    room: Room, own: ModelServer
) -> None:
    own.replies = [answers("House, mouse."), answers("Tree, sea.")]
    await room.say(ASKED)
    assert await room.say("And on tree.") == "Tree, sea."
    room.server.replies = [answers("Paris.")]
    assert await room.say("And what is the capital of France?") == "Paris."


async def test_another_server_takes_over_and_that_is_said(
    room: Room, known: KnownExperts, own: ModelServer, second: ModelServer
) -> None:
    both = (instance(own, latency_ms=1.0), instance(second, latency_ms=2.0))
    known.known = [replace(RHYMES, service=Service(both, "rhymer", 4096))]
    own.replies, second.replies = [dies_after()], [answers("House, mouse.")]
    assert await room.say(ASKED) == f"{REPLACED} House, mouse."


@pytest.mark.parametrize("reply", [None, dies_after(), refuses(503, "Loading model")])
async def test_where_it_gives_no_word_the_twin_answers_itself_and_says_so(
    room: Room, own: ModelServer, reply: Any
) -> None:
    if reply is None:
        await own.stop()
    own.replies = [reply]
    room.server.replies = [answers("House, louse.")]
    assert await room.say(ASKED) == f"{AWAY} House, louse."
    assert room.last_prompt()[-1].endswith(ASKED)
    # It was not the expert who answered, so that what follows is not for it.
    messages = [*room.conversation.context.messages, _user("more")]
    assert room.conversation.turn(messages).last_action == "answer"


async def test_one_that_dies_in_its_answer_ends_in_a_sentence(room: Room, own: ModelServer) -> None:
    own.replies = [dies_after("House,")]
    broke_off = PHRASES.expert_broke_off.format(name="rhyming")
    assert await room.say(ASKED) == f"House, {broke_off}"
    assert room.server.requests == []


async def test_one_on_the_main_server_that_is_cut_off_ends_in_a_sentence_too(
    room: Room, known: KnownExperts
) -> None:
    known.known = [RHYMES]
    broke_off = PHRASES.expert_broke_off.format(name="rhyming")
    for cut in (dies_after("House,"), unfinished("House,")):
        room.server.replies = [cut]
        assert await room.say(ASKED) == f"House, {broke_off}"


async def test_one_on_the_main_server_waits_for_it_to_come_back(
    room: Room, known: KnownExperts
) -> None:
    known.known = [RHYMES]
    await room.server.stop()
    room.server.replies = [answers("House, mouse.")]
    assert await room.say(ASKED) == "House, mouse."
    assert room.server.waited == 1


async def test_a_sleeper_is_announced(room: Room, known: KnownExperts, own: ModelServer) -> None:
    asleep = instance(own, asleep=True, healthy=False)
    known.known = [replace(RHYMES, service=Service((asleep,), "rhymer", 4096))]
    own.replies = [answers("House, mouse.")]
    wakes = PHRASES.expert_wakes.format(name="rhyming")
    assert await room.say(ASKED) == f"{wakes} House, mouse."


async def test_an_expert_that_writes_an_action_is_asked_for_words(
    room: Room, own: ModelServer
) -> None:
    own.replies = [answers("lamp", ".read"), answers("House, mouse.")]
    assert await room.say(ASKED) == "House, mouse."


async def test_an_expert_that_is_gone_is_not_offered_and_its_questions_are_answered(
    room: Room, known: KnownExperts
) -> None:
    known.known = []
    room.server.replies = [writes("answer"), answers("House, louse.")]
    assert await room.say(ASKED) == "House, louse."
    deciding = room.server.requests[0]
    assert "rhyming" not in deciding["grammar"]
    assert deciding["messages"][0]["content"] == room.agent_context.system
    assert "experts that can be asked now: none." in deciding["messages"][-1]["content"]


def biology(own: ModelServer) -> Expert:
    service = Service((instance(own),), "phi", 4096)
    return Expert("biology", "explains plants and animals", (), service)


async def test_a_newcomer_is_asked_at_once_and_the_system_prompt_stays(
    room: Room, known: KnownExperts, own: ModelServer
) -> None:
    known.known.append(biology(own))
    own.replies = [answers("They hold chlorophyll."), answers("In autumn it goes.")]
    assert await room.say("Why are the leaves of plants green?") == "They hold chlorophyll."
    assert "biology: explains plants and animals." in texts(own)[-1]
    assert "biology" not in room.agent_context.system
    assert room.responder.decision == Decision("expert", "biology", by="head")
    # Somebody who names it means it, whatever it is about.
    said = await room.say("Ask the biology expert why they turn red.")
    assert said == "In autumn it goes."
    assert room.server.requests == []


async def test_where_the_model_decides_it_reads_of_a_newcomer_and_may_choose_it(
    enter: Callable[[AgentContext], Any],
    agent_context: AgentContext,
    known: KnownExperts,
    own: ModelServer,
) -> None:
    known.known.append(biology(own))
    room: Room = await enter(agent_context)
    room.server.replies = [writes("biology_expert")]
    own.replies = [answers("They hold chlorophyll.")]
    assert await room.say("Why are the leaves of plants green?") == "They hold chlorophyll."
    (deciding,) = room.server.requests
    assert deciding["messages"][0]["content"] == room.agent_context.system
    asked = deciding["messages"][-1]["content"]
    assert "There is also:\n- biology_expert: explains plants and animals" in asked
    assert '"biology_expert"' in deciding["grammar"]


async def test_what_is_for_others_is_not_asked_about_for_a_newcomers_sake(
    room: Room, known: KnownExperts, lamp: Lamp, own: ModelServer
) -> None:
    known.known.append(biology(own))
    room.server.replies = [answers("Paris."), answers("It is off.")]
    assert await room.say("What is the capital of France?") == "Paris."
    assert await room.say("Is the lamp on?") == "It is off."
    assert room.kinds == ["words", "words"]
    assert lamp.calls == ["read"]


async def test_what_stands_before_a_turn_stays_the_same_when_experts_come_and_go(
    room: Room, known: KnownExperts, own: ModelServer
) -> None:
    room.server.replies = [answers(f"{city}.") for city in ("Paris", "Rome", "Bern", "Wien")]
    await room.say("What is the capital of France?")
    known.known.append(biology(own))
    await room.say("What is the capital of Italy?")
    await room.say("What is the capital of Switzerland?")
    known.known.pop()
    await room.say("What is the capital of Austria?")
    prompts = [request["messages"] for request in room.server.requests]
    for earlier, later in pairwise(prompts):
        assert later[: len(earlier)] == earlier
    told = ["experts that can be asked now" in message["content"] for message in prompts[-1][1::2]]
    # At the change, and at the change back; not while nothing changes.
    assert told == [False, True, False, True]


async def test_the_expert_of_a_turn_outlives_a_restart(room: Room, own: ModelServer) -> None:
    own.replies = [answers("House, mouse.")]
    await room.say(ASKED)
    state = room.conversation.state()
    room.conversation.restore(state)
    messages = [*room.conversation.context.messages, _user("And on tree.")]
    assert room.conversation.turn(messages).last_action == "rhyming_expert"


async def test_a_sleeping_expert_that_stays_away_is_stood_in_for(
    room: Room, known: KnownExperts, own: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WAKING_SECS", 0.2)
    await own.stop()
    asleep = instance(own, asleep=True, healthy=False)
    known.known = [replace(RHYMES, service=Service((asleep,), "rhymer", 4096))]
    room.server.replies = [answers("House, louse.")]
    wakes = PHRASES.expert_wakes.format(name="rhyming")
    assert await room.say(ASKED) == f"{wakes} {AWAY} House, louse."


def _user(text: str) -> Any:
    return {"role": "user", "content": text}

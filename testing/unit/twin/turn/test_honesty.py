"""Whole turns in which a model claims what nothing has done."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, DirectCall, ToolError, Toolset, tool
from pipecatapp.twin.history.messages import ResultState
from pipecatapp.twin.history.state import turns_of
from pipecatapp.twin.turn.abilities import refusal, what_it_can
from pipecatapp.twin.turn.agent_context import AgentContext
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.twin.conftest import Lamp, ModelServer, answers, writes
from testing.unit.twin.turn.test_responder import Room

NOT_DONE = PHRASES.not_done.format(can=what_it_can([]))


@pytest.fixture
async def room(server: ModelServer, agent_context: AgentContext) -> AsyncIterator[Room]:
    room = Room(server, agent_context)
    yield room
    await room.agent_context.runner.close()
    await room.model.close()


@pytest.fixture
async def quick_room(server: ModelServer, quick_mind: AgentContext) -> AsyncIterator[Room]:
    room = Room(server, quick_mind)
    yield room
    await room.agent_context.runner.close()
    await room.model.close()


async def test_what_nothing_can_do_is_said_without_the_model(quick_room: Room) -> None:
    for words, topic in (("Lock the barn door.", "doors"), ("will it hail tomorrow", "weather")):
        said = PHRASES.unable[topic].format(can=what_it_can([]))
        assert await quick_room.say(words) == said
        assert quick_room.responder.decision.unable == topic
    assert quick_room.server.requests == []


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("forward the bill to our lawyer", "messages"),
        ("message aunt Vera that we need twenty minutes more", "messages"),
        ("Could you ring the vet?", "calls"),
        ("buy two litres of paint on ebay", "orders"),
        ("Twin, book three seats for eight o'clock.", "bookings"),
        ("put the wedding video on the television", "media"),
        ("photocopy both pages of the contract", "appliances"),
    ],
)
async def test_a_deed_that_no_tool_does_is_refused_whatever_else_it_names(
    room: Room, words: str, topic: str
) -> None:
    assert await room.say(words) == PHRASES.unable[topic].format(can=what_it_can([]))
    assert room.server.requests == []


@pytest.mark.parametrize(
    "words",
    [
        "Order these words by their length.",
        "Book recommendations for a rainy day, please.",
        "Text boards were the first forums.",
        "Call the coding expert.",
        "Write a poem: buy bread and sell the bakery.",
    ],
)
async def test_words_that_only_look_like_such_a_deed_are_left_to_the_model(
    room: Room, words: str
) -> None:
    room.server.replies = [writes("answer"), answers("Gladly.")]
    await room.say(words)
    assert room.server.requests


class Postman(Toolset):
    """Sends messages."""

    namespace = "post"

    @tool(
        examples=(
            "text my neighbour that the parcel is here",
            *(f"message number {n} to the office" for n in range(4)),
        )
    )
    async def send(self, call: Call, text: str) -> str:
        """Send a message.

        Args:
            text: the message
        """
        return "It is sent."


async def test_a_tool_of_the_household_takes_over(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    (send,) = tools_of(Postman(FakeResources()))
    monkeypatch.setattr(AgentContext, "available", lambda self: [send.name])
    served = Room(room.server, replace(room.agent_context, tool=lambda name: send))
    room.server.replies = [writes("answer"), answers("Gladly.")]
    await served.say("text my neighbour that we are home")
    assert room.server.requests
    await served.model.close()


def test_a_household_names_topics_of_its_own() -> None:
    assert refusal("beehives", []) == PHRASES.unable[""].format(can=what_it_can([]))


async def test_have_you_after_a_refusal_is_answered_by_what_was_done(quick_room: Room) -> None:
    refused = await quick_room.say("Lock the barn door.")
    quick_room.server.replies = [answers("Yes", ",", " I", " have", " locked", " it.", " Bye.")]
    assert await quick_room.say("Have you?") == NOT_DONE
    assert quick_room.server.requests == []
    assert await quick_room.say("Have you locked it or not, my friend?") == NOT_DONE
    told = quick_room.server.requests[0]["messages"]
    assert refused in [message["content"] for message in told]


async def test_a_promise_is_replaced_and_the_rest_of_it_not_read(room: Room) -> None:
    room.server.replies = [writes("answer"), answers("Sure!", " I will", " feed him.", " Bye.")]
    assert await room.say("Feed the rabbit.") == NOT_DONE


async def test_a_success_may_be_told_and_a_failure_may_not(room: Room, lamp: Lamp) -> None:
    dimmed = "I have dimmed the lamp to 5 percent."
    dim = writes('lamp.dim {"percent":5}')
    room.server.replies = [dim, answers(dimmed)]
    assert await room.say("Dim the lamp to 5 percent.") == dimmed
    room.server.replies = [writes('lamp.dim {"percent":500}'), answers(dimmed)]
    said = await room.say("Dim the lamp to 500 percent.")
    assert said == NOT_DONE
    assert [turn.done for turn in room.conversation.turn().before] == [{"lamp.dim"}]


async def test_a_call_that_fails_is_noted_as_failed(room: Room, lamp: Lamp) -> None:
    async def broken(call: Call) -> str:
        raise ToolError("The bulb is gone.")

    entry = replace(next(t for t in tools_of(lamp) if t.name == "lamp.read"), method=broken)
    room.responder._tools._agent = replace(room.agent_context, tool=lambda name: entry)
    room.server.replies = [writes("lamp.read")]
    assert await room.say("Is the lamp on?") == "The bulb is gone."
    (turn,) = room.conversation._turns
    assert turn.steps[1].state is ResultState.FAILED  # type: ignore[union-attr]
    room.conversation.restore(room.conversation.state())
    assert room.conversation.turn().own.done == frozenset()


class Diary(Toolset):
    """Keeps things without the model."""

    namespace = "memory"

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that keeps some words."""
        return "memory.remember", {"text": words}

    @tool(model_visible=False, read_only=True)
    async def remember(self, call: Call, text: str) -> str:
        """Keep something."""
        return f'I will remember: "{text}".'


async def test_what_a_hidden_call_kept_is_known_but_not_repeated(room: Room) -> None:
    (diary,) = tools_of(Diary(FakeResources()))
    agent = replace(room.agent_context, tool=lambda name: diary)
    told = Room(room.server, replace(agent, wanted=Diary(FakeResources()).wanted))
    await told.say("The spare key is under the pot.")
    (turn,) = told.conversation._turns
    assert turn.done == {"memory.remember"}
    assert turn.hidden
    assert turn.steps == []
    assert turns_of(told.conversation.state())[0].done == {"memory.remember"}
    asked = Room(room.server, agent, conversation=told.conversation)
    room.server.replies = [writes("answer"), answers("Yes, I will remember that.")]
    assert await asked.say("Will you keep it in mind?") == "Yes, I will remember that."
    await told.model.close()
    await asked.model.close()


async def test_what_was_not_kept_is_not_promised(room: Room) -> None:
    room.server.replies = [writes("answer"), answers("How nice! ", "I will keep that in mind.")]
    said = await room.say("My aunt collects stamps.")
    assert said == f"How nice! {PHRASES.not_kept}"


async def test_a_claim_beside_a_remark_is_left_out(room: Room) -> None:
    claim = answers("I have set an alarm for nine.", " Sleep well.")
    room.server.replies = [writes("answer"), claim, answers("What a noisy bird!")]
    assert await room.say("Our parrot is terribly loud.") == "What a noisy bird!"


async def test_a_deed_of_which_only_a_call_is_written_is_said_not_to_be_done(room: Room) -> None:
    call = answers('mower.start {"speed":"fast"}')
    room.server.replies = [writes("answer"), call, call]
    assert await room.say("Start the lawn mower.") == NOT_DONE

"""Calls that a model proposes although nobody asked for them, in sessions and for programs."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.tools.execution.registry import every_tool
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.tools.web_browser import NO_PAGE
from pipecatapp.twin.history.api_history import ApiHistories, Said
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.routing.actions import Actions, TalkExamples
from pipecatapp.twin.routing.router import Router
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.api_turn import ApiRequest, ApiTurn
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.twin.conftest import ModelServer, answers, writes
from testing.unit.twin.turn.test_responder import Room


def call(name: str, **arguments: Any) -> str:
    return f"{name} {json.dumps(arguments)}"


DISK = call("ssh.run_command", host="node7", command="df -h")


@pytest.fixture
def tools() -> dict[str, Tool]:
    return {each.name: each for each in every_tool(FakeResources())}


@pytest.fixture
def real_context(
    agent_context: AgentContext, tools: dict[str, Tool], talk: TalkExamples, experts: Experts
) -> AgentContext:
    """A mind with the agent's own tools, whose model decides everything."""
    router = Router(Actions(tools.values(), [], talk), None, experts=lambda: [])
    return replace(agent_context, router=router, tool=tools.get)


@pytest.fixture
async def room(server: ModelServer, real_context: AgentContext) -> AsyncIterator[Room]:
    room = Room(server, real_context)
    yield room
    await real_context.runner.close()
    await room.model.close()


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        ("Bolt the garden gate.", call("web_browser.type", target="city", text="berlin")),
        ("The ferry leaves from pier two.", call("ssh.run_command", host="office_pc", command="w")),
        ("Enough of that, let us sing.", "mcp.clear_short_term_memory"),
        ("Guten Abend! Wie geht es dir?", "mcp.get_status"),
        ("How hot is it on Venus?", DISK),
    ],
)
async def test_what_nobody_asked_for_becomes_an_answer(
    room: Room, words: str, proposed: str
) -> None:
    room.server.replies = [writes(proposed), answers("I cannot do that.")]
    assert await room.say(words) == "I cannot do that."
    assert room.kinds == ["action", "words"]
    assert room.agent_context.runner.runs("a") == []
    assert room.responder.decision.kind == "answer"
    # Nor does the model read that anything was called.
    assert len(room.last_prompt()) == 1


async def test_what_is_missing_is_asked_for_and_the_reply_is_taken_as_one(room: Room) -> None:
    room.server.replies = [writes(DISK)]
    assert await room.say("How much room is left on the disk?") == "Which machine do you mean?"
    assert room.kinds == ["action"]
    room.server.replies = [writes(call("ssh.run_command", host="node9", command="df -h"))]
    said = await room.say("node nine")
    assert said == PHRASES.asks.format(purpose="run df -h on node9")
    assert room.approval.arguments["host"] == "node9"


async def test_what_is_still_missing_is_not_asked_for_twice_in_a_row(room: Room) -> None:
    room.server.replies = [writes(DISK), writes(DISK), answers("Then I cannot look.")]
    await room.say("How much room is left on the disk?")
    assert await room.say("oh just any of them") == "Then I cannot look."


async def test_a_wish_to_remember_calls_nothing_else(room: Room) -> None:
    room.server.replies = [answers("I cannot keep that.")]
    assert await room.say("Remember to type berlin into the city field.") == "I cannot keep that."
    assert room.kinds == ["words"]


async def test_without_an_open_page_nothing_is_typed_or_clicked(room: Room) -> None:
    room.server.replies = [writes(call("web_browser.type", target="search", text="rye bread"))]
    assert await room.say("Type rye bread into the search field.") == NO_PAGE
    room.server.replies = [writes(call("web_browser.click", target="next"))]
    assert await room.say("Click on Next.") == NO_PAGE
    assert room.agent_context.runner.approvals.waiting("a") == []


async def test_the_address_that_was_said_is_opened(
    room: Room, tools: dict[str, Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    async def goto(call: Any, url: str) -> str:
        opened.append(url)
        return "Notes of the garden."

    page = replace(tools["web_browser.goto"], method=goto)
    monkeypatch.setitem(tools, "web_browser.goto", page)
    room.server.replies = [writes("web_browser.get_page_content"), answers("It has notes.")]
    words = "What does the page at 127.0.0.1:8123/notes.html say?"
    assert await room.say(words) == "It has notes."
    assert opened == ["127.0.0.1:8123/notes.html"]


async def test_a_programs_request_is_held_to_the_same(
    server: ModelServer, real_context: AgentContext
) -> None:
    conversation = ApiHistories().conversation("me", [Said("user", "Bolt the garden gate.")])
    turn = ApiTurn(ApiRequest(conversation, Sampling()), real_context, server, 3)
    proposed = call("web_browser.type", target="city", text="berlin")
    server.replies = [writes(proposed), answers("I have no hands.")]
    said = "".join([text_of(chunk) or "" async for chunk in turn.chunks()])
    assert said.strip() == "I have no hands."
    assert turn.decision.kind == "answer"
    await turn.close()


async def test_a_program_is_asked_in_return_too(
    server: ModelServer, real_context: AgentContext
) -> None:
    conversation = ApiHistories().conversation("me", [Said("user", "Restart the print service.")])
    turn = ApiTurn(ApiRequest(conversation, Sampling()), real_context, server, 3)
    server.replies = [writes(call("ssh.run_command", host="printserver", command="reboot"))]
    said = "".join([text_of(chunk) or "" async for chunk in turn.chunks()])
    assert said.strip() == "Which machine do you mean?"
    await turn.close()

"""A request of a program: decisions, tools and experts, and nobody there who could say yes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.tools.execution.approvals import Approvals
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.runner import ToolRunner
from pipecatapp.twin.history.api_history import ApiHistories, Said
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.turn import responder
from pipecatapp.twin.turn import tool_calls as acting
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.api_turn import ApiRequest, ApiTurn
from testing.unit.twin.conftest import Lamp, ModelServer, answers, writes
from testing.unit.twin.pipeline import until

ON = 'lamp.switch {"on":true}'

Begin = Callable[..., ApiTurn]


@pytest.fixture
async def begin(server: ModelServer, agent_context: AgentContext) -> AsyncIterator[Begin]:
    turns: list[ApiTurn] = []

    def begin(*words: str, agent_context: AgentContext = agent_context, **more: Any) -> ApiTurn:
        roles: Any = ("user", "assistant")
        history = [Said(roles[i % 2], text) for i, text in enumerate(words)]
        conversation = ApiHistories().conversation("me", history)
        sampling = more.pop("sampling", Sampling())
        request = ApiRequest(conversation, sampling, **more)
        turns.append(ApiTurn(request, agent_context, server, 3))
        return turns[-1]

    yield begin
    await agent_context.runner.close()
    for turn in turns:
        await turn.close()


async def answer(turn: ApiTurn, expert: str | None = None) -> str:
    return "".join([text_of(chunk) or "" async for chunk in turn.chunks(expert)]).strip()


def system(server: ModelServer) -> str:
    text: str = server.requests[-1]["messages"][0]["content"]
    return text


def audited(tmp_path: Path) -> list[tuple[str, str | None]]:
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    return [(line["event"], line.get("verdict")) for line in map(json.loads, lines)]


async def test_a_request_is_decided_and_answered_in_the_callers_slot(
    server: ModelServer, begin: Begin
) -> None:
    server.replies = [writes("answer"), answers("Paris.")]
    turn = begin("Hello.", "Hello!", "The capital of France?")
    assert await answer(turn) == "Paris."
    assert {request["id_slot"] for request in server.requests} == {3}
    assert turn.decision.as_dict() == {"kind": "answer", "name": None}
    assert turn.timings().total_ms is not None


async def test_what_the_program_adds_stands_behind_the_persona_of_whoever_answers(
    server: ModelServer, begin: Begin, agent_context: AgentContext
) -> None:
    server.replies = [writes("answer"), answers("Oui."), answers("Mouse.")]
    await answer(begin("Hello.", instructions="Speak French."))
    assert system(server).startswith(f"{agent_context.system}\n\n")
    assert system(server).endswith("Speak French.")
    turn = begin("A rhyme on house", instructions="Speak French.")
    assert await answer(turn, "rhyming") == "Mouse."
    assert system(server).startswith("You are good at rhyming.\n\n")
    assert system(server).endswith("Speak French.")
    assert server.requests[-1]["id_slot"] == 7
    assert turn.decision.as_dict() == {"kind": "expert", "name": "rhyming"}


async def test_the_answer_is_written_as_the_caller_wishes_and_decisions_are_not(
    server: ModelServer, begin: Begin
) -> None:
    server.replies = [writes("answer"), answers("Hello!")]
    sampling = Sampling(max_tokens=9, temperature=1.5, stop=("x",), seed=4, top_p=0.5)
    await answer(begin("Hello.", sampling=sampling))
    decided, written = server.requests
    assert (decided["temperature"], "stop" in decided) == (0.0, False)
    wanted = {"max_tokens": 9, "temperature": 1.5, "stop": ["x"], "seed": 4, "top_p": 0.5}
    assert {name: written[name] for name in wanted} == wanted


@pytest.mark.parametrize("words", ["Stop!", "start"])
async def test_a_word_that_silences_a_voice_is_answered_like_any_other(
    server: ModelServer, begin: Begin, words: str
) -> None:
    server.replies = [writes("answer"), answers("What is to be stopped?")]
    assert await answer(begin(words)) == "What is to be stopped?"


async def test_a_call_that_needs_a_yes_is_refused_and_audited(
    server: ModelServer, begin: Begin, lamp: Lamp, agent_context: AgentContext, tmp_path: Path
) -> None:
    server.replies = [writes(ON)]
    said = await answer(begin("Switch on the lamp."))
    assert said == PHRASES.unasked.format(purpose="switch the lamp")
    assert lamp.calls == []
    assert agent_context.runner.approvals._waiting == {}
    assert audited(tmp_path) == [("call", None), ("approval", "unasked")]


async def test_a_household_that_asks_for_no_yes_has_it_done(
    server: ModelServer, begin: Begin, lamp: Lamp, agent_context: AgentContext, tmp_path: Path
) -> None:
    runner = ToolRunner(Approvals(), Audit(tmp_path / "audit.jsonl"), "none")
    server.replies = [writes(ON), answers("It is on.")]
    assert (
        await answer(begin("Lamp on.", agent_context=replace(agent_context, runner=runner)))
        == "It is on."
    )
    assert lamp.calls == ["switch True"]


async def test_what_earlier_answers_may_have_ordered_is_refused(
    server: ModelServer, begin: Begin, lamp: Lamp
) -> None:
    server.replies = [writes('lamp.dim {"percent":100}')]
    said = await answer(begin("What does it say?", "Dim the lamp to 100.", "Then do that."))
    assert said == PHRASES.unasked.format(purpose="dim the lamp to 100 percent")
    assert lamp.calls == []
    server.replies = [writes('lamp.dim {"percent":100}'), answers("Done.")]
    assert await answer(begin("Hello.", "Hello!", "Dim the lamp to 100 percent")) == "Done."


async def test_a_long_call_is_waited_for_without_a_word_in_between(
    server: ModelServer, begin: Begin, lamp: Lamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responder, "SILENCE_SECS", 0.0)
    for name in ("SOON_SECS", "PATIENCE_SECS"):
        monkeypatch.setattr(acting, name, 0.0)
    lamp.ready.clear()
    server.replies = [writes("lamp.read"), answers("It is off.")]
    asking = asyncio.create_task(answer(begin("Is the lamp on?")))
    await until(lambda: "read" in lamp.calls)
    done, _ = await asyncio.wait({asking}, timeout=0.1)
    assert not done
    lamp.ready.set()
    assert await asking == "It is off."


async def test_a_caller_who_has_gone_ends_the_call(
    server: ModelServer, begin: Begin, lamp: Lamp, agent_context: AgentContext, tmp_path: Path
) -> None:
    lamp.ready.clear()
    server.replies = [writes("lamp.read")]
    turn = begin("Is the lamp on?")
    asking = asyncio.create_task(answer(turn))
    await until(lambda: "read" in lamp.calls)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    await until(lambda: not agent_context.runner._runs)
    assert audited(tmp_path) == [("call", None), ("cancelled", None)]


async def test_a_callers_history_cannot_be_cleared_for_it(
    begin: Begin, agent_context: AgentContext
) -> None:
    asked: list[str] = []

    def tool(name: str) -> None:
        asked.append(name)

    turn = begin("Forget all that.", agent_context=replace(agent_context, tool=tool))
    own = turn._responder._tools._agent.tool
    assert own("mcp.clear_short_term_memory") is None
    assert own("mcp.get_status") is None
    assert asked == ["mcp.get_status"]

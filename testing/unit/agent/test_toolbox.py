import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.agent import toolbox as module
from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversation import Conversation


async def status() -> dict[str, Any]:
    return {"uptime_s": 1}


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
async def toolbox(embedder: MiniLM, tmp_path: Path) -> AsyncIterator[Toolbox]:
    # The model alone decides: the head would first have to learn all examples.
    made = Toolbox(Settings(home=tmp_path / "home", decision="model"), embedder, status)
    yield made
    await made.close()


async def test_a_started_agent_can_act_and_shows_what_it_can(toolbox: Toolbox) -> None:
    await toolbox.start()
    agent_context, shown = toolbox.agent_context(), toolbox.status_fields()
    assert agent_context.tool("mcp.get_status")
    assert agent_context.tool("no.such_tool") is None
    assert "mcp.get_status" in shown["tools"]["available"]
    assert "power" in shown["tools"]["unavailable"]
    experts = {expert["name"]: expert for expert in shown["experts"]}
    assert {"coding", "creative"} <= set(experts)
    assert (experts["coding"]["state"], experts["coding"]["shared"]) == ("healthy", True)
    assert "mcp.get_status" in agent_context.system
    assert "power." not in agent_context.system
    assert agent_context.experts.find("coding").description
    with pytest.raises(UserError):
        agent_context.experts.find("nobody")


async def test_the_head_learns_the_tools_that_are_offered(
    toolbox: Toolbox, embedder: MiniLM, tmp_path: Path
) -> None:
    await toolbox.start()
    deciding = Toolbox(Settings(home=tmp_path / "home"), embedder, status)
    made = toolbox.registry.get("mcp.get_status")
    assert made
    router = deciding.make_router([made])
    assert "mcp.get_status" in router.actions.names
    assert (tmp_path / "home" / "state" / "examples.npz").exists()


async def test_calls_are_audited_at_home(toolbox: Toolbox, tmp_path: Path) -> None:
    await toolbox.start()
    made = toolbox.registry.get("mcp.get_status")
    assert made

    run = toolbox.runner.start(made, {}, Conversation("c"))
    await run.ended()
    assert run.result == "uptime s: 1"
    assert "mcp.get_status" in (tmp_path / "home" / "audit" / "audit.jsonl").read_text()


async def test_a_tool_that_comes_to_work_is_offered_without_a_restart(
    toolbox: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXAMINE_SECS", 0.01)
    await toolbox.start()
    before = toolbox.agent_context().router
    (power,) = (t for t in toolbox.registry._toolsets if t.namespace == "power")

    async def works() -> None:
        return None

    monkeypatch.setattr(power, "unavailable", works)
    while toolbox.agent_context().router is before:  # noqa: ASYNC110 - nothing tells of a new decider
        await asyncio.sleep(0.01)
    assert "power.set_idle_threshold" in toolbox.agent_context().system


async def test_outcomes_are_kept_by_conversation(toolbox: Toolbox) -> None:
    assert toolbox.pending_results("a") is toolbox.pending_results("a")
    assert toolbox.pending_results("a") is not toolbox.pending_results("b")


async def test_what_was_never_started_can_be_closed(toolbox: Toolbox) -> None:
    await toolbox.close()
    assert toolbox.status_fields()["tools"] == {"available": [], "unavailable": {}}


def test_a_damaged_prompt_is_said_at_the_start(embedder: MiniLM, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"talk\.yaml cannot be read"):
        Toolbox(Settings(home=tmp_path, prompts=tmp_path), embedder, status)

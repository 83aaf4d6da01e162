import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.agent.agent import toolbox as module
from pipecatapp.agent.toolbox import Abilities
from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings


async def status() -> dict[str, Any]:
    return {"uptime_s": 1}


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
async def abilities(embedder: MiniLM, tmp_path: Path) -> AsyncIterator[Abilities]:
    # The model alone decides: the head would first have to learn all examples.
    made = Abilities(Settings(home=tmp_path / "home", decision="model"), embedder, status)
    yield made
    await made.close()


async def test_a_started_agent_can_act_and_shows_what_it_can(abilities: Abilities) -> None:
    await abilities.start()
    mind, shown = abilities.mind(), abilities.shown()
    assert mind.tool("mcp.get_status")
    assert mind.tool("no.such_tool") is None
    assert "mcp.get_status" in shown["tools"]["available"]
    assert "power" in shown["tools"]["unavailable"]
    experts = {expert["name"]: expert for expert in shown["experts"]}
    assert {"coding", "creative"} <= set(experts)
    assert (experts["coding"]["state"], experts["coding"]["shared"]) == ("healthy", True)
    assert "mcp.get_status" in mind.system
    assert "power." not in mind.system
    assert mind.experts.find("coding").description
    with pytest.raises(UserError):
        mind.experts.find("nobody")


async def test_the_head_learns_the_tools_that_are_offered(
    abilities: Abilities, embedder: MiniLM, tmp_path: Path
) -> None:
    await abilities.start()
    deciding = Abilities(Settings(home=tmp_path / "home"), embedder, status)
    made = abilities.registry.get("mcp.get_status")
    assert made
    decider = deciding.make_decider([made])
    assert "mcp.get_status" in decider.actions.names
    assert (tmp_path / "home" / "state" / "examples.npz").exists()


async def test_calls_are_audited_at_home(abilities: Abilities, tmp_path: Path) -> None:
    await abilities.start()
    made = abilities.registry.get("mcp.get_status")
    assert made

    class Talk:
        id = "c"

        def turns(self) -> list[tuple[str, str]]:
            return []

        def clear(self) -> None: ...

    run = abilities.runner.start(made, {}, Talk())
    await run.ended()
    assert run.result == "uptime s: 1"
    assert "mcp.get_status" in (tmp_path / "home" / "audit" / "audit.jsonl").read_text()


async def test_a_tool_that_comes_to_work_is_offered_without_a_restart(
    abilities: Abilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXAMINE_SECS", 0.01)
    await abilities.start()
    before = abilities.mind().decider
    (power,) = (t for t in abilities.registry._toolsets if t.namespace == "power")

    async def works() -> None:
        return None

    monkeypatch.setattr(power, "unavailable", works)
    while abilities.mind().decider is before:  # noqa: ASYNC110 - nothing tells of a new decider
        await asyncio.sleep(0.01)
    assert "power.set_idle_threshold" in abilities.mind().system


async def test_summaries_are_of_what_was_said(abilities: Abilities) -> None:
    assert abilities.summarize([("The fence is green.", "")], "fence") == (
        "User: The fence is green."
    )


async def test_outcomes_are_kept_by_conversation(abilities: Abilities) -> None:
    assert abilities.outcomes("a") is abilities.outcomes("a")
    assert abilities.outcomes("a") is not abilities.outcomes("b")


async def test_what_was_never_started_can_be_closed(abilities: Abilities) -> None:
    await abilities.close()
    assert abilities.shown()["tools"] == {"available": [], "unavailable": {}}


def test_a_damaged_prompt_is_said_at_the_start(embedder: MiniLM, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"talk\.yaml cannot be read"):
        Abilities(Settings(home=tmp_path, prompts=tmp_path), embedder, status)

from typing import Any

from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.mcp import Introspection
from pipecatapp.tools.tool import Call

from .fake_resources import FakeConversation, FakeResources, call_in


def tools(status: dict[str, Any] | None = None) -> dict[str, Tool]:
    return {made.name: made for made in tools_of(Introspection(FakeResources(status)))}


async def test_the_status_is_told_in_lines_without_what_is_empty() -> None:
    status = {
        "uptime_s": 90,
        "llm": {"model": "qwen", "restarts": 0, "reason": None},
        "tools": {"available": ["mcp.get_status", "ssh.run_command"], "unavailable": {}},
        "experts": [],
        "healthy": False,
    }
    assert await tools(status)["mcp.get_status"].run(call_in(), {}) == (
        "uptime s: 90\n"
        "llm model: qwen\n"
        "llm restarts: 0\n"
        "tools available: mcp.get_status, ssh.run_command\n"
        "healthy: False"
    )


async def test_experts_and_jobs_are_told_by_name_and_state() -> None:
    own = {"name": "coding", "addresses": ["http://10.0.0.2:8081/v1"], "state": "asleep"}
    shared: dict[str, object] = {
        "name": "creative",
        "addresses": [],
        "model": None,
        "state": "healthy",
    }
    status = {
        "experts": [own, shared],
        "cluster": {"jobs": [{"name": "pipecat-app", "state": "running", "nodes": ["node1"]}]},
    }
    assert await tools(status)["mcp.get_status"].run(call_in(), {}) == (
        "experts: coding (asleep), creative (healthy)\ncluster jobs: pipecat-app (running)"
    )


async def test_an_empty_memory_is_said_to_be_empty() -> None:
    said = await tools()["mcp.get_memory_summary"].run(call_in(), {})
    assert said == (
        "I keep nothing for good, as long-term memory is off. "
        "Nothing was said in this conversation before."
    )


async def test_the_memory_is_counted_and_quoted() -> None:
    call = call_in(("My sister is called Ada.", "A fine name."), ("The fence is green.", "Noted."))
    said = await tools()["mcp.get_memory_summary"].run(call, {})
    assert said.endswith("I know the last 2 things that you said to me.")


async def test_only_forgetting_changes_anything() -> None:
    memory = FakeConversation(said=[("hello", "hi")])
    made = tools()
    for name in ("mcp.get_status", "mcp.get_memory_summary"):
        assert made[name].read_only
        await made[name].run(Call(memory), {})
    assert not memory.cleared
    assert not made["mcp.clear_short_term_memory"].read_only
    said = await made["mcp.clear_short_term_memory"].run(Call(memory), {})
    assert memory.cleared
    assert "forgotten" in said

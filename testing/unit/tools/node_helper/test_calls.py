from pathlib import Path
from typing import Any

import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.execution.registry import every_tool
from pipecatapp.tools.node_helper.calls import HelperTools
from pipecatapp.tools.node_helper.protocol import NAMESPACES, HelperRequest
from pipecatapp.tools.tool import ToolError
from testing.unit.tools.fake_resources import FakeResources


@pytest.fixture
def calls(tmp_path: Path) -> HelperTools:
    # A helper that is told of a helper does not ask it.
    return HelperTools(Settings(home=tmp_path, playbooks=tmp_path, helper_socket=tmp_path / "none"))


async def do(
    calls: HelperTools, call: str, arguments: dict[str, Any]
) -> tuple[str | None, list[str]]:
    lines: list[str] = []
    request = HelperRequest.model_validate({"call": call, "arguments": arguments})
    return await calls.run(request, lines.append), lines


def test_it_does_three_tools_of_the_agent() -> None:
    names = {tool.name for tool in every_tool(FakeResources())}
    assert len(NAMESPACES) == 3
    assert {f"{namespace}.{call}" for call, namespace in NAMESPACES.items()} <= names


async def test_a_check_is_the_toolsets_own(
    calls: HelperTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker")
    assert await do(calls, "check", {"tool": "ssh"}) == (None, [])
    assert "no playbook is in" in str(await do(calls, "check", {"tool": "ansible"}))
    assert "apt install docker.io" in str(await do(calls, "check", {"tool": "code_runner"}))


@pytest.mark.parametrize(
    ("call", "arguments", "why"),
    [
        ("check", {}, "tool: Field required"),
        ("check", {"tool": "web_browser"}, "This is no check: tool:"),
        ("check", {"tool": "ssh", "more": 1}, "more: Extra inputs"),
        ("run_python_code", {"code": "1", "image": "x"}, "image: Extra inputs"),
        ("run_python_code", {"code": "x" * (2**20 + 1)}, "longer than"),
        ("run_python_code", {}, "code: Field required"),
        ("run_command", {"host": "-oProxyCommand=id", "command": "id"}, "is not a machine"),
        ("run_command", {"host": "node2", "command": "id\x1b[8m"}, "not shown"),
        ("run_command", {"host": "node2", "command": "id", "key": "/etc/shadow"}, "key: Extra"),
        ("run_playbook", {"playbook": "../a.yaml"}, "not the plain name"),
        ("run_playbook", {"playbook": "a", "check": "no"}, "check: Input"),
        ("run_playbook", {"playbook": "a", "extra_vars": {}}, "extra_vars: Extra"),
    ],
)
async def test_the_tools_limits_are_those_of_the_agent(
    calls: HelperTools, call: str, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(ToolError, match=why):
        await do(calls, call, arguments)

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.ansible import Ansible
from pipecatapp.tools.code_runner import CodeRunner
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.node_helper import client
from pipecatapp.tools.node_helper.client import HelperClient, helper_client
from pipecatapp.tools.node_helper.protocol import LONGEST_REPLY
from pipecatapp.tools.ssh import SshTools
from pipecatapp.tools.tool import ToolError
from testing.unit.tools.fake_resources import FakeResources, call_in
from testing.unit.tools.node_helper.scripted_helper import Scripted, serving

Replies = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ARGUMENTS: dict[type, dict[str, Any]] = {
    CodeRunner: {"code": "print('grüße')"},
    SshTools: {"host": "node2", "command": "uptime"},
    Ansible: {"playbook": "heal cluster", "check": True},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "socket"


@pytest.mark.parametrize("toolset", ARGUMENTS)
async def test_the_tools_go_through_the_helper_of_the_settings(
    toolset: type[CodeRunner | SshTools | Ansible], path: Path
) -> None:
    calls = Scripted()
    made = toolset(FakeResources(settings=Settings(helper_socket=path)))
    (tool,) = tools_of(made)
    async with serving(path, calls):
        assert await tool.run(call_in(), ARGUMENTS[toolset]) == json.dumps(ARGUMENTS[toolset])
        assert json.loads(str(await made.unavailable())) == {"tool": made.namespace}
    assert [asked.call for asked in calls.asked] == [tool.name.split(".")[1], "check"]


@pytest.mark.parametrize("left_behind", [False, True])
async def test_without_a_helper_one_line_says_how_to_start_it(
    path: Path, left_behind: bool
) -> None:
    if left_behind:
        with socket.socket(socket.AF_UNIX) as ended:
            ended.bind(str(path))
    made = SshTools(FakeResources(settings=Settings(helper_socket=path)))
    missing = await made.unavailable()
    assert missing
    assert "sudo systemctl start twin-helper.socket" in missing
    assert "\n" not in missing
    with pytest.raises(ToolError, match="does not answer"):
        await made.run_command(call_in(), "node2", "uptime")


def test_without_the_setting_there_is_none() -> None:
    assert helper_client(Settings()) is None


async def test_a_cancelled_call_is_over_when_it_returns(path: Path) -> None:
    calls = Scripted()
    async with serving(path, calls):
        running = asyncio.create_task(
            HelperClient(path).run("run_python_code", {"code": "wait"}, lambda line: None)
        )
        await calls.waiting.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert calls.ended == 1


async def test_a_call_that_is_too_large_is_not_sent(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LONGEST_REQUEST", 100)
    with pytest.raises(ToolError, match="larger than 100 bytes"):
        await HelperClient(path).run("run_python_code", {"code": "x" * 100}, lambda line: None)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "ended before the call was done"),
        (b'{"progress": "begun"}\n', "ended before the call was done"),
        (b'{"result": {"text": "a', "not of this version"),
        (b"hello\n", "not of this version"),
        (b'{"result": {"text": "a"}, "error": "b"}\n', "not of this version"),
        (b'{"result": {"text": "a", "more": 1}}\n', "not of this version"),
        (b"{}\n", "not of this version"),
        (b"x" * (LONGEST_REPLY + 2), "not of this version"),
        (b'{"error": "It did not work"}\n', "^It did not work$"),
    ],
)
async def test_an_answer_that_is_none_is_said(path: Path, answer: bytes, why: str) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(reply, path):
        with pytest.raises(ToolError, match=why):
            await HelperClient(path).run("run_python_code", {"code": "1"}, lambda line: None)


async def test_a_helper_that_does_not_answer_is_not_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(client, "CANCEL_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        assert "within 0.1 s" in str(await HelperClient(path).unavailable("ssh"))

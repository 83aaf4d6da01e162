import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.ssh import MOST_COMMANDS, SshTools
from pipecatapp.tools.tool import Call, ToolError

from .fake_resources import FakeConversation, FakeResources, call_in


@pytest.mark.parametrize(
    "command", ["", " \n", "ls\x00", "ls \x1b[8m; reboot", "ls \u202e", "x" * 4001]
)
async def test_a_command_that_cannot_be_approved_with_open_eyes_is_refused(command: str) -> None:
    (tool,) = tools_of(SshTools(FakeResources()))
    with pytest.raises(ToolError, match="The command"):
        await tool.run(call_in(), {"host": "nowhere.invalid", "command": command})


class Mute:
    """A machine that takes connections and says nothing, so that every login waits."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []
        self.changed = asyncio.Event()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.changed.set()

    async def has_taken(self, count: int) -> None:
        while len(self.writers) < count:
            self.changed.clear()
            await self.changed.wait()

    async def close(self) -> None:
        for writer in self.writers:
            writer.close()
        self._server.close()
        await self._server.wait_closed()


@pytest.fixture
async def mute() -> AsyncIterator[Mute]:
    machine = Mute()
    await machine.start()
    yield machine
    await machine.close()


async def test_commands_that_hang_leave_the_agent_its_threads_and_others_their_turn(
    mute: Mute, tmp_path: Path
) -> None:
    # A busy agent's may have no more to spare.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    toolset = SshTools(FakeResources(settings=Settings(ssh_known_hosts=tmp_path / "known_hosts")))
    (tool,) = tools_of(toolset)
    said: list[str] = []
    asked = {"host": f"127.0.0.1:{mute.port}", "command": "date"}
    calls = [
        asyncio.create_task(tool.run(Call(FakeConversation(), said.append), asked))
        for _ in range(MOST_COMMANDS + 1)
    ]
    try:
        async with asyncio.timeout(5):
            await mute.has_taken(MOST_COMMANDS)
            assert await asyncio.to_thread(lambda: "free") == "free"
            assert [line for line in said if "Waiting" in line]
            assert len(mute.writers) == MOST_COMMANDS
            mute.writers[0].close()
            await mute.has_taken(MOST_COMMANDS + 1)
    finally:
        for call in calls:
            call.cancel()
        for call in calls:
            with suppress(asyncio.CancelledError, ToolError):
                await call
        await toolset.close()

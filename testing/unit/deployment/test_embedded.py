import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipecatapp.deployment import embedded
from pipecatapp.deployment.deployment import LLAMA_JOB
from pipecatapp.deployment.embedded import EmbeddedDeployment
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.selection.language_model import ChosenModel
from pipecatapp.runtime.setup import EmbeddedSetup
from pipecatapp.settings import Settings

# Answers its health check like llama-server, and takes the same option for the port.
SERVER = f"""#!{sys.executable}
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
port = int(sys.argv[sys.argv.index("--port") + 1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
PATIENCE = 60.0


@pytest.fixture
def setup(tmp_path: Path) -> EmbeddedSetup:
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    llama = LlamaCpp("1", CpuLevel.CORE2, bin_dir)
    llama.server.write_text(SERVER)
    llama.server.chmod(0o755)
    llm = ChosenModel("small", tmp_path / "small.gguf", "Q4_0", "the smallest")
    return EmbeddedSetup([], None, tmp_path / "embedder", llama, llm)


@pytest.fixture
async def deployment(
    tmp_path: Path, setup: EmbeddedSetup, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EmbeddedDeployment]:
    monkeypatch.setattr(embedded, "set_up", lambda settings: setup)
    made = EmbeddedDeployment(Settings(home=tmp_path / "home"))
    yield made
    await made.close()


async def test_llama_server_is_started_and_restarted_when_it_dies(
    deployment: EmbeddedDeployment, setup: EmbeddedSetup
) -> None:
    assert await deployment.prepare() is setup
    server = await deployment.start()
    await deployment.ready()
    starts = deployment.fresh_servers()
    async with asyncio.timeout(PATIENCE):
        await anext(starts)
    assert await deployment.health() is None
    assert await server.wait_healthy(PATIENCE)
    pid = (await deployment._jobs.status(LLAMA_JOB)).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE):
        await anext(starts)
    shown = await deployment.status_fields()
    assert shown["cpu_level"] == "core2"
    assert shown["llm"] == {
        "model": "small",
        "reason": "the smallest",
        "state": "healthy",
        "restarts": 1,
    }


async def test_a_server_that_does_not_start_is_told_as_the_state_of_the_model(
    deployment: EmbeddedDeployment, setup: EmbeddedSetup
) -> None:
    setup.llama.server.write_text("#!/bin/sh\nexit 3\n")
    await deployment.prepare()
    server = await deployment.start()
    assert not await server.wait_healthy(PATIENCE)
    problem = await deployment.health()
    assert problem
    assert problem.startswith("The language model is ")


async def test_the_agent_has_slots_beside_those_of_conversations(
    deployment: EmbeddedDeployment,
) -> None:
    await deployment.prepare()
    server = await deployment.start()
    assert server.slots == deployment.settings.llm_slots + 3


async def test_steps_in_the_wrong_order_are_an_error(deployment: EmbeddedDeployment) -> None:
    with pytest.raises(RuntimeError, match=r"prepare\(\) has to be called first"):
        await deployment.start()
    with pytest.raises(RuntimeError, match=r"start\(\) has to be called first"):
        await deployment.health()

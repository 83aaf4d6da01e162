import os
import signal
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import ensure_quantized, gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]  # it may build llama.cpp


@pytest.fixture(scope="module")
def llama() -> LlamaCpp:
    return ensure_llama_cpp(Settings(), Progress())


@pytest.fixture(scope="module")
def gguf() -> Path:
    settings = Settings()
    smoke = Catalogue.load(settings.catalogue).models("smoke")[0]
    return gguf_of(smoke, ensure_model(smoke, settings, Progress()))


@dataclass
class Running:
    server: LlamaServer
    jobs: LocalOrchestrator
    client: httpx.AsyncClient

    async def answer(self) -> str:
        body = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8}
        reply = await self.client.post("/v1/chat/completions", json=body)
        reply.raise_for_status()
        return str(reply.json()["choices"][0]["message"]["content"])


@pytest.fixture
async def running(llama: LlamaCpp, gguf: Path, tmp_path: Path) -> AsyncIterator[Running]:
    settings = Settings(home=tmp_path, llm_context=1024)
    server = LlamaServer(llama, gguf, settings)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with (
        LocalOrchestrator([server.spec()], settings.log_dir) as jobs,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        await jobs.start(server.name)
        await jobs.wait_healthy(server.name, 60)
        yield Running(server, jobs, client)


async def test_a_real_model_answers(running: Running) -> None:
    assert await running.answer()


async def test_each_slot_has_the_context_that_is_set(running: Running) -> None:
    slots = (await running.client.get("/slots")).json()
    assert [slot["n_ctx"] for slot in slots] == [1024, 1024]


async def test_without_the_key_nobody_gets_an_answer(running: Running) -> None:
    async with httpx.AsyncClient(base_url=running.server.url) as stranger:
        assert (await stranger.post("/v1/chat/completions", json={})).status_code == 401
        assert (await stranger.get("/slots")).status_code == 401


async def test_the_key_is_in_a_private_file_and_nowhere_else(
    running: Running, tmp_path: Path
) -> None:
    key_file = tmp_path / "run" / "llama-server.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    status = await running.jobs.status("llama-server")
    assert status.pid
    command = " ".join(psutil.Process(status.pid).cmdline())
    assert str(key_file) in command
    log = (tmp_path / "logs" / "llama-server.log").read_text()
    assert not [text for text in (command, log) if running.server.api_key in text]


async def test_killed_it_comes_back_on_the_same_port_with_the_same_key(running: Running) -> None:
    before = await running.jobs.status("llama-server")
    assert before.pid
    os.kill(before.pid, signal.SIGKILL)
    now = await running.jobs.wait_for(
        "llama-server", lambda status: status.healthy and status.restarts == 1
    )
    assert now.pid != before.pid
    assert await running.answer()


def test_below_avx_the_model_becomes_q4_0(llama: LlamaCpp, gguf: Path, tmp_path: Path) -> None:
    copy = tmp_path / gguf.name
    copy.symlink_to(gguf)
    old_cpu = LlamaCpp(llama.version, CpuLevel.PENRYN, llama.bin_dir)
    made = ensure_quantized(copy, old_cpu, Progress())
    assert made.name.endswith("-q4_0.gguf")
    assert made.read_bytes()[:4] == b"GGUF"
    written = made.stat().st_mtime_ns
    assert ensure_quantized(copy, old_cpu, Progress()).stat().st_mtime_ns == written
    assert ensure_quantized(copy, llama, Progress()) == copy

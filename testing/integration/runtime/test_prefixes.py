"""A system prompt that was read once is there after a restart, and never a wrong one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from pipecatapp.deployment.deployment import LLAMA_JOB
from pipecatapp.deployment.embedded import LocalModelServer
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import ensure_quantized, gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.llm.llama_model import LlamaModel

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]  # it may build llama.cpp

SYSTEM = "You are a lighthouse keeper. " + "The lamp is lit at dusk and put out at dawn. " * 30
OTHER = "You are a gardener. " + "The roses are watered in the morning, before the sun. " * 30
MOST_TOKENS = 64
"""That the first turn after a restart reads."""

Start = Callable[..., AbstractAsyncContextManager[LocalModelServer]]


@pytest.fixture(scope="module", name="llama")
def _llama() -> LlamaCpp:
    return ensure_llama_cpp(Settings(), Progress())


@pytest.fixture(scope="module", name="gguf")
def _gguf() -> Path:
    settings = Settings()
    smoke = Catalogue.load(settings.catalogue).models("smoke")[0]
    return gguf_of(smoke, ensure_model(smoke, settings, Progress()))


@pytest.fixture(name="start")
def _start(llama: LlamaCpp, gguf: Path, tmp_path: Path) -> Start:
    @asynccontextmanager
    async def start(file: Path = gguf) -> AsyncIterator[LocalModelServer]:
        settings = Settings(home=tmp_path, llm_context=2048)
        server = LlamaServer(llama, file, settings, name=LLAMA_JOB, alias="keeper")
        async with LocalOrchestrator([server.spec()], settings.log_dir) as jobs:
            await jobs.start(server.name)
            await jobs.wait_healthy(server.name, 60)
            yield LocalModelServer(server, jobs)

    return start


async def first_turn(server: LocalModelServer, system: str, *, warm: bool = True) -> int:
    """Return how many tokens the first turn reads."""
    if warm:
        model = LlamaModel(server, Conversation("keeper"), 0, system, TurnClock())
        await model.warm_up("keeper")
        await model.close()
    question = {"role": "user", "content": "When is the lamp lit?"}
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        answer = await client.post(
            f"{server.url}/v1/chat/completions",
            headers={"Authorization": f"Bearer {server.api_key}"},
            json={
                "messages": [{"role": "system", "content": system}, question],
                "max_tokens": 1,
                "id_slot": 0,
            },
        )
    return int(answer.raise_for_status().json()["timings"]["prompt_n"])


def saved(home: Path) -> list[Path]:
    return sorted((home / "prefixes").iterdir())


async def test_after_a_restart_the_first_turn_reads_little(start: Start, tmp_path: Path) -> None:
    async with start() as server:
        assert await first_turn(server, SYSTEM, warm=False) > 300  # without, it reads all
        assert saved(tmp_path) == []
        await first_turn(server, SYSTEM)
    (file,) = saved(tmp_path)
    async with start() as server:
        assert await first_turn(server, SYSTEM) <= MOST_TOKENS
    assert saved(tmp_path) == [file]


async def test_another_persona_is_read_and_kept_in_its_place(start: Start, tmp_path: Path) -> None:
    async with start() as server:
        await first_turn(server, SYSTEM)
    (file,) = saved(tmp_path)
    before = file.read_bytes()
    async with start() as server:
        assert await first_turn(server, OTHER) <= MOST_TOKENS
    assert saved(tmp_path) == [file]
    assert file.read_bytes() != before


@pytest.mark.parametrize("damage", ["cut", "overwritten", "empty"])
async def test_a_damaged_file_is_read_past_and_mended(
    start: Start, tmp_path: Path, damage: str
) -> None:
    async with start() as server:
        await first_turn(server, SYSTEM)
    (file,) = saved(tmp_path)
    whole = file.read_bytes()
    half = len(whole) // 2
    damaged = {"cut": whole[:half], "overwritten": b"\xff" * len(whole), "empty": b""}[damage]
    file.write_bytes(damaged)
    async with start() as server:
        assert await first_turn(server, SYSTEM) <= MOST_TOKENS
    assert len(file.read_bytes()) == len(whole)
    async with start() as server:
        assert await first_turn(server, SYSTEM) <= MOST_TOKENS


async def test_a_file_of_another_model_is_left_alone(
    start: Start, llama: LlamaCpp, gguf: Path, tmp_path: Path
) -> None:
    copy = tmp_path / gguf.name
    copy.symlink_to(gguf)
    old_cpu = LlamaCpp(llama.version, CpuLevel.PENRYN, llama.bin_dir)
    other = await asyncio.to_thread(ensure_quantized, copy, old_cpu, Progress())
    async with start() as server:
        await first_turn(server, SYSTEM)
    (file,) = saved(tmp_path)
    before = file.read_bytes()
    async with start(other) as server:
        await first_turn(server, SYSTEM)
    assert len(saved(tmp_path)) == 2
    assert file.read_bytes() == before

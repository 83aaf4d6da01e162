import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
import pytest
import yaml

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings
from pipecatapp.tools.camera import model as vision_model
from pipecatapp.tools.camera import server as vision_server
from pipecatapp.tools.camera.server import VisionServer
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import Call, ToolError
from pipecatapp.tools.vision import Vision
from testing.unit.tools.fake_resources import FakeConversation, FakeResources

from .tiny_vision import IMAGE_TOKENS, WORDS, write_model

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]  # it may build llama.cpp

SHARED = ("llama.cpp", "state")
LOOKING = "Looking at the picture ..."
LONG_ANSWER = 1900


@pytest.fixture(scope="module")
def llama() -> LlamaCpp:
    return ensure_llama_cpp(Settings(), Progress())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_model(tmp_path_factory.mktemp("tiny"))


def jpeg(shade: int) -> bytes:
    left = np.full((300, 200, 3), shade, np.uint8)
    right = np.full((300, 200, 3), 255 - shade, np.uint8)
    return cv2.imencode(".jpg", np.hstack([left, right]))[1].tobytes()


def prepare(home: Path, tiny: tuple[Path, Path], **entry: object) -> Settings:
    """Return settings of an agent that has fetched the tiny model, and its camera's picture."""
    home.mkdir()
    for name in SHARED:
        (home / name).symlink_to(Settings().home / name, target_is_directory=True)
    files = [
        {"filename": path.name, "sha256": None, "sources": [{"path": str(path)}]} for path in tiny
    ]
    catalogue = home / "models.yaml"
    model = {"name": "tiny", "memory_mb": 1, "files": files} | entry
    catalogue.write_text(yaml.safe_dump({"vision_models": [model]}))
    settings = Settings(home=home, catalogue=catalogue, camera=str(home / "camera.jpg"))
    show(settings, 20)
    ensure_model(Catalogue.load(catalogue).get("tiny"), settings, Progress())
    return settings


@pytest.fixture
def settings(llama: LlamaCpp, tiny: tuple[Path, Path], tmp_path: Path) -> Settings:
    return prepare(tmp_path / "home", tiny)


@pytest.fixture
async def vision(settings: Settings) -> AsyncIterator[Vision]:
    toolset = Vision(FakeResources(settings=settings))
    yield toolset
    await toolset.close()
    assert model_processes() == []


@pytest.fixture
async def talkative(
    llama: LlamaCpp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Vision]:
    """A model that needs seconds for an answer, so that something can happen meanwhile."""
    monkeypatch.setattr(vision_server, "LONGEST_ANSWER", LONG_ANSWER)
    slow = write_model(tmp_path / "slow", layers=20)
    toolset = Vision(FakeResources(settings=prepare(tmp_path / "home", slow)))
    yield toolset
    await toolset.close()
    assert model_processes() == []


def the_tool(vision: Vision) -> Tool:
    (tool,) = tools_of(vision)
    return tool


def show(settings: Settings, shade: int) -> None:
    """Have the camera see a picture of two halves."""
    Path(settings.camera).write_bytes(jpeg(shade))


async def look(vision: Vision, say: Callable[[str], None] = lambda line: None) -> str:
    return await the_tool(vision).run(Call(FakeConversation(), say), {"question": "Who is there?"})


def model_processes() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.name() == "llama-server"]


@dataclass
class Watched:
    """The model server's process, asked by its own key what it does."""

    process: psutil.Process
    client: httpx.AsyncClient

    async def wait_until_busy(self) -> None:
        async with asyncio.timeout(60):
            while not await self.busy():  # noqa: ASYNC110  # another program's doing
                await asyncio.sleep(0.01)

    async def wait_until_idle(self) -> None:
        async with asyncio.timeout(60):
            while await self.busy():  # noqa: ASYNC110  # another program's doing
                # It looks for closed connections after a second without any question like this.
                await asyncio.sleep(1.5)

    async def busy(self) -> bool:
        (slot,) = (await self.client.get("/slots")).json()
        return bool(slot["is_processing"])

    async def generated(self) -> int:
        """Return how many tokens it has generated in finished requests."""
        metrics = (await self.client.get("/metrics")).text
        (line,) = (x for x in metrics.splitlines() if x.startswith("llamacpp:tokens_predicted_to"))
        return int(line.split()[-1])


@asynccontextmanager
async def watched(settings: Settings) -> AsyncIterator[Watched]:
    (process,) = model_processes()
    (port,) = {c.laddr.port for c in process.net_connections() if c.status == "LISTEN"}
    key = (settings.home / "run" / "vision.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        yield Watched(process, client)


@asynccontextmanager
async def looking(vision: Vision) -> AsyncIterator[tuple[asyncio.Task[str], Watched]]:
    """Yield a question that the model is at work on, and the model."""
    began = asyncio.Event()

    def say(line: str) -> None:
        if line == LOOKING:
            began.set()

    question = asyncio.create_task(look(vision, say))
    await began.wait()
    async with watched(vision.resources.settings) as model:
        await model.wait_until_busy()
        yield question, model


async def test_what_the_camera_shows_is_described(vision: Vision, settings: Settings) -> None:
    assert await vision.unavailable() is None
    said: list[str] = []
    first = await look(vision, said.append)
    assert first.startswith("The camera shows: ")
    assert set(first.removeprefix("The camera shows: ").split()) <= set(WORDS)
    assert said == ["Starting the vision model ...", LOOKING]
    show(settings, 230)
    assert await look(vision) != first
    show(settings, 20)
    assert await look(vision) == first
    assert len(model_processes()) == 1


async def test_the_picture_takes_its_place_in_the_prompt(
    llama: LlamaCpp, tiny: tuple[Path, Path], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, llm_context=2048, llm_slots=1)
    server = LlamaServer(llama, tiny[0], settings, mmproj=tiny[1])
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with (
        LocalOrchestrator([server.spec()], settings.log_dir) as jobs,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        await jobs.start(server.name)
        await jobs.wait_healthy(server.name, 60)
        assert (await client.get("/props")).json()["modalities"]["vision"]
        text = {"type": "text", "text": "Who is there?"}
        url = "data:image/jpeg;base64," + base64.b64encode(jpeg(20)).decode()
        counts = []
        for content in ([text], [{"type": "image_url", "image_url": {"url": url}}, text]):
            body = {"messages": [{"role": "user", "content": content}], "max_tokens": 1}
            reply = await client.post("/v1/chat/completions", json=body)
            counts.append(reply.json()["usage"]["prompt_tokens"])
    assert counts[1] - counts[0] >= IMAGE_TOKENS


async def test_its_port_is_not_that_of_the_language_model(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        vision = Vision(FakeResources(settings=settings.model_copy(update={"llm_port": port})))
        try:
            assert await look(vision)
        finally:
            await vision.close()


async def test_a_model_that_is_killed_while_it_looks_is_said_and_restarted(
    talkative: Vision, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(talkative) as (question, model):
        model.process.kill()
        with pytest.raises(ToolError, match=r"ended while it was looking \(ended by SIGKILL\)"):
            await question
    monkeypatch.setattr(vision_server, "LONGEST_ANSWER", 10)
    assert (await look(talkative)).startswith("The camera shows: ")
    assert model_processes() != [model.process]


async def test_a_cancelled_question_ends_the_work_on_it(
    talkative: Vision, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(talkative) as (question, model):
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
        await model.wait_until_idle()
        assert await model.generated() < LONG_ANSWER
    monkeypatch.setattr(vision_server, "LONGEST_ANSWER", 10)
    assert (await look(talkative)).startswith("The camera shows: ")
    assert model_processes() == [model.process]


async def test_the_agents_end_does_not_wait_for_an_answer(talkative: Vision) -> None:
    async with looking(talkative) as (question, _):
        await talkative.close()
    assert model_processes() == []
    with pytest.raises(ToolError, match="vision model ended while it was looking"):
        await question


async def test_below_avx_a_quantized_model_looks(
    vision: Vision, settings: Settings, llama: LlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_cpu = LlamaCpp(llama.version, CpuLevel.PENRYN, llama.bin_dir)
    monkeypatch.setattr(vision_model, "find_llama_cpp", lambda settings: old_cpu)
    assert (await look(vision)).startswith("The camera shows: ")
    (process,) = model_processes()
    assert str(settings.models_dir / "tiny" / "tiny-text-q4_0.gguf") in process.cmdline()


async def test_two_who_ask_at_once_both_get_an_answer(vision: Vision) -> None:
    answers = await asyncio.gather(look(vision), look(vision))
    assert answers[0] == answers[1]
    assert len(model_processes()) == 1


async def test_an_idle_model_gives_its_memory_back_and_comes_when_asked(
    vision: Vision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vision_server, "IDLE_SECONDS", 0.1)
    first = await look(vision)
    async with asyncio.timeout(20):
        while model_processes():  # noqa: ASYNC110  # another program's end
            await asyncio.sleep(0.05)
    assert await look(vision) == first


async def test_a_picture_that_the_model_cannot_read_is_refused(settings: Settings) -> None:
    server = VisionServer(settings)
    try:
        with pytest.raises(UserError, match="refused the picture"):
            await server.describe(b"no picture", "What do you see?", lambda line: None)
        assert await server.describe(jpeg(20), "What do you see?", lambda line: None)
    finally:
        await server.close()


async def test_a_question_that_is_too_long_is_refused(vision: Vision) -> None:
    with pytest.raises(ToolError, match="question is too long"):
        await the_tool(vision).run(Call(FakeConversation()), {"question": "why " * 1000})
    assert model_processes() == []


async def test_a_camera_that_went_away_is_said_without_a_model(
    vision: Vision, settings: Settings
) -> None:
    settings.camera = "/nowhere.jpg"
    with pytest.raises(ToolError, match=r"no camera: .*set CAMERA"):
        await look(vision)
    assert model_processes() == []


async def test_a_model_that_went_away_is_said(vision: Vision, settings: Settings) -> None:
    for path in (settings.models_dir / "tiny").glob("*.gguf"):
        path.unlink()
    with pytest.raises(ToolError, match="pipecatapp models fetch tiny"):
        await look(vision)


async def test_a_model_that_does_not_start_is_said_and_not_tried_for_ever(
    llama: LlamaCpp, tiny: tuple[Path, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken-mmproj.gguf"
    broken.write_bytes(tiny[1].read_bytes()[:5000])
    vision = Vision(FakeResources(settings=prepare(tmp_path / "home", (tiny[0], broken))))
    with pytest.raises(ToolError, match=r"vision does not run .*vision\.log"):
        await look(vision)
    assert model_processes() == []
    await vision.close()


async def test_a_model_that_does_not_fit_the_memory_is_not_started(
    llama: LlamaCpp, tiny: tuple[Path, Path], tmp_path: Path
) -> None:
    vision = Vision(FakeResources(settings=prepare(tmp_path / "home", tiny, memory_mb=10**9)))
    with pytest.raises(ToolError, match=r"Not enough memory for .* tiny: it needs \d+ MiB"):
        await look(vision)
    assert model_processes() == []
    await vision.close()

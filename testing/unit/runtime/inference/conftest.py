"""A llama-server's HTTP interface, without a model."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from pipecatapp.runtime.inference.client import LlamaClient


class FakeLlama:
    """Keeps what is asked of it, and the slots that were saved; answers at once."""

    api_key, slots = "key", 4

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.keys: list[str] = []
        self.bodies: list[Any] = []
        self.saved: set[str] = set()
        self.held: set[str] = set()
        """Prompts that are in a slot."""
        self.meta: dict[str, Any] = {"n_params": 1, "size": 2, "n_vocab": 3}
        self.props: Any = {"total_slots": 3}
        self.disk_is_full = False
        self._runner: web.AppRunner | None = None

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - the protocol's name
        return False

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/props", self._props)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/slots/{slot}", self._slot)
        app.router.add_post("/v1/chat/completions", self._chat)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def restart(self) -> None:
        """Forget what is in the slots, as a process does that ends; the disk remains."""
        self.held.clear()

    def _take(self, request: web.Request, what: str) -> None:
        self.asked.append(what)
        self.keys.append(request.headers["Authorization"])

    async def _props(self, request: web.Request) -> web.Response:
        self._take(request, "props")
        return web.json_response(self.props)

    async def _models(self, request: web.Request) -> web.Response:
        self._take(request, "models")
        return web.json_response({"data": [{"id": "small", "meta": self.meta}]})

    async def _slot(self, request: web.Request) -> web.Response:
        action, slot = request.query["action"], request.match_info["slot"]
        file = (await request.json())["filename"]
        self._take(request, f"{action} {slot}")
        if action == "save" and not self.disk_is_full:
            self.saved.add(file)
        if file not in self.saved:
            return web.json_response({"error": {"message": "no"}}, status=400)
        self.held.add(slot)
        return web.json_response({})

    async def _chat(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        slot = str(body.get("id_slot"))
        self._take(request, f"chat {slot}")
        read = 1 if slot in self.held else 500
        self.held.add(slot)
        await asyncio.sleep(0)
        message = {"role": "assistant", "content": "Hello."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        return web.json_response({**answer, "choices": [choice], "timings": {"prompt_n": read}})


@pytest.fixture
async def llama() -> AsyncIterator[FakeLlama]:
    server = FakeLlama()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(llama: FakeLlama) -> AsyncIterator[LlamaClient]:
    made = LlamaClient(llama)
    yield made
    await made.close()

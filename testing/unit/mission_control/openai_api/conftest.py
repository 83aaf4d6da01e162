"""The API behind a real server, in front of an agent that answers as a test tells it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import openai
import pytest
import uvicorn
from openai import AsyncOpenAI

from pipecatapp.mission_control.auth.auth import Identity
from pipecatapp.mission_control.openai_api.completions import (
    CompletionEnd,
    CompletionRequest,
    Piece,
)
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend

ENDED = CompletionEnd("stop", 20, 3, 15, {"total_ms": 5.0}, {"kind": "answer", "name": None})


class ScriptedCompletions:
    """Answers with the pieces that a test sets; an exception among them is raised."""

    def __init__(self) -> None:
        self.pieces: list[Piece | Exception] = ["Hello", " there.", ENDED]
        self.goes_on = asyncio.Event()
        """The answer waits for this once it has said as many pieces as `said_before`."""
        self.goes_on.set()
        self.said_before = 0
        self.asked: list[tuple[CompletionRequest, Identity]] = []
        self.begun = asyncio.Event()
        self.closed = asyncio.Event()

    def models(self) -> Sequence[str]:
        return ["twin", "coding"]

    async def answer(
        self, asked: CompletionRequest, caller: Identity
    ) -> AsyncGenerator[Piece, None]:
        self.asked.append((asked, caller))
        self.begun.set()
        try:
            for place, piece in enumerate(self.pieces):
                if place >= self.said_before:
                    await self.goes_on.wait()
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.closed.set()


class ScriptedBackend(FakeBackend):
    """A backend whose completions a test sets."""

    completions: ScriptedCompletions

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.completions = ScriptedCompletions()


class Site:
    """A running server, and a key for it."""

    def __init__(self, backend: ScriptedBackend):
        self.app = create_app(backend)
        self.agent = backend.completions
        self.key = self.app.state.auth.keys.add("test")
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def client(self, key: str | None = None) -> AsyncOpenAI:
        return AsyncOpenAI(
            base_url=self.url,
            api_key=self.key if key is None else key,
            max_retries=0,
            timeout=20,
            http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
        )


class Server(uvicorn.Server):
    """Uvicorn, leaving signals to pytest."""

    def install_signal_handlers(self) -> None:
        pass


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    site = Site(ScriptedBackend(settings))
    config = uvicorn.Config(site.app, log_config=None, timeout_graceful_shutdown=1)
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[site.listener]))
    yield site
    server.should_exit = True
    await serving


@pytest.fixture
async def client(site: Site) -> AsyncIterator[AsyncOpenAI]:
    async with site.client() as client:
        yield client

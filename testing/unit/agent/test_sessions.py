"""Sessions of real pipelines on real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from pipecatapp.agent import sessions as serving
from pipecatapp.agent.sessions import Sessions
from pipecatapp.errors import UserError
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations


class Left:
    """Stands for what a session has to let go of."""

    def __init__(self, conversation: Conversation, person: str | None) -> None:
        self.of = (conversation.id, person)
        self.detached = False
        self.told = 0

    def tell_of_lists(self) -> None:
        self.told += 1

    async def detach(self) -> None:
        self.detached = True


class House:
    """An agent's sessions behind a socket, and what became of each."""

    def __init__(self, directory: Path) -> None:
        self.sessions = Sessions(self._compose, Conversations(directory))
        self.composed: list[Left] = []

    def _compose(
        self, transport: BaseTransport, conversation: Conversation, person: str | None
    ) -> tuple[PipelineWorker, Any]:
        self.composed.append(Left(conversation, person))
        pipeline = Pipeline([transport.input(), transport.output()])
        return PipelineWorker(pipeline, idle_timeout_secs=None), self.composed[-1]

    async def _socket(self, websocket: WebSocket) -> None:
        await self.sessions.serve_socket(websocket, "sofa", "Ada")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve on a free port of loopback, and yield the socket's address."""
        app = Starlette(routes=[WebSocketRoute("/ws", self._socket)])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="websockets-sansio"))
        listener = socket.create_server(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve([listener]))
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/ws"
        await self.sessions.end()
        server.should_exit = True
        await running


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def within(seconds: float, condition: Callable[[], Any]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)


async def test_a_session_lasts_as_long_as_its_socket_and_lets_go_of_its_conversation(
    house: House,
) -> None:
    async with house.serving() as address:
        async with connect(address), connect(address):
            await within(10, lambda: len(house.sessions) == 2)
        await within(10, lambda: all(left.detached for left in house.composed))
        assert len(house.sessions) == 0
    assert [left.of for left in house.composed] == [("sofa", "Ada")] * 2


async def test_the_agents_end_is_that_of_its_sessions(house: House) -> None:
    async with house.serving() as address, connect(address):
        await within(10, lambda: len(house.sessions) == 1)
        await house.sessions.end()
        await within(10, lambda: house.composed[0].detached)


async def test_a_machine_without_sound_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> BaseTransport:
        raise UserError("There is no sound device.")

    monkeypatch.setattr(serving, "local_transport", missing)
    await house.sessions.serve_local_audio()
    assert house.composed == []


async def test_all_clients_are_told_of_the_lists(house: House) -> None:
    async with house.serving() as address, connect(address), connect(address):
        await within(10, lambda: len(house.sessions) == 2)
        house.sessions.tell_of_lists()
        assert [left.told for left in house.composed] == [1, 1]

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _chunk(data: str) -> bytes:
    body = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(body), body)


def _token(text: str) -> bytes:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return _chunk(json.dumps({**chunk, "choices": [delta]}))


STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)


def answers(*words: str, after: asyncio.Event | None = None) -> Reply:
    """Stream an answer, the first word only when `after` is set."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        await writer.drain()
        if after is not None:
            await after.wait()
        for word in words:
            writer.write(_token(word))
        writer.write(_chunk("[DONE]") + b"0\r\n\r\n")

    return reply


def refuses(status: int, message: str) -> Reply:
    """Answer with an error, as llama-server words it."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        body = json.dumps({"error": {"code": status, "message": message}}).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return reply


def dies_after(*words: str) -> Reply:
    """Stream some words, then cut the connection as a killed process does."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b"".join(_token(word) for word in words))
        await writer.drain()
        writer.transport.abort()

    return reply


class ModelServer:
    """A real HTTP server on loopback that replies as it is told, one reply a request."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.request_came = asyncio.Event()
        self.restarts = True
        self.waited = 0
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_key(self) -> str:
        return "key"

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - the protocol's name
        """Start again, as the orchestrator does, unless it is told not to."""
        self.waited += 1
        if self.restarts and self._server is None:
            await self.start()
        return self.restarts

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.requests.append(json.loads(await reader.readexactly(length)))
        self.request_came.set()
        await self.replies.pop(0)(writer)
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()

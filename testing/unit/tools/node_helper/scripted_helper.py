"""A helper whose calls do what a test wants, on a socket of its own."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pipecatapp.settings import Settings
from pipecatapp.tools.node_helper.calls import HelperTools
from pipecatapp.tools.node_helper.protocol import HelperRequest
from pipecatapp.tools.node_helper.server import HelperServer


class Scripted(HelperTools):
    """Repeats what it is asked; `wait` as code waits, and notes that it was ended."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self.asked: list[HelperRequest] = []
        self.waiting = asyncio.Event()
        self.ended = 0

    async def run(self, request: HelperRequest, progress: Callable[[str], None]) -> str | None:
        self.asked.append(request)
        progress("begun")
        if request.arguments.get("code") == "wait":
            self.waiting.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.ended += 1
        if request.arguments.get("code") == "break":
            raise RuntimeError("secret")
        if request.arguments.get("code") == "flood":
            return "x" * 2**21
        return json.dumps(request.arguments)


@asynccontextmanager
async def serving(
    path: Path, calls: HelperTools, users: Iterable[int] | None = None
) -> AsyncIterator[Path]:
    """Serve calls for this user, or for others."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
        async with HelperServer(calls, [os.getuid()] if users is None else users).listening(
            listener
        ):
            yield path


async def say(path: Path, *chunks: bytes, close: bool = False) -> list[dict[str, Any]]:
    """Send bytes, and return what is answered."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        for chunk in chunks:
            writer.write(chunk)
        if close:
            writer.write_eof()
        return [json.loads(line) for line in (await reader.read()).splitlines()]
    finally:
        writer.close()
        await writer.wait_closed()

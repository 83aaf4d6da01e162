"""Mission Control before an agent whose every answer is that a call needs approval."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.fakes.server import served

CALL: dict[str, Any] = {
    "id": "a1",
    "tool": "ssh.run_command",
    "arguments": {"host": "nas", "command": "uptime"},
    "digest": "5e" * 32,
    "expires_in_s": 60.0,
}
ACTION = {"kind": "tool", "name": "ssh.run_command"}
TIMINGS = {"ttft_ms": 12.5, "total_ms": 250.0}


class ApprovingAgent(FakeBackend):
    """Asks, waits for the verdict, and tells it in a second answer."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.arguments: dict[str, Any] = CALL["arguments"]
        self.refuses = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._verdict: asyncio.Future[str] | None = None

    def settle(self, verdict: str) -> None:
        """Settle what waits, from any thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._settle, verdict)

    def _settle(self, verdict: str) -> None:
        assert self._verdict is not None
        if not self._verdict.done():
            self._verdict.set_result(verdict)

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        if self.refuses:
            raise ValueError("This call is not the one that was shown.")
        await super().decide(conversation_id, approval_id, digest, approve, by)
        self._settle("approved" if approve else "denied")

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None
    ) -> None:
        await websocket.accept()
        try:
            while True:
                if json.loads(await websocket.receive_text())["type"] == "send-text":
                    await self._answer(websocket, conversation_id)
        except WebSocketDisconnect:
            return

    async def _answer(self, websocket: WebSocket, conversation_id: str) -> None:
        async def send(kind: str, data: dict[str, Any]) -> None:
            await websocket.send_json({"label": "rtvi-ai", "type": kind, "id": "1", "data": data})

        async def tell(kind: str, /, **data: Any) -> None:
            await send("server-message", {"kind": kind, **data})

        self._loop = asyncio.get_running_loop()
        self._verdict = self._loop.create_future()
        call = {**CALL, "arguments": self.arguments}
        self.ask(conversation_id, call)
        run = {"id": "r1", "tool": call["tool"]}
        await tell("action", action=ACTION)
        await send("bot-llm-text", {"text": "May I? "})
        await tell("approval", **call)
        await tell("tool", **run, state="waiting", line=None)
        await tell("timings", **TIMINGS)
        verdict = await self._verdict
        await tell("approval-settled", id=call["id"], verdict=verdict)
        if verdict == "withdrawn":
            return
        await tell("tool", **run, state="running", line="connected")
        await tell("tool", **run, state="done", line=None)
        await send("bot-llm-text", {"text": f"It was {verdict}. "})
        await tell("timings", ttft_ms=99.0)


@contextmanager
def approving_agent(home: Path) -> Iterator[ApprovingAgent]:
    """Serve on a free port of loopback, where the command line finds it."""
    with served(ApprovingAgent(Settings(home=home))) as agent:
        yield agent

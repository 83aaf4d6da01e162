"""A client of the agent's socket, which browsers use too, for the command line and benchmarks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import numpy as np
import websockets

from pipecatapp.client.api import agent_headers, agent_ssl, agent_url, not_running
from pipecatapp.client.approvals import ApprovalDecisions, Approver
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings

SAMPLE_RATE = 16_000
CHUNK_MS = 20
CHUNK_BYTES = 2 * SAMPLE_RATE * CHUNK_MS // 1000
GONE = "The agent closed the connection: see its log."
VOICED_LEVEL = 0.01
"""Amplitude, of 1.0, above which a sample counts as voice."""


@dataclass
class TurnResult:
    """One turn as the client saw it. Times are seconds of the monotonic clock.

    If a call needed approval, the reply holds the answers before and after it, each on a line of
    its own; the timings are those of the first.
    """

    transcript: str = ""
    reply: str = ""
    audio: bytes = b""
    action: dict[str, Any] = field(default_factory=lambda: {"kind": "answer", "name": None})
    timings: dict[str, Any] = field(default_factory=dict)
    voice_ended: float | None = None
    first_audio: float | None = None

    @property
    def voice_to_voice(self) -> float | None:
        """Seconds from the last voiced sample sent to the first audio byte received."""
        if self.voice_ended is None or self.first_audio is None:
            return None
        return self.first_audio - self.voice_ended

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "transcript": self.transcript,
            "reply": self.reply,
            "action": self.action,
            "timings": self.timings,
        }


def last_voiced_byte(pcm: bytes) -> int:
    """Return the byte offset after the last voiced sample of PCM16 audio; 0 if all is silent."""
    # Wider first: the lowest 16-bit value has no positive counterpart.
    samples = np.abs(np.frombuffer(pcm, dtype=np.int16).astype(np.int32))
    voiced = np.flatnonzero(samples > VOICED_LEVEL * 32768)
    return 0 if len(voiced) == 0 else 2 * (int(voiced[-1]) + 1)


class TwinClient:
    """A connected client. Use `connect` to get one."""

    def __init__(self, socket: websockets.ClientConnection, decisions: ApprovalDecisions):
        self._socket = socket
        self._decisions = decisions
        self._turn = TurnResult()
        self._answers = 0
        self._scope: asyncio.Timeout | None = None
        self._timeout = 0.0
        self._done = asyncio.Event()
        self._problem: str | None = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, settings: Settings, approver: Approver | None = None
    ) -> AsyncIterator[Self]:
        """Connect to the agent of this machine with the local key.

        Args:
            settings: Where the agent's state directory is.
            approver: Decides about calls that need a person; without one they are denied.

        Raises:
            UserError: No agent runs here, or it refused.
        """
        url = agent_url(settings).replace("http", "ws", 1) + "/ws"
        try:
            async with websockets.connect(
                url,
                additional_headers=agent_headers(settings),
                ssl=agent_ssl(settings),
                proxy=None,
                max_size=2**22,
            ) as socket:
                client = cls(socket, ApprovalDecisions(settings, approver))
                try:
                    await client._send("client-ready", {"version": "2.0.0", "sample_rate": 16000})
                    yield client
                finally:
                    client._reader.cancel()
                    client._decisions.cancel()
        except (OSError, websockets.InvalidHandshake) as error:
            raise UserError(f"{not_running(settings)} ({error})") from error

    async def _send(self, kind: str, data: dict[str, Any]) -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": uuid4().hex, "data": data}
        try:
            await self._socket.send(json.dumps(message))
        except websockets.ConnectionClosed as error:
            raise UserError(GONE) from error

    # -- turns ------------------------------------------------------------------------------

    async def say(self, text: str, *, audio: bool = False, timeout: float = 180) -> TurnResult:  # noqa: ASYNC109 - a bound, not a scope
        """Type something and return the turn.

        Args:
            text: What is typed.
            audio: Whether the answer is spoken too.
            timeout: Seconds to wait for the answer's end.

        Raises:
            UserError: The agent refused, or did not answer in time.
        """
        self._begin()
        await self._send("send-text", {"content": text, "options": {"audio_response": audio}})
        self._turn.transcript = text
        return await self._finish(timeout)

    async def speak(self, pcm: bytes, *, timeout: float = 180) -> TurnResult:  # noqa: ASYNC109 - a bound, not a scope
        """Speak at real-time pace, then be silent and return the turn.

        Args:
            pcm: PCM16 mono at 16 kHz.
            timeout: Seconds to wait for the answer's end.

        Raises:
            UserError: The agent refused, or did not answer in time.
        """
        self._begin()
        voiced = last_voiced_byte(pcm)
        speaking = asyncio.create_task(self._stream(pcm, voiced))
        try:
            return await self._finish(timeout)
        finally:
            speaking.cancel()
            # The reader reports a lost connection.
            with suppress(asyncio.CancelledError, websockets.ConnectionClosed):
                await speaking

    async def _stream(self, pcm: bytes, voiced: int) -> None:
        """Send audio in steps of 20 ms, as a microphone does, and silence after it."""
        start, sent = time.monotonic(), 0
        while True:
            chunk = pcm[sent : sent + CHUNK_BYTES].ljust(CHUNK_BYTES, b"\0")
            due = start + (sent + CHUNK_BYTES) / (2 * SAMPLE_RATE)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._socket.send(chunk)
            if sent < voiced <= sent + CHUNK_BYTES:
                self._turn.voice_ended = time.monotonic()
            sent += CHUNK_BYTES

    def _begin(self) -> None:
        if self._reader.done():
            raise UserError(GONE)
        self._turn = TurnResult()
        self._answers = 1
        self._problem = None
        self._done.clear()

    async def _finish(self, timeout: float) -> TurnResult:  # noqa: ASYNC109 - a bound, not a scope
        self._timeout = timeout
        try:
            async with asyncio.timeout(timeout) as self._scope:
                await self._done.wait()
        except TimeoutError as error:
            raise UserError(
                f"The twin did not answer within {timeout:.0f} s: was anything said? "
                "See `pipecatapp doctor`."
            ) from error
        finally:
            self._scope = None
        if self._problem:
            raise UserError(self._problem)
        return self._turn

    # -- incoming messages ------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            with suppress(websockets.ConnectionClosed):
                async for message in self._socket:
                    if isinstance(message, bytes):
                        self._on_audio(message)
                    else:
                        self._on_message(json.loads(message))
        finally:
            self._problem = self._problem or GONE
            self._done.set()

    def _on_audio(self, audio: bytes) -> None:
        if self._turn.first_audio is None and any(audio):
            self._turn.first_audio = time.monotonic()
        self._turn.audio += audio

    def _on_message(self, message: dict[str, Any]) -> None:
        data = message.get("data") or {}
        match message.get("type"):
            case "user-transcription" if data.get("final") and data.get("text"):
                self._turn.transcript = f"{self._turn.transcript} {data['text']}".strip()
            case "bot-llm-text":
                self._turn.reply += data.get("text", "")
            case "error" | "error-response":
                self._problem = data.get("error", "The agent reported an error.")
                self._done.set()
            case "server-message":
                details = {name: value for name, value in data.items() if name != "kind"}
                self._on_server_message(data.get("kind"), details)

    def _on_server_message(self, kind: str | None, details: dict[str, Any]) -> None:
        match kind:
            case "timings":
                self._turn.timings = self._turn.timings or details
                self._answered()
            case "action":
                self._turn.action = details["action"]
            case "tool":
                # A tool has a time limit of its own.
                running = details["state"] in ("waiting", "running")
                self._allow_time(None if running else self._timeout)
            case "approval":
                self._on_approval(details)
            case "approval-settled":
                self._on_approval_settled(details)

    def _answered(self) -> None:
        self._answers -= 1
        self._turn.reply = self._turn.reply.strip()
        if self._answers > 0:
            self._turn.reply += "\n"
        else:
            self._done.set()

    def _allow_time(self, seconds: float | None) -> None:
        if self._scope is None or self._scope.expired():
            return
        now = asyncio.get_running_loop().time()
        self._scope.reschedule(None if seconds is None else now + seconds)

    # -- approvals --------------------------------------------------------------------------

    def _on_approval(self, details: dict[str, Any]) -> None:
        if self._answers > 0 and self._decisions.ask(details):
            # The result of the call comes in an answer of its own.
            self._answers += 1
            self._allow_time(None)

    def _on_approval_settled(self, details: dict[str, Any]) -> None:
        if not self._decisions.settle(details["id"], details["verdict"]):
            return
        self._allow_time(self._timeout)
        if details["verdict"] == "withdrawn":
            # No further answer follows.
            self._answers -= 1
            if self._answers == 0:
                self._turn.reply = self._turn.reply.strip()
                self._done.set()

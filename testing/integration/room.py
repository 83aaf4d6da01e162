"""A client in a room: what its loudspeaker plays comes back into its microphone."""

import asyncio
import functools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import websockets

from ..speaking import Samples
from .conftest import RunningAgent

RATE = 16_000
CHUNK = RATE // 50
LONGEST_SECONDS = 300


@dataclass
class Room:
    """A connected client with a microphone, a loudspeaker and an acoustic path between them."""

    socket: websockets.ClientConnection
    delay: float = 0.2
    gain: float = 0.0
    noise: float = 0.0
    messages: list[dict[str, Any]] = field(default_factory=list)
    last_audio: float = 0.0
    """When audio last arrived, in seconds of the monotonic clock."""
    closed: bool = False
    """Whether the agent hung up, so that nothing more arrives."""

    def __post_init__(self) -> None:
        self._echo = np.zeros(LONGEST_SECONDS * RATE)
        self._voice = np.zeros(0)
        self._random = np.random.default_rng(7)
        self._started = time.monotonic()
        self._played = 0
        self._changed = asyncio.Condition()
        self._online = asyncio.Event()
        self._online.set()

    def _now(self) -> int:
        return int((time.monotonic() - self._started) * RATE)

    async def listen(self) -> None:
        """Take what the agent sends and play it."""
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    samples = np.frombuffer(message, np.int16) / 32768.0
                    self.last_audio = time.monotonic()
                    begin = max(self._played, self._now())
                    self._played = begin + len(samples)
                    late = begin + int(self.delay * RATE)
                    self._echo[late : late + len(samples)] += self.gain * samples
                else:
                    self.messages.append(json.loads(message))
                async with self._changed:
                    self._changed.notify_all()
        finally:
            self.closed = True
            async with self._changed:
                self._changed.notify_all()

    async def microphone(self) -> None:
        """Send what the microphone hears, 20 ms at a time."""
        position = 0
        while True:
            due = self._started + (position + CHUNK) / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._online.wait()
            heard = self._echo[position : position + CHUNK].copy()
            said, self._voice = self._voice[:CHUNK], self._voice[CHUNK:]
            heard[: len(said)] += said
            heard += self._random.normal(0, self.noise, CHUNK)
            await self.socket.send((heard.clip(-1, 1) * 32767).astype(np.int16).tobytes())
            position += CHUNK
            if len(said) and not len(self._voice):
                async with self._changed:
                    self._changed.notify_all()

    async def say(self, voice: Samples) -> None:
        """Speak into the microphone, and return when that is done."""
        self._voice = voice
        await self.until(lambda: not len(self._voice), 60)

    async def say_while_offline(self, voice: Samples) -> None:
        """Speak while the network stalls: all of it arrives at once afterwards."""
        self._online.clear()
        saying = asyncio.create_task(self.say(voice))
        await asyncio.sleep(len(voice) / RATE + 1.0)
        self._online.set()
        await saying

    async def send(self, kind: str, **data: Any) -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": uuid4().hex, "data": data}
        await self.socket.send(json.dumps(message))

    async def until(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Wait for `condition` to hold, looked at whenever something arrives.

        Raises:
            TimeoutError: It does not hold in time; the error says what arrived last.
        """
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: condition() or self.closed)
        except TimeoutError as error:
            raise TimeoutError(f"after {seconds:g} s; it last sent {self.messages[-3:]}") from error
        held = condition()
        assert held, f"the agent hung up; it last sent {self.messages[-3:]}"
        return held

    # -- what the agent told ----------------------------------------------------------------

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of the messages of a kind: RTVI's type, or our own `kind`."""
        data = [(m["type"], m.get("data") or {}) for m in self.messages]
        return [d for t, d in data if t == kind or d.get("kind") == kind]

    def reply(self) -> str:
        return "".join(d.get("text", "") for d in self.told("bot-llm-text"))


def once_more(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Let a test that fails try again, in a conversation of its own, before it counts.

    These tests speak in real time. On two cores that others use, a word may be heard too late or
    wrongly once; what fails twice is no accident.
    """

    @functools.wraps(test)
    async def attempt(agent: RunningAgent, key: str, **parameters: Any) -> None:
        try:
            await test(agent=agent, key=key, **parameters)
        except (Exception, pytest.fail.Exception) as failure:
            print(f"{test.__name__} tries again: {failure!r}")
            agent.judged = len(agent.lines)
            await test(agent=agent, key=agent.new_key(), **parameters)

    return attempt


@asynccontextmanager
async def open_page(
    url: str,
    headers: dict[str, str],
    *,
    microphone: bool = False,
    delay: float = 0.2,
    gain: float = 0.0,
    noise: float = 0.0,
) -> AsyncIterator[Room]:
    """Connect a client and declare it ready.

    Args:
        url: Of the agent.
        headers: What lets it in.
        microphone: Whether it has one, which then runs.
        delay: Seconds until the loudspeaker is heard by the microphone.
        gain: How loud it is there, of 1.
        noise: Standard deviation of the microphone's noise, of 1.
    """
    async with websockets.connect(
        url.replace("http", "ws", 1) + "/ws",
        additional_headers=headers,
        proxy=None,
        max_size=2**22,
    ) as socket:
        room = Room(socket, delay, gain, noise)
        tasks = [asyncio.create_task(room.listen())]
        if microphone:
            tasks.append(asyncio.create_task(room.microphone()))
        try:
            await room.send("client-ready", version="2.0.0", sample_rate=RATE)
            await room.until(lambda: room.told("session"), 30)
            yield room
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def connect(url: str, key: str, **acoustics: float) -> AsyncIterator[Room]:
    """Connect a program by its key, with a microphone in a room as `open_page` describes it."""
    headers = {"Authorization": f"Bearer {key}"}
    async with open_page(url, headers, microphone=True, **acoustics) as room:
        yield room

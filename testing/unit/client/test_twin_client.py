import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets

from pipecatapp.client.twin_client import (
    CHUNK_BYTES,
    SAMPLE_RATE,
    TurnResult,
    TwinClient,
    last_voiced_byte,
)
from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.settings import Settings

Serve = Callable[[websockets.ServerConnection], Awaitable[None]]
TIMINGS = {"ttft_ms": 12.5, "total_ms": 250.0}


def pcm(*samples: int) -> bytes:
    return np.array(samples, np.int16).tobytes()


@pytest.mark.parametrize(
    ("audio", "end"),
    [
        (b"", 0),
        (pcm(0, 0, 0), 0),
        (pcm(100, -100), 0),
        (pcm(0, 5000, 0, 0), 4),
        (pcm(0, -5000, 0, 0), 4),
        (pcm(5000, 0, 5000), 6),
        (pcm(-32768, 0), 2),
    ],
)
def test_the_last_voiced_sample(audio: bytes, end: int) -> None:
    assert last_voiced_byte(audio) == end


def test_voice_to_voice_is_known_only_when_both_ends_are() -> None:
    assert TurnResult().voice_to_voice is None
    assert TurnResult(voice_ended=1.0).voice_to_voice is None
    assert TurnResult(voice_ended=1.0, first_audio=1.5).voice_to_voice == 0.5


def event(kind: str, /, **data: Any) -> str:
    return json.dumps({"label": "rtvi-ai", "type": kind, "id": "1", "data": data})


async def messages(socket: websockets.ServerConnection, kind: str) -> dict[str, Any]:
    """Return the data of the next message of a kind."""
    async for message in socket:
        if isinstance(message, str) and json.loads(message)["type"] == kind:
            return dict(json.loads(message)["data"])
    raise AssertionError(f"no {kind} came")


@asynccontextmanager
async def agent(home: Path, serve: Serve) -> AsyncIterator[Settings]:
    """Run a socket server of the agent's protocol on loopback."""
    KeyStore(home).ensure_local()
    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Settings(home=home, port=port)


async def test_a_typed_turn(tmp_path: Path) -> None:
    async def serve(socket: websockets.ServerConnection) -> None:
        assert (await messages(socket, "client-ready"))["sample_rate"] == SAMPLE_RATE
        assert (await messages(socket, "send-text"))["content"] == "Hello?"
        await socket.send(event("bot-llm-text", text="Hello "))
        await socket.send(bytes(4) + pcm(900))
        await socket.send(event("bot-llm-text", text="you. "))
        await socket.send(event("server-message", kind="timings", **TIMINGS))
        await socket.wait_closed()

    async with agent(tmp_path, serve) as settings, TwinClient.connect(settings) as client:
        turn = await client.say("Hello?")
    assert turn.as_dict() == {
        "transcript": "Hello?",
        "reply": "Hello you.",
        "action": {"kind": "answer", "name": None},
        "timings": TIMINGS,
    }
    assert turn.audio == bytes(4) + pcm(900)


async def test_a_spoken_turn_goes_out_in_steps_and_silence_follows_it(tmp_path: Path) -> None:
    spoken = pcm(*([3000] * 700))
    heard = bytearray()

    async def serve(socket: websockets.ServerConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                assert len(message) == CHUNK_BYTES
                heard.extend(message)
            if len(heard) == 4 * CHUNK_BYTES:
                break
        await socket.send(event("user-transcription", final=False, text="What"))
        await socket.send(event("user-transcription", final=True, text="What is"))
        await socket.send(event("user-transcription", final=True, text="that?"))
        await socket.send(event("bot-llm-text", text="A test."))
        await socket.send(pcm(0, 900))
        await socket.send(event("server-message", kind="timings", **TIMINGS))
        await socket.wait_closed()

    async with agent(tmp_path, serve) as settings, TwinClient.connect(settings) as client:
        turn = await client.speak(spoken)
    assert bytes(heard[: len(spoken)]) == spoken
    assert not any(heard[len(spoken) :])
    assert (turn.transcript, turn.reply) == ("What is that?", "A test.")
    assert turn.voice_to_voice is not None


async def test_an_error_of_the_agent_is_passed_on(tmp_path: Path) -> None:
    async def serve(socket: websockets.ServerConnection) -> None:
        await messages(socket, "send-text")
        await socket.send(event("error", error="The message is too long."))
        await socket.wait_closed()

    async with agent(tmp_path, serve) as settings, TwinClient.connect(settings) as client:
        with pytest.raises(UserError, match="too long"):
            await client.say("x")


async def test_an_agent_that_goes_away_is_noticed_at_once(tmp_path: Path) -> None:
    async def serve(socket: websockets.ServerConnection) -> None:
        await messages(socket, "send-text")
        socket.transport.abort()

    async with agent(tmp_path, serve) as settings, TwinClient.connect(settings) as client:
        with pytest.raises(UserError, match="closed the connection"):
            await client.say("x")
        with pytest.raises(UserError, match="closed the connection"):
            await client.say("x")


async def test_an_agent_that_never_answers_is_given_up(tmp_path: Path) -> None:
    async def serve(socket: websockets.ServerConnection) -> None:
        await socket.wait_closed()

    async with agent(tmp_path, serve) as settings, TwinClient.connect(settings) as client:
        with pytest.raises(UserError, match="did not answer within"):
            await client.say("x", timeout=0.01)


async def test_no_agent_runs_here(tmp_path: Path) -> None:
    async with agent(tmp_path, lambda socket: asyncio.sleep(0)) as settings:
        pass
    with pytest.raises(UserError, match="Start it with `pipecatapp run`"):
        async with TwinClient.connect(settings):
            pass


async def test_no_agent_ever_ran_here(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Start it with `pipecatapp run`"):
        async with TwinClient.connect(Settings(home=tmp_path)):
            pass

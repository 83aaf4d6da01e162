"""Interrupting the agent: by speaking over it, by the stop button, by saying stop."""

import asyncio
import time

import pytest

from ..speaking import speech
from .conftest import RunningAgent
from .room import Room, connect, once_more

pytestmark = [pytest.mark.integration, pytest.mark.realtime]
LONG = "Tell me a long story about a dragon."
SILENT_SECONDS = 3


async def begin_long_answer(room: Room) -> None:
    await room.send("send-text", content=LONG, options={"audio_response": True})
    await room.until(lambda: room.told("bot-started-speaking"), 60)


async def silence(room: Room) -> None:
    """Return when no audio came for a while."""
    heard = room.last_audio
    with pytest.raises(TimeoutError):
        await room.until(lambda: room.last_audio > heard, SILENT_SECONDS)


@pytest.mark.parametrize("gain", [0.0, 0.3])
@once_more
async def test_a_voice_over_the_answer_is_heard_and_answered(
    agent: RunningAgent, key: str, gain: float
) -> None:
    question = speech(agent.settings.models_dir, "What is the capital of France?") * 0.6
    async with connect(agent.url, key, gain=gain, noise=0.001) as room:
        await begin_long_answer(room)
        began = room.last_audio
        await room.until(lambda: room.last_audio > began + 2, 30)
        asked = time.monotonic()
        saying = asyncio.create_task(room.say(question))
        await room.until(lambda: room.told("bot-stopped-speaking"), 10)
        assert room.last_audio - asked < 1.5
        room.messages.clear()
        await saying
        await room.until(lambda: "paris" in room.reply().lower(), 60)


@once_more
async def test_the_stop_button_ends_the_audio_at_once(agent: RunningAgent, key: str) -> None:
    async with connect(agent.url, key) as room:
        await begin_long_answer(room)
        await room.send("client-message", t="stop")
        await room.until(lambda: room.told("bot-stopped-speaking"), 5)
        await silence(room)


@once_more
async def test_a_spoken_stop_ends_the_answer_and_gets_none(agent: RunningAgent, key: str) -> None:
    # Spoken by this voice it is heard rightly in each of eight ways, "please stop" in six.
    stop = speech(agent.settings.models_dir, "That's enough.") * 0.6
    async with connect(agent.url, key) as room:
        await begin_long_answer(room)
        said = len(room.told("bot-started-speaking"))
        await room.say(stop)
        await room.until(lambda: room.told("bot-stopped-speaking"), 10)
        heard = await room.until(lambda: room.told("user-transcription"), 30)
        assert "enough" in heard[-1]["text"].lower()
        await silence(room)
        assert len(room.told("bot-started-speaking")) == said
    agent.assert_untroubled()

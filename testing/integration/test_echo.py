"""Hands-free: the agent's own voice comes back into the microphone, and it never answers it."""

import asyncio

import pytest

from ..speaking import speech
from .conftest import RunningAgent
from .room import connect, once_more

pytestmark = [pytest.mark.integration, pytest.mark.realtime]
HEARD_SECONDS = 30


@pytest.mark.parametrize(("delay", "gain"), [(0.15, 0.5), (0.4, 0.5)])
@once_more
async def test_it_never_answers_itself(
    agent: RunningAgent, key: str, delay: float, gain: float
) -> None:
    question = speech(agent.settings.models_dir, "Can you explain what a rainbow is?")
    async with connect(agent.url, key, delay=delay, gain=gain, noise=0.001) as room:
        await room.say(question * 0.5)
        await room.until(lambda: room.told("timings"), 60)
        with pytest.raises(TimeoutError):
            await room.until(lambda: len(room.told("timings")) > 1, HEARD_SECONDS)
        assert room.reply()
        roles = [entry["role"] for entry in await asyncio.to_thread(agent.ask, "/api/history", key)]
        assert roles == ["user", "assistant"]
    agent.assert_untroubled()

"""A wireless network that stalls: what was said meanwhile arrives all at once."""

import pytest

from ..speaking import speech
from .conftest import RunningAgent
from .room import connect, once_more

pytestmark = [pytest.mark.integration, pytest.mark.realtime]
QUESTION = (
    "Good evening to you all, it is raining cats and dogs today. What is the capital of France?"
)


@once_more
async def test_words_that_arrive_all_at_once_are_heard_from_the_first_on(
    agent: RunningAgent, key: str
) -> None:
    question = speech(agent.settings.models_dir, QUESTION)
    async with connect(agent.url, key, noise=0.001) as room:
        await room.say_while_offline(question)
        await room.until(lambda: "paris" in room.reply().lower(), 60)
        assert room.told("user-transcription")[0]["text"].lower().startswith("good evening")
    agent.assert_untroubled()

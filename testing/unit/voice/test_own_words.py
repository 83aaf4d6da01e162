import numpy as np
import pytest
from pipecat.frames.frames import Frame, TranscriptionFrame, VADUserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from pipecatapp.voice.echo import EchoDetector
from pipecatapp.voice.own_words import REMEMBERED_SECS, OwnWords, OwnWordsFilter

SAID = "The capital of France is Paris. It lies on the river Seine, and millions live there."


@pytest.fixture
def words() -> OwnWords:
    words = OwnWords()
    for sentence in SAID.split(". "):
        words.said(sentence, 10.0)
    return words


@pytest.mark.parametrize(
    "transcript",
    [
        "The capital of France is Paris.",
        "is Paris it lies on the river",
        "It lies on the river sane and millions live",
        SAID,
    ],
)
def test_what_repeats_the_agent_is_known(words: OwnWords, transcript: str) -> None:
    assert words.repeats(transcript, 12.0)


@pytest.mark.parametrize(
    "transcript",
    [
        "What is the capital of Italy?",
        "And how many people live in London?",
        "Paris.",
        "Stop",
        "",
        "Turn on the light in the kitchen",
    ],
)
def test_what_a_person_says_is_not(words: OwnWords, transcript: str) -> None:
    assert not words.repeats(transcript, 12.0)


def test_after_a_while_anybody_may_say_it(words: OwnWords) -> None:
    assert not words.repeats("The capital of France is Paris.", 11.0 + REMEMBERED_SECS)


async def heard(words: OwnWords, *, over_the_agent: bool) -> list[Frame]:
    """Return what the filter lets through of a transcript that repeats the agent."""
    echo = EchoDetector()
    if over_the_agent:
        echo.played(np.zeros(640))
    gate = OwnWordsFilter(words, echo)
    repetition = TranscriptionFrame("The capital of France is Paris.", "", "")
    await gate.process_frame(VADUserStartedSpeakingFrame(), FrameDirection.UPSTREAM)
    down, _ = await run_test(gate, frames_to_send=[repetition])
    return [frame for frame in down if isinstance(frame, TranscriptionFrame)]


async def test_only_over_the_agent_is_a_repetition_dropped() -> None:
    words = OwnWords()
    words.said(SAID)
    assert await heard(words, over_the_agent=True) == []
    assert len(await heard(words, over_the_agent=False)) == 1

"""The strategy on Pipecat's own tasks and timers; what happens is awaited, never slept for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from pipecat.clocks.system_clock import SystemClock
from pipecat.frames.frames import (
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.utils.asyncio.task_manager import TaskManager

from pipecatapp.voice.turns import SpeculativeSpeechTimeout
from pipecatapp.voice.whisper import SpeechPendingFrame

VAD_STOP_SECS = 0.2
Event = tuple[str, Any]


class Turn:
    """A strategy, and what it decided so far."""

    def __init__(self) -> None:
        self.strategy = SpeculativeSpeechTimeout(user_speech_timeout=0.05)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.stretches = 0
        for name, kind in (
            ("on_user_turn_inference_triggered", "answer"),
            ("on_user_turn_speculation_cancelled", "withdraw"),
            ("on_user_turn_stopped", "stop"),
        ):
            self._collect(name, kind)

    def _collect(self, name: str, kind: str) -> None:
        async def handler(_: Any, *arguments: Any) -> None:
            self.events.put_nowait((kind, arguments[0] if arguments else None))
            if kind == "stop":
                # As Pipecat's controller does.
                await self.strategy.handle_user_turn_stopped()

        self.strategy.add_event_handler(name, handler)

    async def next(self, kind: str) -> Any:
        seen, detail = await asyncio.wait_for(self.events.get(), 10)
        assert seen == kind
        return detail

    async def speaks(self) -> None:
        await self.strategy.process_frame(VADUserStartedSpeakingFrame())

    async def pauses(self) -> None:
        await self.strategy.process_frame(VADUserStoppedSpeakingFrame(stop_secs=VAD_STOP_SECS))
        await self._awaits(self.stretches + 1)

    async def is_silent(self) -> None:
        """Return when the silence that ends a turn is over."""
        silence = self.strategy._user_speech_timeout_task
        assert silence is not None
        await silence

    async def is_heard(self, text: str) -> None:
        if text:
            await self.strategy.process_frame(TranscriptionFrame(text, "", "", finalized=True))
        await self._awaits(max(0, self.stretches - 1))

    async def _awaits(self, stretches: int) -> None:
        self.stretches = stretches
        await self.strategy.process_frame(SpeechPendingFrame(stretches))


@pytest.fixture
async def turn() -> AsyncIterator[Turn]:
    turn = Turn()
    setup = FrameProcessorSetup(
        clock=SystemClock(), task_manager=TaskManager(), pipeline_worker=cast(Any, None)
    )
    await turn.strategy.setup(setup)
    await turn.strategy.process_frame(
        STTMetadataFrame(service_name="whisper", ttfs_p99_latency=20.0)
    )
    await turn.strategy.handle_user_turn_started()
    await turn.speaks()
    yield turn
    await turn.strategy.cleanup()


async def test_a_pause_is_answered_before_the_turn_is_known_to_be_over(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_heard("What is the capital of France?")
    assert (await turn.next("answer")).text == "What is the capital of France?"
    assert (await turn.next("stop")).confirms_speculation


async def test_a_voice_that_goes_on_withdraws_the_answer(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_heard("What is")
    assert (await turn.next("answer")).text == "What is"
    await turn.speaks()
    await turn.next("withdraw")
    await turn.pauses()
    await turn.is_heard("the capital of France?")
    assert (await turn.next("answer")).text == "What is the capital of France?"
    assert (await turn.next("stop")).confirms_speculation


async def test_a_late_transcript_ends_the_turn_at_once_and_is_answered_once(turn: Turn) -> None:
    await turn.pauses()
    # The silence is long over when a slow processor has the transcript.
    await turn.is_silent()
    await turn.is_heard("Hello?")
    assert await turn.next("answer") is None
    assert not (await turn.next("stop")).confirms_speculation
    assert turn.events.empty()


async def test_a_second_transcript_replaces_the_first_answer(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_heard("One.")
    await turn.next("answer")
    await turn.is_heard("Two.")
    await turn.next("withdraw")
    assert (await turn.next("answer")).text == "One. Two."
    assert (await turn.next("stop")).confirms_speculation


async def test_a_turn_that_something_else_ended_leaves_no_answer_behind(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_heard("Hello.")
    await turn.next("answer")
    await turn.strategy.handle_user_turn_stopped()
    await turn.next("withdraw")


async def test_a_new_turn_knows_nothing_of_the_one_before(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_heard("One.")
    await turn.next("answer")
    await turn.next("stop")
    await turn.strategy.handle_user_turn_started()
    await turn.speaks()
    await turn.pauses()
    await turn.is_heard("Two.")
    assert (await turn.next("answer")).text == "Two."


async def test_a_turn_waits_for_all_that_was_said_in_it(turn: Turn) -> None:
    await turn.pauses()
    await turn.speaks()
    await turn.pauses()
    await turn.is_silent()
    await turn.is_heard("What is")
    assert turn.events.empty()
    await turn.is_heard("the capital of France?")
    assert await turn.next("answer") is None
    await turn.next("stop")
    assert turn.events.empty()


async def test_a_noise_behind_the_words_does_not_hold_up_the_turn(turn: Turn) -> None:
    await turn.pauses()
    await turn.speaks()
    await turn.pauses()
    await turn.is_heard("Good morning.")
    await turn.is_heard("")
    assert (await turn.next("answer")).text == "Good morning."
    assert (await turn.next("stop")).confirms_speculation


async def test_who_goes_on_while_the_words_are_awaited_is_heard_out(turn: Turn) -> None:
    await turn.pauses()
    await turn.is_silent()
    await turn.speaks()
    await turn.is_heard("What is")
    await turn.next("answer")
    await turn.pauses()
    await turn.is_heard("the capital of France?")
    await turn.next("withdraw")
    assert (await turn.next("answer")).text == "What is the capital of France?"

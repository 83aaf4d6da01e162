"""What was written stays, with a mark of how far it was heard."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipecatapp.agent.announcements import Announcements
from pipecatapp.agent.session import Exchange, Session
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.store import flush
from pipecatapp.twin.recall.forgetting import ForgottenFact, without
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.turn_context import TurnContext
from pipecatapp.voice.microphone import MicrophoneGate

from .conftest import ModelServer, answers, writes
from .pipeline import Line, until


def contents(conversation: Conversation) -> list[str]:
    """Return the texts of a prompt."""
    prompt: list[Any] = conversation.prompt()
    return [message["content"] for message in prompt]


STORY = ("Once there was a snail. ", "It had a yellow house. ", "One day it went to sea.")


class SlowVoice(FrameProcessor):
    """Speaks the first pieces of an answer, and is busy with them from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = 1
        self.waiting: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self.waiting = []
        if isinstance(frame, LLMTextFrame) and self.pieces:
            self.pieces -= 1
            spoken = TTSTextFrame(frame.text, text_type="sentence")
            spoken.includes_inter_frame_spaces = True
            await self.push_frame(spoken)
        elif isinstance(frame, (LLMTextFrame, LLMFullResponseEndFrame)):
            self.waiting.append(frame)
        else:
            await self.push_frame(frame, direction)

    @property
    def has_all(self) -> bool:
        return any(isinstance(frame, LLMFullResponseEndFrame) for frame in self.waiting)


class Page:
    """An open page whose answers are spoken slowly."""

    def __init__(self, context: TurnContext, server: ModelServer):
        self.voice = SlowVoice()
        twin = TwinService(context, server, 0)
        self.line = Line(context.conversation, twin, self.voice)
        self.exchanges: list[Exchange] = []
        nothing_is_due = Schedule(Path("unused"))
        self.announcements = Announcements(nothing_is_due, lambda _: context.pending_results)
        self.session = Session(
            context, self.line.worker, MicrophoneGate(), twin, self.line.written, self
        )
        self.session.attach(self.line.aggregators)

    def turn_finished(self, timings: TurnTimings) -> None: ...

    async def exchanged(self, conversation_id: str, person: str | None, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    async def condense(self, conversation: Conversation) -> None: ...

    async def ask(self, words: str) -> None:
        """Type something, and wait until its answer is written."""
        self.session._heard(words)  # as the client's message is seen by the pipeline's observer
        await self.line.type(words)
        await until(lambda: self.voice.has_all)

    async def interrupt(self) -> None:
        entries = len(self.line.conversation.log)
        await self.line.worker.queue_frame(InterruptionFrame())
        await until(lambda: len(self.line.conversation.log) > entries)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.json"


@pytest.fixture
async def page(server: ModelServer, agent_context: AgentContext, path: Path) -> AsyncIterator[Page]:
    page = Page(TurnContext(agent_context, Conversation("a", path), TurnClock()), server)
    async with page.line.open():
        server.replies = [writes("answer"), answers(*STORY)]
        yield page
        await agent_context.runner.close()


async def test_an_interrupted_answer_is_kept_as_it_was_written(page: Page, path: Path) -> None:
    await page.ask("tell me of a snail")
    await page.interrupt()
    flush()
    entries = Conversation("a", path).history()
    assert [entry["text"] for entry in entries] == ["tell me of a snail", "".join(STORY)]
    assert entries[1]["heard"].strip() == STORY[0].strip()


async def test_the_model_reads_what_was_heard(page: Page, server: ModelServer, path: Path) -> None:
    await page.ask("tell me of a snail")
    await page.interrupt()
    server.replies = [writes("answer"), answers("All right.")]
    await page.ask("tell me of a whale")
    read = [message["content"] for message in server.requests[-1]["messages"]]
    assert read[-2].strip() == STORY[0].strip()
    flush()
    later = Conversation("a", path)
    assert contents(later)[: len(read) - 2] == read[1:-1]


async def test_an_answer_of_which_nothing_was_heard_is_in_the_log(
    page: Page, server: ModelServer
) -> None:
    page.voice.pieces = 0
    await page.ask("tell me of a snail")
    await page.interrupt()
    last = page.line.conversation.log[-1]
    assert (last.role, last.text, last.heard) == ("assistant", "".join(STORY), "")
    assert len(contents(page.line.conversation)) == 1
    assert page.exchanges == []


async def test_an_answer_that_was_heard_to_its_end_has_no_mark(
    page: Page, server: ModelServer
) -> None:
    page.voice.pieces = len(STORY)
    await page.ask("tell me of a snail")
    await page.interrupt()
    last = page.line.conversation.log[-1]
    assert (last.text, last.heard) == ("".join(STORY), None)


async def test_what_is_typed_over_an_answer_stands_behind_it(page: Page) -> None:
    await page.ask("tell me of a snail")
    page.session._heard("no wait")
    await page.interrupt()
    assert [entry.text for entry in page.line.conversation.log] == [
        *("tell me of a snail", "".join(STORY), "no wait")
    ]
    assert [exchange.said for exchange in page.exchanges] == ["tell me of a snail"]


async def test_what_was_never_heard_is_forgotten_too(page: Page, path: Path) -> None:
    await page.ask("tell me of a snail")
    await page.interrupt()
    state = page.line.conversation.state()
    assert "yellow house" in json.dumps(state["messages"])
    remaining = without(state, [ForgottenFact("The snail had a yellow house.")])
    assert "yellow" not in json.dumps(remaining)


def test_what_earlier_versions_kept_has_no_mark(path: Path) -> None:
    entry = {"role": "assistant", "text": "a tale", "at": "2026-11-01T10:00:00+00:00", "id": "1"}
    messages = [{"role": "user", "content": "go on"}, {"role": "assistant", "content": "a tale"}]
    path.write_text(json.dumps({"messages": messages, "summary": "", "log": [entry]}))
    conversation = Conversation("a", path)
    assert contents(conversation)[-1] == "a tale"
    assert conversation.history() == [{**entry, "timings": None, "heard": None}]

"""The tabs of one conversation: who is asked for a yes, who tells how a call ended."""

import asyncio
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame

from pipecatapp.agent.announcements import Announcements
from pipecatapp.agent.session import Exchange, Session
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults
from pipecatapp.twin.turn.turn_context import TurnContext
from pipecatapp.voice.microphone import MicrophoneGate
from testing.unit.twin.conftest import Lamp, ModelServer, answers, writes
from testing.unit.twin.pipeline import Line, until


@dataclass
class Tab:
    """An open page, without a socket: its pipeline and its session."""

    line: Line
    announcements: Announcements
    session: Session = field(init=False)
    turns: list[TurnTimings] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def turn_finished(self, timings: TurnTimings) -> None:
        self.turns.append(timings)

    async def exchanged(self, conversation_id: str, person: str | None, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    async def condense(self, conversation: Conversation) -> None:
        """Leave it as it is."""

    async def ready(self) -> None:
        """Say that the page is there, as its client does."""
        await self.line.worker.rtvi.set_client_ready()
        await self.until_told("session")

    async def until_told(self, kind: str) -> None:
        """Wait until the page is told something of a kind."""
        await until(lambda: self.line.client.told(kind))


Open = Callable[[], Awaitable[Tab]]


@pytest.fixture
def conversation() -> Conversation:
    return Conversation("a")


@pytest.fixture
async def schedule(tmp_path: Path) -> AsyncIterator[Schedule]:
    made = Schedule(tmp_path / "schedule")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def open_tab(
    server: ModelServer, agent_context: AgentContext, conversation: Conversation, schedule: Schedule
) -> AsyncIterator[Open]:
    """Opens pages of one conversation."""
    pending_results = PendingToolResults()
    announcements = Announcements(schedule, lambda conversation_id: pending_results)
    async with AsyncExitStack() as stack:

        async def open_tab() -> Tab:
            context = TurnContext(agent_context, conversation, TurnClock(), pending_results)
            twin = TwinService(context, server, 0)
            tab = Tab(Line(conversation, twin), announcements)
            line = tab.line
            tab.session = Session(context, line.worker, MicrophoneGate(), twin, line.written, tab)
            tab.session.attach(line.aggregators)
            await stack.enter_async_context(line.open())
            server.replies.insert(0, answers("prefilled"))
            await tab.ready()
            # What is announced at once may come before the persona is read.
            await until(lambda: server.requests or schedule.due())
            server.requests.clear()
            return tab

        yield open_tab
        await agent_context.runner.close()


async def ask_to_switch(server: ModelServer, tab: Tab) -> None:
    server.replies = [writes('lamp.switch {"on":true}')]
    await tab.line.say("Switch on the lamp.")


async def test_every_tab_is_asked_for_a_yes_and_shown_what_becomes_of_it(
    server: ModelServer, open_tab: Open, agent_context: AgentContext
) -> None:
    first, second = await open_tab(), await open_tab()
    await ask_to_switch(server, first)
    await until(lambda: first.line.client.told("approval") and second.line.client.told("approval"))
    (waiting,) = agent_context.runner.approvals.waiting("a")
    agent_context.runner.approvals.decide("a", waiting.id, waiting.digest, approve=False, by="test")
    for tab in (first, second):
        client = tab.line.client
        await tab.until_told("approval-settled")
        (shown,) = client.told("approval")
        assert (shown["tool"], shown["arguments"]) == ("lamp.switch", {"on": True})
        assert shown["digest"] == waiting.digest
        (settled,) = client.told("approval-settled")
        assert (settled["id"], settled["verdict"]) == (waiting.id, "denied")


async def test_the_tab_that_was_used_last_tells_how_it_ended(
    server: ModelServer, open_tab: Open, agent_context: AgentContext
) -> None:
    first, second = await open_tab(), await open_tab()
    await first.line.worker.rtvi.push_frame(RTVISendTextFrame(msg_id="1", text="hello"))
    await ask_to_switch(server, first)
    (waiting,) = agent_context.runner.approvals.waiting("a")
    agent_context.runner.approvals.decide("a", waiting.id, waiting.digest, approve=False, by="test")
    denied = PHRASES.denied.format(purpose="switch the lamp")
    assert await first.line.listener.answer() == denied
    assert second.line.listener.silent


async def test_with_the_last_tab_closed_nobody_can_say_yes(
    server: ModelServer, open_tab: Open, agent_context: AgentContext, lamp: Lamp
) -> None:
    first, second = await open_tab(), await open_tab()
    await ask_to_switch(server, first)
    await first.session.detach()
    assert agent_context.runner.approvals.waiting("a")
    await second.session.detach()
    assert not agent_context.runner.approvals.waiting("a")
    # Who comes back is told why nothing has happened.
    third = await open_tab()
    withdrawn = PHRASES.withdrawn.format(purpose="switch the lamp")
    assert await third.line.listener.answer() == withdrawn
    assert lamp.calls == []


async def test_a_conversation_that_is_to_be_forgotten_is_so_after_the_answer(
    server: ModelServer, open_tab: Open, conversation: Conversation
) -> None:
    tab = await open_tab()

    async def forget(writer: StreamWriter) -> None:
        conversation.clear()
        await writes("answer")(writer)

    server.replies = [forget, answers("Forgotten."), answers("prefilled")]
    assert await tab.line.say("Forget all that.") == "Forgotten."
    await until(lambda: conversation.context.messages == [])
    assert conversation.history() == []


async def test_a_tab_is_answered_though_another_ends_its_turn_and_has_all_forgotten(
    server: ModelServer, open_tab: Open, conversation: Conversation
) -> None:
    first, second = await open_tab(), await open_tab()

    async def meanwhile(writer: StreamWriter) -> None:
        conversation.clear()
        await first.line.say("Stop!")
        await asyncio.sleep(0.1)  # as much time as the end of that turn needs, and more
        await writes("answer")(writer)

    server.replies = [meanwhile, answers("It is Rome."), answers("prefilled"), answers("prefilled")]
    assert await second.line.say("What is the capital of Italy?") == "It is Rome."
    for request in server.requests[:2]:
        assert "What is the capital of Italy?" in request["messages"][1]["content"]
        assert "Stop!" not in str(request["messages"])
    await until(lambda: conversation.context.messages == [])


async def test_what_was_said_and_answered_is_handed_on_to_be_remembered(
    server: ModelServer, open_tab: Open
) -> None:
    tab = await open_tab()
    for said, answered in (("my daughter is Ada", "Nice!"), ("and she is five", "I see.")):
        server.replies = [writes("answer"), answers(answered)]
        tab.session._heard(said)  # as the client's message is seen by the pipeline's observer
        await tab.line.say(said)
        await until(lambda: tab.exchanges and tab.exchanges[-1].said == said)  # noqa: B023
    first, second = tab.exchanges
    assert (first.said, first.answered, first.before) == ("my daughter is Ada", "Nice!", ())
    assert (second.said, second.answered) == ("and she is five", "I see.")
    assert second.before == (("my daughter is Ada", "Nice!"),)


async def test_every_tab_is_told_when_the_conversation_is_another(
    server: ModelServer, open_tab: Open, conversation: Conversation
) -> None:
    first, second = await open_tab(), await open_tab()
    server.replies = [answers("prefilled"), answers("prefilled")]
    conversation.restore({"messages": [], "log": []})
    await until(lambda: first.line.client.told("history") and second.line.client.told("history"))


async def say(tab: Tab, words: str) -> None:
    """Have a tab notice what its user types."""
    await tab.line.worker.rtvi.push_frame(RTVISendTextFrame(msg_id="1", text=words))


async def test_what_rings_is_told_by_one_tab_and_ends_when_somebody_speaks(
    server: ModelServer, open_tab: Open, conversation: Conversation, schedule: Schedule
) -> None:
    first, second = await open_tab(), await open_tab()
    await say(first, "hello")
    timer = Entry(0, Kind.TIMER, "soup", schedule.now(), 60, conversation="a")
    await schedule.add(timer)
    assert await first.line.listener.answer() == "The soup timer is done."
    await first.until_told("schedule")
    await until(lambda: [e.text for e in conversation.log if e.role == "assistant"][-1:])
    await until(lambda: schedule.due() and schedule.due()[0].told)
    assert second.line.listener.silent
    await say(first, "thank you")
    await until(lambda: not schedule.due())
    # It does not count as a result that may ask for a call.
    assert not conversation.holds_results(conversation.turn())


async def test_a_page_that_opens_is_told_what_nobody_was_there_for(
    open_tab: Open, conversation: Conversation, schedule: Schedule
) -> None:
    due = schedule.now() - 4000
    await schedule.add(Entry(0, Kind.REMINDER, "call the bank", due, conversation="b"))
    await until(schedule.due)
    tab = await open_tab()
    told = await tab.line.listener.answer()
    assert told.startswith("While you were away: ")
    assert told.endswith('you wanted to be reminded: "call the bank".')

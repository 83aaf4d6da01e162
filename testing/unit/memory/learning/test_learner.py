import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from pipecatapp.memory.learning import learner as module
from pipecatapp.memory.learning.contradiction import Relation
from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.memory.learning.learner import Learner
from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.runtime.idle_monitor import IdleMonitor
from testing.unit.memory.conftest import remember

ADA = "The user's daughter is named Ada."


class Reader:
    """Finds in each turn what the test has it find, as slowly as the test wants."""

    def __init__(self) -> None:
        self.seen: list[ExaminedTurn] = []
        self.finds: Callable[[ExaminedTurn], list[str]] = lambda turn: [turn.said]
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.begun = asyncio.Event()

    async def extract(self, turn: ExaminedTurn) -> list[str]:
        self.seen.append(turn)
        self.begun.set()
        await self.may_end.wait()
        return self.finds(turn)


class Judge:
    """Says of two statements what the test says."""

    def __init__(self) -> None:
        self.relations: dict[tuple[str, str], Relation] = {}

    async def relation(self, new: str, old: str) -> Relation:
        return self.relations.get((new, old), "different")


@pytest.fixture
def idle_monitor() -> IdleMonitor:
    return IdleMonitor()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
async def learner(
    memory: LongTermMemory,
    reader: Reader,
    judge: Judge,
    idle_monitor: IdleMonitor,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Learner]:
    monkeypatch.setattr(module, "IDLE_SECS", 0.0)
    monkeypatch.setattr(module, "RETRY_SECS", 0.0)
    made = Learner(memory, reader, judge, idle_monitor)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.wait({task})


def turn(said: str, **details: Any) -> FinishedTurn:
    return FinishedTurn(said, "I see.", "one", time.time(), **details)


async def emptied(memory: LongTermMemory) -> None:
    """Wait until every turn has been examined."""
    async with asyncio.timeout(10):
        while len(memory.turns):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def test_a_finished_turn_becomes_facts_that_know_where_they_come_from(
    memory: LongTermMemory, learner: Learner, reader: Reader
) -> None:
    reader.finds = lambda turn: [ADA, "The user has a cat."]
    await learner.put(turn("ada and the cat", told_by="Ann", before=(("a", "b"),)))
    await emptied(memory)
    facts = {fact.text: fact for fact in memory.newest(5)}
    assert set(facts) == {ADA, "The user has a cat."}
    assert facts[ADA].told_by == "Ann"
    assert facts[ADA].context == "ada and the cat"
    assert facts[ADA].conversation == "one"
    assert reader.seen[0].before == (("a", "b"),)
    assert reader.seen[0].speaker == "Ann"


async def test_what_waited_at_the_start_is_examined_too(
    memory: LongTermMemory, reader: Reader, judge: Judge, idle_monitor: IdleMonitor
) -> None:
    memory.turns.put(turn("from the last run"))
    task = asyncio.create_task(Learner(memory, reader, judge, idle_monitor).run())
    await emptied(memory)
    assert [fact.text for fact in memory.newest(5)] == ["from the last run"]
    task.cancel()
    await asyncio.wait({task})


async def test_it_yields_at_once_to_a_voice_and_begins_again_when_it_is_still(
    memory: LongTermMemory, learner: Learner, reader: Reader, idle_monitor: IdleMonitor
) -> None:
    reader.may_end.clear()
    await learner.put(turn(ADA))
    await reader.begun.wait()
    presence = idle_monitor.presence("another")
    reader.begun.clear()
    presence.begin("voice")
    reader.may_end.set()
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(memory.turns) == 1
    assert len(reader.seen) == 1
    presence.end("voice")
    await emptied(memory)
    assert len(reader.seen) == 2
    assert [fact.text for fact in memory.newest(5)] == [ADA]


async def test_nothing_is_examined_while_somebody_speaks(
    memory: LongTermMemory, learner: Learner, reader: Reader, idle_monitor: IdleMonitor
) -> None:
    presence = idle_monitor.presence("one")
    presence.begin("answer")
    await learner.put(turn(ADA))
    for _ in range(50):
        await asyncio.sleep(0)
    assert reader.seen == []
    presence.leave()
    await emptied(memory)
    assert len(reader.seen) == 1


async def test_what_contradicts_an_older_fact_takes_its_place(
    memory: LongTermMemory, learner: Learner, judge: Judge
) -> None:
    old, new = "The user lives in Lisbon.", "The user lives in Porto."
    lisbon = remember(memory, old)
    judge.relations[new, old] = "replaces"
    await learner.put(turn(new))
    await emptied(memory)
    assert [fact.text for fact in memory.newest(5)] == [new]
    assert memory.get([lisbon.id])[0].superseded_by is not None


async def test_what_says_the_same_confirms_the_older_fact(
    memory: LongTermMemory, learner: Learner, judge: Judge
) -> None:
    known = remember(memory, ADA, at=1.0)
    said = "The daughter of the user is called Ada."
    judge.relations[said, ADA] = "same"
    await learner.put(turn(said))
    await emptied(memory)
    (fact,) = memory.newest(5)
    assert fact.id == known.id
    assert fact.confirmed_at > 1.0


async def test_a_failure_of_the_model_loses_no_turn(
    memory: LongTermMemory, learner: Learner, reader: Reader
) -> None:
    def fail_once(turn: ExaminedTurn) -> list[str]:
        if len(reader.seen) == 1:
            raise ConnectionError("the model server is being restarted")
        return [ADA]

    reader.finds = fail_once
    await learner.put(turn("ada"))
    await emptied(memory)
    assert [fact.text for fact in memory.newest(5)] == [ADA]


async def test_a_turn_that_can_never_be_examined_does_not_block_the_next(
    memory: LongTermMemory, learner: Learner, reader: Reader
) -> None:
    def fail(turn: ExaminedTurn) -> list[str]:
        if turn.said == "poison":
            raise ValueError("no")
        return [turn.said]

    reader.finds = fail
    await learner.put(turn("poison"))
    await learner.put(turn(ADA))
    await emptied(memory)
    assert [fact.text for fact in memory.newest(5)] == [ADA]

import asyncio
import errno
import json
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.mcp import Introspection
from pipecatapp.tools.tool import Call, KeptFact
from pipecatapp.twin.history import store
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.history.store import flush
from pipecatapp.twin.recall import conversation_sync as follower
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall
from pipecatapp.twin.recall.tool_memory import ToolMemory
from testing.unit.tools.fake_resources import FakeResources

SAID = "um my daughter's name is ada"
ADA = NewFact("The user's daughter is named Ada.", Source.LEARNED, 1.0, context=SAID)
CAR = NewFact("The user's car is a red Volvo.", Source.LEARNED, 2.0)

Open = Callable[[], MemoryService]


def tells_of_ada(path: Path) -> bool:
    """Tell whether a file has the name as a word: its ids are hexadecimal and may contain it."""
    return re.search(r"\bada\b", path.read_text(), re.IGNORECASE) is not None


@pytest.fixture
def idle_monitor() -> IdleMonitor:
    return IdleMonitor()


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "router.txt").write_text("You are the twin.")
    return tmp_path / "prompts"


@pytest.fixture
def open_memories(
    embedder: MiniLM, tmp_path: Path, prompts: Path, idle_monitor: IdleMonitor
) -> Iterator[Open]:
    """Opens everything anew, as a restart does."""
    opened: list[LongTermMemory] = []

    def open_it() -> MemoryService:
        while opened:
            opened.pop().close()
        opened.append(LongTermMemory(tmp_path / "memory", embedder))
        conversations = Conversations(tmp_path / "conversations")
        return MemoryService(opened[-1], conversations, prompts, idle_monitor)

    yield open_it
    while opened:
        opened.pop().close()


@pytest.fixture
def memories(open_memories: Open) -> MemoryService:
    return open_memories()


def talk(memories: MemoryService, conversation_id: str, *turns: tuple[str, str]) -> Conversation:
    conversation = memories._conversations.get(conversation_id)
    for said, answered in turns:
        conversation.context.add_message({"role": "user", "content": said})
        conversation.context.add_message({"role": "assistant", "content": answered})
        conversation.record("user", said, by=None)
        conversation.record("assistant", answered, by=None)
    return conversation


async def keep(memories: MemoryService, *facts: NewFact) -> list[Fact]:
    return await memories.keep([Addition(fact) for fact in facts])


async def test_what_is_forgotten_leaves_every_conversation_open_or_not(
    memories: MemoryService, open_memories: Open, tmp_path: Path
) -> None:
    talk(memories, "closed", (SAID, "Nice!"), ("hello", "Hi."))
    memories = open_memories()
    conversation = talk(memories, "open", ("is ada my daughter", "Yes."), ("thanks", "Bye."))
    ada, _ = await keep(memories, ADA, CAR)
    gone = await memories.forget([ada.id])
    await memories.followed()
    assert [fact.text for fact in gone] == [ADA.text]
    assert conversation.turns() == [("thanks", "Bye.")]
    assert memories._conversations.get("closed").turns() == [("hello", "Hi.")]
    for path in (tmp_path / "conversations").iterdir():
        assert not tells_of_ada(path)
    assert memories.long_term.pending() == []


async def test_a_conversation_in_the_middle_of_a_turn_forgets_at_its_end(
    memories: MemoryService, idle_monitor: IdleMonitor
) -> None:
    conversation = talk(memories, "one", (SAID, "Nice!"))
    (ada,) = await keep(memories, ADA)
    presence = idle_monitor.presence("one")
    presence.begin("answer")
    await memories.forget([ada.id])
    for _ in range(50):
        await asyncio.sleep(0)
    assert conversation.turns()
    presence.end("answer")
    await memories.followed()
    assert conversation.turns() == []


async def test_a_crash_between_the_memory_and_the_conversations_is_made_up_for(
    memories: MemoryService, open_memories: Open
) -> None:
    talk(memories, "one", (SAID, "Nice!"), ("hello", "Hi."))
    (ada,) = await keep(memories, ADA)
    memories.long_term.forget([ada.id], lambda state, told: state)
    # Here the process ends before any conversation has followed.
    again = open_memories()
    await again.followed()
    assert again._conversations.get("one").turns() == [("hello", "Hi.")]


class Obstacle:
    """Keeps the file of the conversation "one" from being written, as a full disk does."""

    def __init__(self, conversations: Path):
        self.file = conversations / "one.json"
        self._stands = False

    def put(self) -> None:
        flush()
        self._stands = True

    def remove(self) -> None:
        flush()
        self._stands = False

    def write(self, path: Path, content: str | bytes, mode: int = 0o644) -> None:
        if self._stands and path == self.file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write_atomic(path, content, mode)


@pytest.fixture
def obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Obstacle:
    obstacle = Obstacle(tmp_path / "conversations")
    monkeypatch.setattr(store, "write_atomic", obstacle.write)
    return obstacle


async def test_what_could_not_be_forgotten_on_the_disk_is_tried_again(
    memories: MemoryService, obstacle: Obstacle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "RETRY_SECS", 0.01)
    conversation = talk(memories, "one", (SAID, "Nice!"), ("hello", "Hi."))
    other = talk(memories, "two", (SAID, "Nice!"))
    (ada,) = await keep(memories, ADA)
    obstacle.put()
    await memories.forget([ada.id])
    await memories.followed()
    assert memories.long_term.pending()
    assert tells_of_ada(obstacle.file)
    # In memory, and wherever it can be written, it is gone already.
    assert conversation.turns() == [("hello", "Hi.")]
    assert other.turns() == []
    obstacle.remove()
    async with asyncio.timeout(20):
        while memories.long_term.pending():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert not tells_of_ada(obstacle.file)
    await memories.close()


async def test_what_could_not_be_forgotten_on_the_disk_is_forgotten_at_the_next_start(
    memories: MemoryService, open_memories: Open, obstacle: Obstacle
) -> None:
    talk(memories, "one", (SAID, "Nice!"), ("hello", "Hi."))
    (ada,) = await keep(memories, ADA)
    obstacle.put()
    await memories.forget([ada.id])
    await memories.followed()
    await memories.close()
    obstacle.remove()
    again = open_memories()
    await again.followed()
    assert again.long_term.pending() == []
    assert not tells_of_ada(obstacle.file)


async def test_a_file_that_is_behind_its_conversation_forgets_too(
    memories: MemoryService, obstacle: Obstacle
) -> None:
    conversation = talk(memories, "one", (SAID, "Nice!"))
    (ada,) = await keep(memories, ADA)
    obstacle.put()
    conversation.context.set_messages([])
    conversation.log.clear()
    conversation.record("user", "hello", by=None)
    obstacle.remove()
    await memories.forget([ada.id])
    await memories.followed()
    assert not tells_of_ada(obstacle.file)


async def test_what_is_forgotten_does_not_open_every_conversation(
    memories: MemoryService, open_memories: Open
) -> None:
    talk(memories, "closed", (SAID, "Nice!"))
    memories = open_memories()
    (ada,) = await keep(memories, ADA)
    await memories.forget([ada.id])
    await memories.followed()
    assert memories._conversations._open == {}
    assert memories._conversations.get("closed").turns() == []


async def test_a_load_restores_facts_turns_and_persona_and_can_be_taken_back(
    memories: MemoryService, open_memories: Open, prompts: Path
) -> None:
    talk(memories, "one", ("hello", "Hi."))
    await keep(memories, CAR)
    await memories.save("then", "one")
    talk(memories, "one", ("bye", "Bye."))
    await keep(memories, ADA)
    (prompts / "router.txt").write_text("You are a pirate.")
    assert memories.persona() == "You are a pirate."
    kept = await memories.load("then", "one")
    for reopened in (False, True):
        opened = open_memories() if reopened else memories
        assert opened.persona() == "You are the twin."
        assert opened._conversations.get("one").turns() == [("hello", "Hi.")]
        assert [fact.text for fact in await opened.newest(5)] == [CAR.text]
    await opened.load(kept, "one")
    assert opened.persona() == "You are a pirate."
    assert opened._conversations.get("one").turns() == [("hello", "Hi."), ("bye", "Bye.")]
    assert len(await opened.newest(5)) == 2
    # Whoever edits the file is heard again.
    (prompts / "router.txt").write_text("You are a poet.")
    assert opened.persona() == "You are a poet."


async def test_another_conversation_is_left_alone_by_a_load(memories: MemoryService) -> None:
    await memories.save("empty", "one")
    other = talk(memories, "two", ("hello", "Hi."))
    await memories.load("empty", "one")
    assert other.turns() == [("hello", "Hi.")]


async def test_a_snapshot_whose_turns_cannot_be_read_does_not_stop_the_agent(
    memories: MemoryService, open_memories: Open
) -> None:
    await keep(memories, CAR)
    await memories.save("then", "one")
    db = memories.long_term._core.database.connection
    db.execute("UPDATE snapshots SET conversation = ?", (json.dumps({"messages": [1]}),))
    conversation = talk(memories, "one", ("hello", "Hi."))
    await memories.load("then", "one")
    assert conversation.turns() == [("hello", "Hi.")]
    await open_memories().followed()


# -- for tools ------------------------------------------------------------------------------------


@pytest.fixture
def lent(memories: MemoryService) -> ToolMemory:
    return ToolMemory(memories, Recall(memories))


async def test_what_is_remembered_knows_its_turn_and_who_said_it(
    memories: MemoryService, lent: ToolMemory
) -> None:
    call = Call(talk(memories, "one"), words="remember that ada is five", person="Ann")
    assert await lent.remember("ada is five", call) == KeptFact("ada is five")
    (fact,) = await memories.newest(5)
    assert (fact.source, fact.told_by, fact.context) == (Source.ASKED, "Ann", call.words)
    assert await lent.count() == 1
    assert await lent.latest(5, "Ann") == ["Ada is five."]


async def test_each_person_is_told_what_is_kept_in_words_of_their_own(
    memories: MemoryService, lent: ToolMemory
) -> None:
    call = Call(talk(memories, "one"), words="remember that I play the oboe", person="Ann")
    await lent.remember("I play the oboe", call)
    assert await lent.latest(5, "Ann") == ["You play the oboe."]
    (said,) = await lent.latest(5, "Bob")
    assert "Ann" in said
    assert "You" not in said


async def test_a_newer_value_is_recalled_and_the_older_one_kept_in_the_history(
    memories: MemoryService, lent: ToolMemory
) -> None:
    call = Call(talk(memories, "one"), words="...")
    await keep(memories, CAR, ADA)
    await lent.remember("the gate code is 5512", call)
    await lent.remember("the gate code of the garage is 7070", call)
    kept = await lent.remember("the new gate code is 9034", call)
    assert kept == KeptFact("the new gate code is 9034", ("5512",))
    recalled = await lent.matching("what is the gate code")
    assert "the new gate code is 9034" in recalled
    assert "the gate code is 5512" not in recalled
    history = {fact.text: fact for fact in memories.long_term.remembered()}
    newer = history["the new gate code is 9034"]
    assert history["the gate code is 5512"].superseded_by == newer.id
    assert history["the gate code of the garage is 7070"].superseded_by is None
    # Whoever forgets it, forgets what it replaced.
    assert len(await memories.forget([newer.id])) == 2


async def test_a_fact_in_several_writings_is_one(memories: MemoryService, lent: ToolMemory) -> None:
    call = Call(talk(memories, "one"), words="...")
    texts = ["our baker is Söhnke", unicodedata.normalize("NFD", "our baker is Söhnke")]
    for text in texts:
        assert (await lent.remember(text, call)).text == texts[0]
    assert [fact.text for fact in memories.long_term.remembered()] == texts[:1]
    assert await lent.remember("Our Baker is SÖHNKE", call) == KeptFact("Our Baker is SÖHNKE")
    assert [fact.text for fact in await memories.newest(5)] == ["Our Baker is SÖHNKE"]
    assert await lent.forget_texts([texts[1]], call) == 2
    assert memories.long_term.remembered() == []


async def test_a_capital_makes_another_password(memories: MemoryService, lent: ToolMemory) -> None:
    call = Call(talk(memories, "one"), words="...")
    await lent.remember("the password is oak9", call)
    kept = await lent.remember("the password is Oak9", call)
    assert kept == KeptFact("the password is Oak9", ("oak9",))
    assert [fact.text for fact in await memories.newest(5)] == ["the password is Oak9"]


async def test_what_nothing_was_learned_from_yet_can_be_forgotten_too(
    memories: MemoryService, lent: ToolMemory
) -> None:
    conversation = talk(memories, "one", (SAID, "Nice!"), ("hello", "Hi."))
    memories.long_term.turns.put(FinishedTurn(SAID, "Nice!", "one", time.time()))
    question = "um what is my daughter's name"
    memories.long_term.turns.put(FinishedTurn("hello", "Hi.", "one", time.time()))
    memories.long_term.turns.put(FinishedTurn(question, "Ada.", "two", time.time()))
    facts = await lent.matching("my daughter's name")
    assert facts == [SAID]
    assert await lent.forget_texts(facts, Call(conversation)) == 1
    await memories.followed()
    assert conversation.turns() == [("hello", "Hi.")]
    assert await memories.waiting() == ["hello"]  # the answer to the question told it, too


async def test_a_statement_is_a_topic_to_forget(memories: MemoryService, lent: ToolMemory) -> None:
    vet = NewFact("The user takes the dog to a vet on Lime Street.", Source.LEARNED, 3.0)
    await keep(memories, ADA, CAR, vet)
    assert await lent.matching("we have a car") == [CAR.text]
    assert await lent.matching("I go to the vet with the dog") == [vet.text]


async def test_only_what_was_shown_is_forgotten(memories: MemoryService, lent: ToolMemory) -> None:
    call = Call(Conversation("one"))
    await keep(memories, ADA, CAR)
    assert await lent.matching("my daughter") == [ADA.text]
    assert await lent.forget_texts(["The user's daughter"], call) == 0
    assert await lent.forget_texts([ADA.text], call) == 1
    assert [fact.text for fact in await memories.newest(5)] == [CAR.text]


async def test_what_is_kept_is_counted_and_told_as_it_is(
    memories: MemoryService, lent: ToolMemory
) -> None:
    call = Call(talk(memories, "one"), words="...", person="Ann")
    (summary,) = (
        each
        for each in tools_of(Introspection(FakeResources(memory=lent)))
        if each.name == "mcp.get_memory_summary"
    )
    assert summary.spoken
    assert (await summary.run(call, {})).startswith("I keep nothing for good yet. ")
    for number in range(1, 9):
        await lent.remember(f"locker {number} holds {number * 11} towels", call)
    said = await summary.run(call, {})
    assert said.startswith("I keep 8 things for good. These are the newest. Locker 8 holds 88 ")
    assert "Locker 3 holds 33 towels." in said
    assert "Locker 2 holds" not in said

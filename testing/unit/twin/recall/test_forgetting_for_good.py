"""After a forgetting no file of the state directory tells of it, in whatever writing."""

import json
import time
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipecatapp.memory.exchange import export_facts, import_facts
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.text.language import language
from pipecatapp.tools.execution.approvals import Approvals
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.runner import ToolRun, ToolRunner
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.memory import MemoryTools
from pipecatapp.tools.tool import Call
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.history.store import flush
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall
from pipecatapp.twin.recall.tool_memory import ToolMemory
from testing.unit.tools.fake_resources import FakeResources

PIANIST = "Jörg Häßler"
PLAYER = f"my favourite pianist is {PIANIST}"
APART = unicodedata.normalize("NFD", PLAYER)
CAR = NewFact("the car is a red Volvo", Source.ASKED, 2.0)


def writings(text: str) -> set[bytes]:
    """Return the ways in which a file may hold a text: forms, capitals, JSON's escapes."""
    cases = {text, text.lower(), text.upper(), text.casefold()}
    forms = {unicodedata.normalize(form, c) for form in ("NFC", "NFD", "NFKC") for c in cases}
    forms |= {json.dumps(form)[1:-1] for form in forms}
    return {form.encode(encoding) for form in forms for encoding in ("utf-8", "utf-16-le")}


def files_that_tell(home: Path, text: str) -> list[Path]:
    """Return the files below a directory that hold a text, the write-ahead log among them."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    return [path for path in files for form in writings(text) if form in path.read_bytes()]


@dataclass
class Household:
    """What a household's memory consists of, on a disk of its own."""

    home: Path
    memories: MemoryService
    conversations: Conversations
    tools: MemoryTools
    runner: ToolRunner

    def say(self, conversation: Conversation, said: str, *answered: str) -> None:
        conversation.context.add_message({"role": "user", "content": said})
        conversation.record("user", said, by=None)
        for answer in answered:
            conversation.context.add_message({"role": "assistant", "content": answer})
            conversation.record("assistant", answer, by=None)

    async def ask(self, conversation: Conversation, words: str) -> ToolRun:
        """Say something that a tool of the memory does, as far as its yes or its end."""
        wanted = await self.tools.wanted(words)
        assert wanted is not None
        name, arguments = wanted
        (tool,) = (tool for tool in tools_of(self.tools) if tool.name == name)
        run = self.runner.start(tool, arguments, conversation, words=words)
        if run.approval is None:
            await run.ended()
            self.say(conversation, words, run.result or "")
        else:
            self.say(conversation, words, language().phrases.asks.format(purpose=run.purpose))
        return run

    async def approve(self, run: ToolRun) -> None:
        approval = run.approval
        assert approval is not None
        self.runner.approvals.decide(
            run.conversation.id, approval.id, approval.digest, approve=True, by="session"
        )
        await run.ended()


@pytest.fixture
async def household(tmp_path: Path, embedder: MiniLM) -> AsyncIterator[Household]:
    prompts = tmp_path / "elsewhere"
    prompts.mkdir()
    (prompts / "router.txt").write_text("You are the twin.")
    home = tmp_path / "home"
    conversations = Conversations(home / "conversations")
    long_term = LongTermMemory(home / "memory", embedder)
    memories = MemoryService(long_term, conversations, prompts, IdleMonitor())
    tools = MemoryTools(FakeResources(memory=ToolMemory(memories, Recall(memories))))
    runner = ToolRunner(Approvals(), Audit(home / "audit" / "audit.jsonl"), "sensitive")
    yield Household(home, memories, conversations, tools, runner)
    await runner.close()
    await memories.close()


async def test_nothing_of_it_is_left_in_any_file(household: Household) -> None:
    home, memories, runner = household.home, household.memories, household.runner
    mine = household.conversations.get("mine")
    household.say(mine, "hello", "Hi.")
    for writing in (PLAYER, APART, PLAYER.lower()):
        await household.ask(mine, f"Remember that {writing}.")
    learned = NewFact(f"The user's favourite pianist is {PIANIST}.", Source.LEARNED, time.time())
    await memories.keep([Addition(learned), Addition(CAR)])
    household.say(mine, "who is my favourite pianist?", unicodedata.normalize("NFD", f"{PIANIST}!"))
    mine.summarize(f"User: {PLAYER.upper()}")
    household.say(household.conversations.get("other"), f"{PIANIST} is my favourite pianist", "Oh.")
    await memories.save("before", "mine")
    memories.long_term.turns.put(
        FinishedTurn("thanks", "You are welcome.", "mine", time.time(), before=((APART, "Ah."),))
    )
    exported = export_facts(memories.long_term)
    flush()
    assert files_that_tell(home, PIANIST)

    run = await household.ask(mine, "Forget who my favourite pianist is.")
    assert PIANIST in unicodedata.normalize("NFC", run.purpose)
    await household.approve(run)
    assert run.result is not None
    assert "forgotten for good" in run.result
    household.say(mine, "and the time?", "It is late.")
    await memories.followed()
    flush()

    assert files_that_tell(home, PIANIST) == []
    assert [fact.text for fact in await memories.newest(9)] == [CAR.text]
    assert mine.turns() == [("hello", "Hi."), ("and the time?", "It is late.")]
    assert [entry["text"] for entry in mine.history()] == [
        "hello",
        "Hi.",
        "and the time?",
        "It is late.",
    ]
    assert runner.approvals.waiting("mine") == []
    # An older export does not bring it back, in whatever writing.
    for fact in exported["facts"]:
        fact["text"] = unicodedata.normalize("NFD", fact["text"]).upper()
    assert import_facts(memories.long_term, exported).added == 0


async def test_the_question_and_the_card_go_though_they_do_not_tell_it_plainly(
    household: Household,
) -> None:
    long = "the shed is behind " + ", ".join(f"tree {number}" for number in range(60))
    mine = household.conversations.get("mine")
    household.say(mine, "hello", "Hi.")
    await household.ask(mine, f"Remember that {long}")
    question = "Forget about our shed."
    run = await household.ask(mine, question)
    await household.approve(run)
    household.say(mine, "thanks", "You are welcome.")
    await household.memories.followed()
    flush()
    assert mine.turns() == [("hello", "Hi."), ("thanks", "You are welcome.")]
    assert files_that_tell(household.home, "behind tree") == []
    assert files_that_tell(household.home, question) == []


async def test_what_was_not_forgotten_stays_with_its_question(household: Household) -> None:
    mine = household.conversations.get("mine")
    await household.memories.keep([Addition(CAR)])
    run = await household.ask(mine, "Forget about our red Volvo.")
    await run.withdraw()
    await household.memories.followed()
    assert [said for said, _ in mine.turns()] == ["Forget about our red Volvo."]
    assert len(household.memories.long_term) == 1


async def test_the_answer_that_it_is_done_stays_in_what_people_see(household: Household) -> None:
    mine = household.conversations.get("mine")
    await household.memories.keep([Addition(CAR)])
    run = await household.ask(mine, "Forget about our red Volvo.")
    await household.approve(run)
    mine.context.add_message({"role": "assistant", "content": "Done."})
    mine.record("assistant", "Done.", by=None)
    household.say(mine, "good", "Yes.")
    await household.memories.followed()
    shown = [entry["text"] for entry in mine.history()]
    assert shown[-2:] == ["good", "Yes."]
    assert "Volvo" not in str(shown)


async def test_a_turn_that_is_examined_meanwhile_brings_nothing_back(household: Household) -> None:
    memories = household.memories
    memories.long_term.turns.put(FinishedTurn(PLAYER, "Nice.", "mine", time.time()))
    turn = memories.long_term.turns.oldest()
    assert turn is not None
    words = f"my favourite pianist is {PIANIST}"
    call = Call(household.conversations.get("mine"), words="forget my favourite pianist")
    lent = ToolMemory(memories, Recall(memories))
    assert await lent.forget_texts([words], call) == 1
    learned = NewFact(f"The user likes {PIANIST}.", Source.LEARNED, time.time())
    assert memories.long_term.keep([Addition(learned)], examined=turn.id) == []
    assert len(memories.long_term) == 0


async def test_a_turn_that_ends_after_the_forgetting_brings_nothing_back(
    household: Household,
) -> None:
    memories = household.memories
    await household.ask(household.conversations.get("mine"), f"remember that {PLAYER}")
    lent = ToolMemory(memories, Recall(memories))
    call = Call(household.conversations.get("mine"), words="forget my favourite pianist")
    long_term = memories.long_term
    (fact,) = await memories.with_texts([APART])
    long_term.forget([fact.id], lambda state, told: state, request=call.words)
    long_term.turns.put(FinishedTurn("ok", "Yes.", "mine", 1.0, before=((PLAYER, "Ah."),)))
    await memories.followed()
    assert len(long_term.turns) == 0
    assert await lent.count() == 0


async def test_a_value_that_was_replaced_can_be_forgotten_by_itself(household: Household) -> None:
    mine = household.conversations.get("mine")
    await household.ask(mine, "Remember that the gate code is 5512.")
    run = await household.ask(mine, "Remember that the gate code is 9034.")
    assert run.result is not None
    assert "instead of 5512" in run.result
    run = await household.ask(mine, "Forget that the gate code was 5512.")
    assert "9034" not in run.purpose
    await household.approve(run)
    await household.memories.followed()
    flush()
    assert files_that_tell(household.home, "5512") == []
    assert [fact.text for fact in household.memories.long_term.remembered()] == [
        "the gate code is 9034"
    ]


async def test_files_that_nothing_reads_any_more_go_too(household: Household) -> None:
    mine = household.conversations.get("mine")
    await household.ask(mine, f"Remember that {PLAYER}")
    flush()
    directory = household.home / "conversations"
    (directory / "other.damaged").write_text(f"{{{PLAYER}")
    (directory / ".mine.json.k2x").write_text(PLAYER)  # a write that a power cut ended
    await household.approve(await household.ask(mine, "Forget who my favourite pianist is."))
    await household.memories.followed()
    flush()
    assert files_that_tell(household.home, PIANIST) == []

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.tokens import tokens
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import MOST_TOKENS, Recall, Recalled

FACTS = (
    "The user's daughter is named Ada.",
    "Ada is five years old.",
    "The user is allergic to nuts.",
    "The user lives in Porto.",
    "The user's car is a red Volvo.",
    "The user works as a nurse at the hospital.",
    "The user's favourite food is lasagna.",
    "The printer in the office is a Brother HL-2030.",
    "The user's wife is called Maria.",
    "The user goes swimming every Thursday.",
)


@pytest.fixture(scope="module")
def memories(embedder: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryService]:
    home = tmp_path_factory.mktemp("home")
    memory = LongTermMemory(home / "memory", embedder)
    said = dict.fromkeys(FACTS[:2], "my daughter ada is five")
    facts = [NewFact(t, Source.LEARNED, time.time(), context=said.get(t, "")) for t in FACTS]
    memory.keep([Addition(fact) for fact in facts])
    conversations = Conversations(home / "conversations")
    yield MemoryService(memory, conversations, Settings().prompts, IdleMonitor())
    memory.close()


@pytest.fixture
def recall(memories: MemoryService) -> Recall:
    return Recall(memories)


def unknown(text: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("what is my daughter called", FACTS[0]),
        ("how old is ada", FACTS[1]),
        ("can i eat a walnut cake", FACTS[2]),
        ("which city do i live in", FACTS[3]),
        ("what colour is my car", FACTS[4]),
        ("What is my job?", FACTS[5]),
        ("um what do i like to eat most", FACTS[6]),
        ("what printer do we have", FACTS[7]),
        ("who am i married to", FACTS[8]),
        ("what do i do on thursdays", FACTS[9]),
    ],
)
async def test_what_a_question_is_about_is_remembered(
    recall: Recall, words: str, fact: str
) -> None:
    assert fact in (await recall(words, [], unknown)).text


@pytest.mark.parametrize(
    "words",
    [
        "what is seventeen times four",
        "tell me a joke",
        "What is the capital of Iceland?",
        "thank you",
        "who wrote the magic flute",
        "run uptime on node two",
        "translate good morning into french",
    ],
)
async def test_what_nothing_is_known_of_costs_no_tokens(recall: Recall, words: str) -> None:
    assert await recall(words, [], unknown) == Recalled("", anything=False)


async def test_a_follow_up_is_understood_by_the_turn_before(recall: Recall) -> None:
    assert FACTS[1] in (await recall("and how old?", ["what is my daughter called"], unknown)).text


async def test_what_stands_in_the_prompt_already_is_not_repeated(recall: Recall) -> None:
    first = await recall("what is my daughter called", [], unknown)
    assert FACTS[0] in first.text
    again = await recall("what is my daughter called", [], lambda text: text in first.text)
    assert FACTS[0] not in again.text
    assert again.anything


async def test_what_was_to_be_remembered_comes_with_its_day_and_who_said_it(
    embedder: MiniLM, tmp_path: Path
) -> None:
    memory = LongTermMemory(tmp_path / "memory", embedder)
    at = time.mktime((2026, 5, 7, 12, 0, 0, 0, 0, -1))
    said = NewFact("the dentist is on friday at nine", Source.ASKED, at, told_by="Ann")
    memory.keep([Addition(said)])
    memories = MemoryService(memory, Conversations(tmp_path), Settings().prompts, IdleMonitor())
    recalled = await Recall(memories)("when is the dentist", [], unknown)
    assert 'On 7 May 2026 Ann said: "the dentist is on friday at nine."' in recalled.text
    memory.close()


async def test_at_most_so_many_tokens_are_remembered(embedder: MiniLM, tmp_path: Path) -> None:
    memory = LongTermMemory(tmp_path / "memory", embedder)
    facts = [
        NewFact(f"The garden bed {n} has " + "roses and tulips " * 15, Source.LEARNED, 1.0)
        for n in range(8)
    ]
    memory.keep([Addition(fact) for fact in facts])
    memories = MemoryService(memory, Conversations(tmp_path), Settings().prompts, IdleMonitor())
    recalled = await Recall(memories)("which flowers grow in the garden beds", [], unknown)
    assert 0 < tokens(recalled.text) <= MOST_TOKENS
    memory.close()


def test_tokens_are_never_counted_too_low() -> None:
    # By the vocabulary that most small models share, an English word is one to three.
    assert tokens("The user's daughter is named Ada.") >= 8
    assert tokens("東京") >= 4
    assert tokens("") == 0


@pytest.mark.parametrize(
    "words",
    [
        "my wife was late for the cinema",
        "the volvo next door was stolen",
        "some nuts are expensive this year",
    ],
)
async def test_a_remark_brings_up_no_fact_that_only_shares_a_word(
    recall: Recall, words: str
) -> None:
    assert not (await recall(words, [], unknown)).anything


async def test_a_remark_brings_up_what_it_is_about(recall: Recall) -> None:
    assert FACTS[9] in (await recall("i went swimming on thursday", [], unknown)).text


async def test_a_short_remark_is_not_about_the_turn_before(recall: Recall) -> None:
    before = ["what is my daughter called"]
    assert not (await recall("that is nice", before, unknown)).anything
    assert (await recall("and how old", before, unknown)).anything

import time
from collections.abc import Iterator

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall

LEARNED = (
    "The user's niece is called Pia.",
    "The user lives in Ghent.",
    "The user plays the oboe in an orchestra.",
    "The user's dog is called Bello.",
    "The user is allergic to bee stings.",
)
MAY = time.mktime((2026, 5, 7, 12, 0, 0, 0, 0, -1))
ASKED = (
    ("my favourite painter is Vermeer", None, MAY),
    ("my locker code is 4711", None, MAY),
    ("my locker code is 9902", None, MAY + 9),
    ("my car service is tomorrow at nine", None, MAY),
    ("my favourite tea is Assam", "Ines", MAY),
)


@pytest.fixture(scope="module")
def recall(embedder: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recall]:
    home = tmp_path_factory.mktemp("home")
    memory = LongTermMemory(home / "memory", embedder)
    facts = [NewFact(text, Source.LEARNED, time.time()) for text in LEARNED]
    facts += [NewFact(text, Source.ASKED, at, told_by=by) for text, by, at in ASKED]
    memory.keep([Addition(fact) for fact in facts])
    conversations = Conversations(home / "conversations")
    yield Recall(MemoryService(memory, conversations, Settings().prompts, IdleMonitor()))
    memory.close()


async def answer(recall: Recall, words: str, person: str | None = None) -> str:
    return (await recall(words, [], lambda text: False, person)).answer


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Who is my favourite painter?", "Your favourite painter is Vermeer."),
        ("whats the name of my niece", "Your niece is called Pia."),
        ("Can you tell me where I live?", "You live in Ghent."),
        ("what instrument do i play", "You play the oboe in an orchestra."),
        ("what am i allergic to", "You are allergic to bee stings."),
    ],
)
async def test_a_plain_question_is_answered_with_the_fact(
    recall: Recall, words: str, told: str
) -> None:
    assert await answer(recall, words) == told


async def test_of_two_facts_about_one_thing_the_newer_is_told(recall: Recall) -> None:
    assert await answer(recall, "what is my locker code") == "Your locker code is 9902."


async def test_a_fact_with_a_relative_day_is_told_with_the_day_of_its_telling(
    recall: Recall,
) -> None:
    said = await answer(recall, "when is my car service")
    assert said == 'On 7 May 2026 you told me: "my car service is tomorrow at nine"'


async def test_what_is_somebody_elses_is_not_the_askers(recall: Recall) -> None:
    assert await answer(recall, "what is my favourite tea") == ""
    assert (
        await answer(recall, "what is my favourite tea", "Ines") == "Your favourite tea is Assam."
    )


@pytest.mark.parametrize("words", ["what is my cat called", "who is my doctor", "how old is Pia"])
async def test_nothing_is_told_where_no_fact_answers(recall: Recall, words: str) -> None:
    assert await answer(recall, words) == ""


async def test_a_fact_in_other_words_is_ready_for_an_answer_that_denies_it(recall: Recall) -> None:
    recalled = await recall("which is the dog that belongs to me, my dog", [], lambda text: False)
    assert "Bello" in recalled.answer + recalled.instead
    assert (await recall("what is my cat called", [], lambda text: False)).instead == ""

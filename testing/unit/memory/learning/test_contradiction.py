"""The judge's own rules, with the real embedder; the model's word is given here."""

from collections.abc import Sequence

import pytest

from pipecatapp.memory.learning.contradiction import Judge, Relation
from pipecatapp.memory.learning.language_model import Message
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings


class Says:
    """The model's word, and how often it was asked."""

    def __init__(self, word: str):
        self.word = word
        self.asked = 0

    async def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> str:
        self.asked += 1
        return self.word


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


async def judged(embedder: MiniLM, word: str, old: str, new: str) -> tuple[Relation, int]:
    model = Says(word)
    relation = await Judge(model, Settings().prompts, embedder).relation(new, old)
    return relation, model.asked


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        ("The user lives in Porto.", "the user lives in porto", "same"),
        ("my dog is called Rex", "The user's dog is called Rex.", "same"),
        ("The user lives in Porto.", "The user lives in Lisbon now.", "replaces"),
        ("I live in Porto", "The user lives in Lisbon.", "replaces"),
        ("The user is allergic to nuts.", "The printer is in the hall.", "different"),
    ],
)
async def test_clear_cases_need_no_model(
    embedder: MiniLM, old: str, new: str, relation: Relation
) -> None:
    assert await judged(embedder, "never asked", old, new) == (relation, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user's daughter is named Ada.", "The user's daughter is named Bea."),
        ("The user is allergic to nuts.", "The user is allergic to cats."),
        ("The user has a cat named Pixie.", "The user has a cat named Milo."),
    ],
)
async def test_the_model_alone_replaces_nothing(embedder: MiniLM, old: str, new: str) -> None:
    assert await judged(embedder, "replaces", old, new) == ("different", 1)


async def test_the_model_and_a_sign_of_change_replace(embedder: MiniLM) -> None:
    old, new = "The user works at the bank.", "The user quit the job at the bank."
    assert await judged(embedder, "replaces", old, new) == ("replaces", 1)
    assert await judged(embedder, "different", old, new) == ("different", 1)


async def test_what_tells_more_is_not_the_same(embedder: MiniLM) -> None:
    old, new = "The user has a daughter.", "The user has a daughter named Ada."
    assert await judged(embedder, "same", old, new) == ("different", 1)
    assert await judged(embedder, "same", new, old) == ("same", 1)

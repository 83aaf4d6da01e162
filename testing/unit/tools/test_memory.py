from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from pipecatapp.errors import UserError
from pipecatapp.tools.execution.registry import Registry
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.memory import MemoryTools
from pipecatapp.tools.tool import Call, KeptFact, ToolError
from testing.unit.tools.fake_resources import FakeResources, call_in


@dataclass
class Facts:
    """A long-term memory of which only sentences are known."""

    kept: list[str] = field(default_factory=list)
    broken: bool = False
    outdated: tuple[str, ...] = ()

    async def count(self) -> int:
        return len(self.kept)

    async def latest(self, most: int, person: str | None) -> list[str]:
        return self.kept[-most:]

    async def matching(self, words: str) -> list[str]:
        about = {word for word in words.split() if len(word) > 3}
        return [text for text in self.kept if about & set(text.split())]

    async def remember(self, text: str, call: Call) -> KeptFact:
        if self.broken:
            raise UserError("The disk is full: make room.")
        self.kept.append(text)
        return KeptFact(text, self.outdated)

    async def forget_texts(self, texts: Sequence[str], call: Call) -> int:
        if self.broken:
            raise UserError("The disk is full: make room.")
        before = len(self.kept)
        self.kept = [text for text in self.kept if text not in texts]
        return before - len(self.kept)


@pytest.fixture
def facts() -> Facts:
    return Facts(["the bins go out on Tuesday", "the roof is new"])


@pytest.fixture
def toolset(facts: Facts) -> MemoryTools:
    return MemoryTools(FakeResources(memory=facts))


async def test_what_is_to_be_remembered_is_kept_word_for_word(
    toolset: MemoryTools, facts: Facts
) -> None:
    wanted = await toolset.wanted("Um, please remember that my Aunt Zoë comes at 7:30!")
    assert wanted == ("memory.remember", {"text": "my Aunt Zoë comes at 7:30"})
    said = await toolset.remember(call_in(), **wanted[1])
    assert facts.kept[-1] == "my Aunt Zoë comes at 7:30"
    assert "my Aunt Zoë comes at 7:30" in said


async def test_what_it_replaces_is_said(toolset: MemoryTools, facts: Facts) -> None:
    facts.outdated = ("55 20", "66 20")
    said = await toolset.remember(call_in(), text="my number is 77 20")
    assert said == 'I will remember: "my number is 77 20", instead of 55 20 and 66 20.'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "Remember that the password is Oak9!",
            'I will remember: "the password is Oak9!". I kept the exclamation mark at its end: '
            "if that is no part of it, tell me again without it.",
        ),
        (
            "Remember that the password is oak.",
            'I will remember: "the password is oak". I left out the full stop at its end: '
            "if that is part of it, tell me again in quotation marks.",
        ),
        (
            "remember that my name is kim please",
            'I will remember: "my name is kim please". I kept "please" at its end: '
            "if that is no part of it, tell me again without it.",
        ),
        ("Remember that the roof leaks.", 'I will remember: "the roof leaks".'),
    ],
)
async def test_where_it_ends_is_read_back_if_that_is_unsure(
    toolset: MemoryTools, words: str, said: str
) -> None:
    wanted = await toolset.wanted(words)
    assert wanted is not None
    assert await toolset.remember(call_in(), **wanted[1]) == said


async def test_a_question_besides_is_left_to_the_turn(toolset: MemoryTools) -> None:
    registry = Registry([toolset])
    await registry.examine()
    words = "Remember that my vet is Dr. Moon. When does she open?"
    assert await registry.wanted(words) == ("memory.remember", {"text": "my vet is Dr. Moon"})
    besides = registry.asked_besides("memory.remember", words)
    assert besides == "my vet is Dr. Moon. When does she open?"
    assert await registry.wanted(besides) is None
    assert registry.asked_besides("memory.forget", "Forget my vet.") == ""


async def test_it_is_not_said_to_be_remembered_where_it_is_not(
    toolset: MemoryTools, facts: Facts
) -> None:
    facts.broken = True
    with pytest.raises(ToolError, match=r"could not keep.*make room"):
        await toolset.remember(call_in(), text="the roof leaks")
    with pytest.raises(ToolError, match=r"could not forget.*make room"):
        await toolset.forget(call_in(), facts=["the roof is new"])


async def test_what_is_to_be_forgotten_is_named_in_full_and_asked_for(
    toolset: MemoryTools, facts: Facts
) -> None:
    wanted = await toolset.wanted("Forget that the bins go out on Tuesday, please.")
    assert wanted == ("memory.forget", {"facts": ["the bins go out on Tuesday"]})
    (forget,) = (tool for tool in tools_of(toolset) if tool.name == "memory.forget")
    assert forget.sensitive
    assert "the bins go out on Tuesday" in forget.spoken_purpose(wanted[1])
    said = await toolset.forget(call_in(), **wanted[1])
    assert facts.kept == ["the roof is new"]
    assert "bins" not in said


async def test_nothing_to_forget_is_said_to_be_so(toolset: MemoryTools) -> None:
    wanted = await toolset.wanted("forget my shoe size")
    assert wanted == ("memory.look_for", {"what": "my shoe size"})
    assert "my shoe size" in await toolset.look_for(call_in(), **wanted[1])


@pytest.mark.parametrize(
    "words",
    [
        "forget our session",
        "do you remember the roof",
        "what do you remember of the bins",
        "the bins go out on Tuesday",
        "forget it",
        "forget the radio, switch on the lamp in the hall",
    ],
)
async def test_what_asks_for_neither_is_left_to_others(toolset: MemoryTools, words: str) -> None:
    assert await toolset.wanted(words) is None


async def test_the_model_is_not_offered_any_of_it(facts: Facts) -> None:
    registry = Registry([MemoryTools(FakeResources(memory=facts))])
    await registry.examine()
    assert registry.tools == []
    assert registry.get("memory.forget") is not None
    assert await registry.wanted("remember that the roof is new") is not None


async def test_without_a_long_term_memory_it_is_left_out_with_the_reason() -> None:
    registry = Registry([MemoryTools(FakeResources())])
    await registry.examine()
    assert "no long-term memory" in registry.unavailable["memory"]
    assert await registry.wanted("remember that the roof is new") is None

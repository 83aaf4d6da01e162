from datetime import date

import pytest

from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.memory.learning.gate import Gate
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8"), Settings().prompts)


@pytest.mark.parametrize(
    "words",
    [
        "My sister-in-law is a surgeon.",
        "uh i'm allergic to penicillin",
        "How do I cook rice? My husband cannot eat garlic. What goes with it?",
        "what should i cook for dinner tonight and by the way it has to be something without milk"
        " because my son is lactose intolerant and what could we have for dessert after that",
    ],
)
def test_what_may_be_worth_keeping_passes(gate: Gate, words: str) -> None:
    assert gate.lets_pass(ExaminedTurn(words, DAY))


@pytest.mark.parametrize(
    "words",
    ["Thanks a lot!", "who invented the telephone", "switch off the lamp in the hall", "", "..."],
)
def test_talk_does_not_pass(gate: Gate, words: str) -> None:
    assert not gate.lets_pass(ExaminedTurn(words, DAY))


def test_a_short_answer_is_understood_by_the_question(gate: Gate) -> None:
    before = (("i need new tyres", "Which size do you need?"),)
    assert gate.lets_pass(ExaminedTurn("sixteen", DAY, before))
    assert not gate.lets_pass(ExaminedTurn("yes please", DAY, before))

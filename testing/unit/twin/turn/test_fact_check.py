import pytest

from pipecatapp.twin.history.messages import UserMessage
from pipecatapp.twin.history.turn import ActiveTurn, Turn
from pipecatapp.twin.turn.checked_answer import Clause
from pipecatapp.twin.turn.fact_check import FactCheck

FACT = "Your favourite writer is Selma Lagerlof."


def turn(instead: str) -> ActiveTurn:
    return ActiveTurn([], Turn(UserMessage("which writer do I love"), instead=instead))


@pytest.mark.parametrize(
    "answer",
    [
        "I don't have a favourite writer.",
        "As an AI,",
        "I'm sorry,",
        "Unfortunately I have no record of that.",
        "My favourite writer is Goethe.",
    ],
)
def test_a_fact_takes_the_place_of_an_answer_that_denies_it(answer: str) -> None:
    correction = FactCheck().correction(Clause(answer), turn(FACT))
    assert correction is not None
    assert correction.text == FACT
    assert correction.ends


@pytest.mark.parametrize("answer", ["Your favourite writer is Selma Lagerlof.", "Selma Lagerlof,"])
def test_an_answer_that_tells_it_stays(answer: str) -> None:
    assert FactCheck().correction(Clause(answer), turn(FACT)) is None


def test_later_sentences_and_turns_without_a_fact_are_not_judged() -> None:
    denial = "I don't know more."
    assert FactCheck().correction(Clause(denial, "It is Selma Lagerlof. "), turn(FACT)) is None
    assert FactCheck().correction(Clause(denial), turn("")) is None
    assert not FactCheck().waits(Clause("I do"), turn(""))

import pytest

from pipecatapp.memory.learning.grounding import lasts


@pytest.mark.parametrize(
    "statement",
    [
        "The user prefers the grey one.",
        "The user only needs the small and the round ones on 3 May 2026.",
        "The user likes the third one best.",
        "The user does not trust it.",
        "It is in the cellar.",
        "The user lives there.",
        "The user is hungry.",
        "The user is waiting for a bus.",
        "The user's brother is visiting tonight.",
        "The user wants to go to the lake today.",
        "The user just needs two more eggs right now.",
    ],
)
def test_what_needs_its_moment_is_not_worth_keeping(statement: str) -> None:
    assert not lasts(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "The user has one brother.",
        "Olga is one of the user's three aunts.",
        "Both children are allergic to nuts.",
        "The user's daughter was born today.",
        "The user sold the boat this morning.",
        "The user needs glasses.",
        "The user is flying to Oslo on 4 May 2026.",
        "This house belongs to the user's mother.",
        "The first owner of the flat was the user's uncle.",
    ],
)
def test_what_lasts_is(statement: str) -> None:
    assert lasts(statement)

from datetime import date

import pytest

from pipecatapp.memory.learning.examined_turn import LONGEST_TURN, ExaminedTurn


def own_words(said: str) -> str:
    return ExaminedTurn(said, date(2026, 11, 24)).own_words


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("  My sister is Ada. ", "My sister is Ada."),
        ('The film is called "Blue Night".', 'The film is called "Blue Night".'),
        (
            'She wrote "I have moved to Lisbon with my two dogs" today.',
            'She wrote "..." today.',
        ),
        ("Translate this text: my name is Tom and I live in Oslo.", "Translate this text: ..."),
        ('He said "I sold my old red car last week', 'He said "..."'),
    ],
)
def test_quoted_and_pasted_texts_are_not_the_users_words(said: str, left: str) -> None:
    assert own_words(said) == left


def test_a_long_text_is_cut() -> None:
    assert len(own_words("I like tea. " * 500)) <= LONGEST_TURN

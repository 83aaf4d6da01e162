import pytest

from pipecatapp.text.words import (
    letters_and_digits,
    significant_words,
    spoken_words,
    tokenize,
    undivided_words,
    whole_words,
)


def test_each_purpose_cuts_a_text_its_own_way() -> None:
    text = "Don't restart node5.lan!"
    assert tokenize(text) == ["Don", "t", "restart", "node5", "lan"]
    assert whole_words(text) == ["Don't", "restart", "node5", "lan"]
    assert spoken_words(text) == ["dont", "restart", "node5", "lan"]
    assert undivided_words(text) == ["dont", "restart", "node5lan"]
    assert letters_and_digits(text) == ["Don", "t", "restart", "node", "5", "lan"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where did I leave my car keys?", ["leave", "car", "keys"]),
        ("Is my exam in May?", ["exam", "may"]),
        ("What is it?", []),
    ],
)
def test_words_that_say_nothing_are_left_out(text: str, found: list[str]) -> None:
    assert significant_words(text) == found

import pytest

from pipecatapp.text.number_words import MOST_CHARACTERS, with_digits


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("eighty-four sheep", "84 sheep"),
        ("Two hundred and six bones", "206 bones"),
        ("a thousand and one nights", "1001 nights"),
        ("four million twelve thousand and nine", "4012009"),
        ("six thousand three hundred", "6300"),
        ("three hundred thousand", "300000"),
        ("seven point five litres", "7.5 litres"),
        ("one point oh two", "1.02"),
        ("nought point two five", "0.25"),
        ("point eight", "0.8"),
        ("ten point fifteen", "10.15"),
        ("1.5 million", "1500000"),
        ("one point five million", "1500000"),
        ("19.90", "19.90"),
        ("nineteen sixty nine", "19 69"),
        ("seven, eight and nine", "7, 8 and 9"),
        ("two hundred and three hundred", "200 and 300"),
        ("four thousand and five thousand", "4000 and 5000"),
        ("twelve² is more", "12² is more"),
    ],
)
def test_numbers_are_written_in_digits(said: str, written: str) -> None:
    assert with_digits(said) == written


@pytest.mark.parametrize("text", ["a dog and a cat", "what is the point", "no numbers here", ""])
def test_other_words_stay(text: str) -> None:
    assert with_digits(text) == text


def test_ranks_are_written_only_where_they_are_wanted() -> None:
    assert with_digits("the twenty third of may") == "the 20 third of may"
    assert with_digits("the twenty third of may", ordinals=True) == "the 23th of may"
    assert with_digits("thirty-first", ordinals=True) == "31th"


def test_a_long_text_costs_nothing() -> None:
    text = "seven " * MOST_CHARACTERS
    assert with_digits(text) == text

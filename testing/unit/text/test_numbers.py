import pytest

from pipecatapp.text.numbers import numbers, spelled_out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("twenty five sheep", 25),
        ("twenty-five sheep", 25),
        ("the 25th", 25),
        ("twenty fifth of may", 25),
        ("nineteen eighty four", 1984),
        ("two thousand nineteen", 2019),
        ("one hundred and ten", 110),
        ("four seven one one", 4711),
        ("room 12", 12),
    ],
)
def test_a_number_is_known_in_digits_and_in_words(text: str, found: int) -> None:
    assert found in numbers(text)


@pytest.mark.parametrize("text", ["nobody has a number", "", "one-eyed, and that is all"])
def test_words_that_count_nothing_are_no_numbers(text: str) -> None:
    assert numbers(text) <= {1}


def test_a_number_of_any_length_is_read_in_time() -> None:
    assert max(numbers("9" * 100_000)) < 10**18


def test_dictated_digits_are_digits() -> None:
    assert spelled_out(["node", "five", "of", "ten"]) == ["node", "5", "of", "10"]

import pytest

from pipecatapp.text.second_person import in_second_person


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("my favourite author is Ngaio Marsh", "Your favourite author is Ngaio Marsh."),
        ("The user's granddaughter is named Ida.", "Your granddaughter is named Ida."),
        ("The user watches birds on Sundays.", "You watch birds on Sundays."),
        ("The user usually goes to bed at ten.", "You usually go to bed at ten."),
        ("The user is afraid of spiders.", "You are afraid of spiders."),
        ("The user has two canaries and does not eat fish.", "You have two canaries and does not"),
        ("I'm a baker and I was born in Ghent", "You are a baker and you were born in Ghent."),
        ("we've sold our boat", "You have sold your boat."),
        ("Greta studies law in Bonn.", "You study law in Bonn."),
        ("Greta's bicycle is green.", "Your bicycle is green."),
        ("the bins go out on Tuesday", "The bins go out on Tuesday."),
        ("my aunt passes me the salt", "Your aunt passes you the salt."),
    ],
)
def test_a_statement_is_told_to_the_person_that_it_is_of(statement: str, told: str) -> None:
    assert (in_second_person(statement, ("the user", "Greta")) or "").startswith(told)


def test_a_statement_that_addresses_the_twin_is_not_turned_round() -> None:
    assert in_second_person("you are to call me Captain", ("the user",)) is None

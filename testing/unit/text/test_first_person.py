import pytest

from pipecatapp.text.first_person import as_told, in_third_person, of_person


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("My daughter's name is Ada", "Bob said: Bob's daughter's name is Ada"),
        ("I'm allergic to nuts", "Bob said: Bob is allergic to nuts"),
        ("Tell me that I\u2019ve won", "Bob said: Tell Bob that Bob has won"),
        ("the mime is mine", "Bob said: the mime is Bob's"),
        ("Italy is where Ian lives", "Bob said: Italy is where Ian lives"),
    ],
)
def test_what_is_told_is_said_of_its_teller(said: str, told: str) -> None:
    assert as_told(said, "Bob") == told


def test_nothing_changes_where_nobody_is_known() -> None:
    assert as_told("My name is Ada", None) == "My name is Ada"
    assert as_told("My name is Ada", "") == "My name is Ada"


def test_a_name_is_only_a_name() -> None:
    assert of_person("I saw it", r"A\1 {x}") == r"A\1 {x} saw it"
    assert of_person("my house, my me", "Mine") == "Mine's house, Mine's Mine"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("my sister is allergic to nuts", "The user's sister is allergic to nuts"),
        ("I'm left-handed", "The user is left-handed"),
        ("i live in Porto", "The user live in Porto"),
        ("The user lives in Porto.", "The user lives in Porto."),
    ],
)
def test_what_was_kept_word_for_word_is_compared_as_the_users(kept: str, told: str) -> None:
    assert in_third_person(kept) == told

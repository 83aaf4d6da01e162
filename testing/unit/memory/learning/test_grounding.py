import pytest

from pipecatapp.memory.learning.grounding import is_grounded, says


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("my daughter ada is seven", "The user's daughter Ada is 7 years old."),
        ("i work from home", "The user works from home."),
        ("um my doctor is doctor ramirez", "The user's doctor is Dr. Ramirez."),
        ("my mom lives in leeds", "The user's mother lives in Leeds."),
        ("i'm allergic to nuts", "The user is allergic to nuts."),
    ],
)
def test_what_was_said_is_a_ground(said: str, statement: str) -> None:
    assert is_grounded(statement, said, said)


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("my daughter is seven", "The user's daughter Ada is seven."),
        ("my daughter ada is seven", "The user's daughter Ada is eight."),
        ("emma broke her leg", "The user's wife Emma broke her leg."),
        ("i like the sea", "The user owns a sailing boat in the harbor."),
    ],
)
def test_what_was_invented_has_none(said: str, statement: str) -> None:
    assert not is_grounded(statement, said, said)


def test_what_stands_only_in_earlier_turns_was_examined_then() -> None:
    said, before = "what time is it", "my daughter ada is seven"
    assert not is_grounded("The user's daughter Ada is seven.", f"{before}\n{said}", said)


def test_a_statement_that_adds_nothing_is_needless() -> None:
    longer = "The user's husband Tom drinks his coffee black."
    assert says(longer, "Tom's coffee is black.")
    assert not says(longer, "Tom's coffee is black at 7.")
    assert not says(longer, "The user drinks tea.")

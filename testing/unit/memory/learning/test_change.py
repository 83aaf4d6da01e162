import pytest

from pipecatapp.memory.learning.change import (
    adds_nothing,
    is_successor,
    may_replace,
)
from pipecatapp.text.first_person import in_third_person


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user lives in Lisbon.", "The user now lives in Porto."),
        ("Tom works at the bank.", "Tom works at the hospital."),
        ("The user's phone number is 555 0134.", "The user's new phone number is 555 0199."),
        ("The car is parked on level three.", "The car is parked on level one."),
        ("The NAS has the address 192.168.1.20.", "The NAS has the address 192.168.1.33."),
        ("The user's favorite color is green.", "The user's favorite color is blue."),
        ("Anna is single.", "Anna is married."),
        ("The user's sister Anna lives in Graz.", "The user's sister Anna lives in Bonn."),
        ("The vacuum cleaner is in the hall.", "The vacuum cleaner is in the cellar."),
    ],
)
def test_there_is_one_of_it(old: str, new: str) -> None:
    assert is_successor(new, old)
    assert may_replace(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user's daughter is named Ada.", "The user's daughter is named Bea."),
        ("The user's sister lives in Graz.", "The user's sister lives in Bonn."),
        ("The user's dog is called Luna.", "The user's dog is called Rex."),
        ("The user lives in Porto.", "The user lives in a small flat."),
        ("The user lives in a small flat.", "The user lives in a quiet street."),
        ("The user lives with Anna.", "The user lives with two cats."),
        ("The user is in a choir.", "The user is in a chess club."),
        ("The user is allergic to nuts.", "The user is allergic to cats."),
        ("The user likes tea.", "The user likes coffee."),
        ("The user speaks German.", "The user speaks Dutch."),
        ("Tom lives in Leeds.", "Anna lives in Bath."),
        ("The user has a red bike.", "The user has a black bike."),
        ("The user works in Leeds.", "The user works in the evening."),
        ("The user lives in Porto.", "The user lives in Porto with Anna."),
        ("The user is married.", "The user is married to Paul."),
        ("Emma broke her leg.", "Emma can't go to school."),
        ("The user's sister sold the house.", "The user's brother moved out of the house."),
    ],
)
def test_there_may_be_two_of_it(old: str, new: str) -> None:
    assert not is_successor(new, old)
    assert not may_replace(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user drives a blue Golf.", "The user sold the blue Golf."),
        ("The user smokes.", "The user does not smoke."),
        ("The user is vegetarian.", "The user eats meat again."),
        ("The user likes jazz.", "The user hates jazz."),
    ],
)
def test_a_change_or_a_denial_may_replace(old: str, new: str) -> None:
    assert may_replace(new, old)
    assert not is_successor(new, old)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("The user has a daughter.", "The user has a daughter named Ada.", False),
        ("The user has a daughter named Ada.", "The user's daughter is called Ada.", True),
        ("The alarm rings at 6.", "The alarm rings at 7.", False),
        ("The alarm rings at six.", "The alarm rings at 6.", True),
        ("Ada eats fish.", "Ada does not eat fish.", False),
        ("The user lives in Porto.", "The user's parents live in Porto.", False),
        ("The user hates jazz.", "The user does not like jazz.", True),
    ],
)
def test_only_what_adds_nothing_can_be_the_same(old: str, new: str, same: bool) -> None:
    assert adds_nothing(new, old) is same


def test_word_for_word_or_not_one_place_is_left_for_another() -> None:
    assert is_successor("The user lives in Porto.", in_third_person("I live in Lisbon"))

"""Who a remark or a follow-up is for, by what the turn before came to."""

import pytest

from pipecatapp.twin.routing.actions import Actions
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router

RHYME = "make a rhyme on house"


@pytest.fixture
def router(actions: Actions, classifier: IntentClassifier) -> Router:
    return Router(actions, classifier)


@pytest.mark.parametrize("last", ["answer", "rhyming_expert", "lamp.read", None])
@pytest.mark.parametrize(
    "words", ["i like the third one best", "My aunt has a house like that.", "that took a while"]
)
def test_a_remark_is_for_the_twin(router: Router, words: str, last: str | None) -> None:
    assert router.best_guess(words, [RHYME], last) == "answer"


def test_again_means_what_the_turn_before_came_to(router: Router) -> None:
    for last in ("answer", "lamp.read", "rhyming_expert"):
        assert router.best_guess("Do that again.", [RHYME], last) == last


def test_again_means_an_answer_where_the_tool_has_gone(router: Router) -> None:
    assert router.best_guess("Do that again.", [RHYME], "kettle.boil") == "answer"


@pytest.mark.parametrize("words", ["can you make it longer", "does the house have a garden"])
def test_a_follow_up_is_for_the_expert_that_spoke(router: Router, words: str) -> None:
    assert router.best_guess(words, [RHYME], "rhyming_expert") == "rhyming_expert"
    assert router.best_guess(words, [RHYME], "answer") != "rhyming_expert"


def test_a_sure_request_is_for_its_tool_whoever_spoke(router: Router) -> None:
    words = "put the light out in the house"
    assert router.best_guess(words, [RHYME], "rhyming_expert") == "lamp.switch"


def test_an_expert_is_asked_for_by_a_word_of_its_domain(router: Router) -> None:
    assert router.best_guess("find me a rhyme for the birthday card", []) == "rhyming_expert"
    assert router.best_guess("find me a present for the birthday", []) == "answer"

import pytest

from pipecatapp.twin.routing.expert_domains import ExpertDomains

EXAMPLES = {
    "answer": ["how are you", "what is a bridge", "i like this song", "how do bees find home"] * 5,
    "gardening_expert": ["prune the roses", "when do i sow beans", "my roses have mildew"],
    "lamp.switch": ["switch on the lamp", "lamp off please"] * 3,
}
DOMAINS = ExpertDomains(EXAMPLES, {"gardening_expert": "helps with plants and lawns"})


@pytest.mark.parametrize(
    "words", ["how do i prune a pear tree", "A rose with mildew?", "the lawn is yellow"]
)
def test_a_word_of_the_domain_asks_for_the_expert(words: str) -> None:
    assert DOMAINS.holds("gardening_expert", words)


@pytest.mark.parametrize("words", ["switch the heating on", "how are the bees", "three more"])
def test_words_that_everybody_uses_do_not(words: str) -> None:
    assert not DOMAINS.holds("gardening_expert", words)


def test_an_expert_that_came_later_is_not_judged() -> None:
    assert DOMAINS.holds("cooking_expert", "what now")

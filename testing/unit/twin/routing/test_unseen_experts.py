import pytest

from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.twin.routing.unseen_experts import UnseenExperts

BIOLOGY = Expert("biology", "explains plants and animals")
TAX = Expert("tax-law", "explains taxes", ("how much tax do i pay", "what can i deduct"))


@pytest.fixture(scope="module")
def unseen(embedder: MiniLM) -> UnseenExperts:
    return UnseenExperts(embedder, [BIOLOGY, TAX])


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("ask the biology expert why leaves are green", "biology_expert"),
        ("Let the tax law expert answer that.", "tax-law_expert"),
        ("what would the biology specialist say", "biology_expert"),
        ("how much tax do i have to pay", "tax-law_expert"),
        # About it, and not for it.
        ("let the biology expert sleep after ten minutes", None),
        ("is the biology expert online", None),
        ("what is the capital of France", None),
    ],
)
def test_who_is_plainly_meant(unseen: UnseenExperts, words: str, action: str | None) -> None:
    assert unseen.meant(words) == action


def test_who_may_be_meant(unseen: UnseenExperts) -> None:
    assert unseen.near("how do bees find their way home")[0] == "biology_expert"
    assert unseen.near("what do I have to pay to the tax office")[0] == "tax-law_expert"
    assert unseen.near("thank you very much") == []


def test_without_anything_to_compare_meanings_names_count_alone() -> None:
    unseen = UnseenExperts(None, [BIOLOGY])
    assert unseen.meant("ask the biology expert") == "biology_expert"
    assert unseen.near("how do bees find their way home") == []

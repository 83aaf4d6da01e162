import pytest

from pipecatapp.memory.summary import MOST_SENTENCES, condensed, summarize
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

TURNS = [
    ("The tomatoes in the garden need water. My sister visits on Friday.", "I see."),
    ("What is the capital of France?", "It is Paris."),
    ("We should plant beans beside the tomatoes.", "Beans grow well in the garden.\nGood luck!"),
    ("The printer is out of paper.", "Buy some tomorrow."),
]


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


def test_the_sentences_about_the_query_are_returned_in_order(embedder: MiniLM) -> None:
    assert summarize(TURNS, "vegetables in the garden", embedder, most=3).splitlines() == [
        "User: The tomatoes in the garden need water.",
        "User: We should plant beans beside the tomatoes.",
        "Twin: Beans grow well in the garden.",
    ]


def test_what_was_said_twice_does_not_crowd_out_the_rest(embedder: MiniLM) -> None:
    turns = [("The printer is out of paper.", "")] * 5 + [("The printer needs ink.", "")]
    chosen = summarize(turns, "the printer", embedder, most=2).splitlines()
    assert sorted(set(chosen)) == [
        "User: The printer is out of paper.",
        "User: The printer needs ink.",
    ]


@pytest.mark.parametrize("query", ["", "  "])
def test_without_a_query_the_conversation_as_a_whole_counts(embedder: MiniLM, query: str) -> None:
    lines = summarize(TURNS, query, embedder).splitlines()
    assert len(lines) == MOST_SENTENCES
    assert len(set(lines)) == MOST_SENTENCES


def test_a_short_conversation_is_returned_whole(embedder: MiniLM) -> None:
    assert summarize(TURNS[1:2], "anything", embedder).splitlines() == [
        "User: What is the capital of France?",
        "Twin: It is Paris.",
    ]


@pytest.mark.parametrize("turns", [[], [("", "")], [(" \n ", "")]])
def test_where_nothing_was_said_nothing_is_returned(
    embedder: MiniLM, turns: list[tuple[str, str]]
) -> None:
    assert summarize(turns, "the garden", embedder) == ""


def test_an_earlier_summary_goes_into_the_next_one(embedder: MiniLM) -> None:
    first = condensed("", TURNS[:2], embedder)
    assert first == summarize(TURNS[:2], "", embedder)
    second = condensed(first, TURNS[2:], embedder)
    lines = second.splitlines()
    assert len(lines) == MOST_SENTENCES
    assert "User: The printer is out of paper." in lines
    assert set(lines) & set(first.splitlines())
    assert all(line.startswith(("User: ", "Twin: ")) for line in lines)

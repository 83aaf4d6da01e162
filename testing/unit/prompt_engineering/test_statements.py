import pytest

from prompt_engineering.statements import KnownFact, Reply, statement_report

FACTS = [KnownFact(text="The user keeps bees.", told="bee"), KnownFact(text="x", told="river")]


@pytest.mark.parametrize(
    ("said", "answer", "repeats"),
    [
        ("i lost my hat", "I lost my hat.", True),
        ("I lost my hat.", "You lost your hat. What a pity.", True),
        ("It rains. My roof leaks.", "Your roof leaks!", True),
        ("i lost my hat", "That is a pity. Where did you wear it last?", False),
        ("i lost my hat", "", False),
    ],
)
def test_a_repetition_is_counted(said: str, answer: str, repeats: bool) -> None:
    assert Reply(said, answer).repeats is repeats


def test_a_fact_is_in_place_where_the_statement_speaks_of_it() -> None:
    assert Reply("i lost my hat", "You keep bees.", FACTS).out_of_place
    assert not Reply("the bees are asleep", "You keep bees.", FACTS).out_of_place
    assert not Reply("i lost my hat", "What a pity.", FACTS).out_of_place


def test_the_report_counts_and_shows_every_reply() -> None:
    replies = [Reply("i lost my hat", "I lost my hat.", FACTS), Reply("it rains", "", FACTS)]
    found = statement_report(replies)
    assert (found["statements"], found["repeated"], found["unanswered"]) == (2, 1, 1)
    assert [entry["said"] for entry in found["replies"]] == ["i lost my hat", "it rains"]

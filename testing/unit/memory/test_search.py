from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.search import Mode, Search, fused
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

DAY = 86400.0
FACTS = [
    ("My daughter's name is Ada.", "Bob", ""),
    ("My daughter's name is Grace.", "Carol", ""),
    ("The router in the cellar has the address 10.0.0.7.", None, ""),
    ("The car is in the garage on Mill Street.", None, ""),
    ("It was wonderful.", "Carol", "We went to the opera in Verona last night."),
    ("The boiler's serial number is QX-7741.", None, ""),
]


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture(scope="module")
def memory(embedder: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongTermMemory]:
    memory = LongTermMemory(tmp_path_factory.mktemp("memory"), embedder)
    memory.keep(
        [
            Addition(NewFact(text, Source.ASKED, 1.7e9 + n * DAY, by, context=context))
            for n, (text, by, context) in enumerate(FACTS)
        ]
    )
    yield memory
    memory.close()


def texts(memory: LongTermMemory, query: str, most: int = 1, mode: Mode = "hybrid") -> list[str]:
    return [found.fact.text for found in memory.search(query, most, mode)]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("What is Bob's daughter called?", 0),
        ("What is the name of Carol's daughter?", 1),
        ("which IP does the gateway have", 2),
        ("where did I park", 3),
        ("How did she like the opera?", 4),
        ("7741", 5),
    ],
)
def test_a_fact_is_found_by_its_words_its_meaning_its_teller_and_its_turn(
    memory: LongTermMemory, query: str, place: int
) -> None:
    assert texts(memory, query) == [FACTS[place][0]]


def test_my_is_of_who_asks(memory: LongTermMemory, embedder: MiniLM) -> None:
    core = memory._core
    search = Search(core.database.connection, core.index.vectors, embedder)
    for asker, text in (("Bob", FACTS[0][0]), ("Carol", FACTS[1][0])):
        hits = search.search("What's my daughter's name?", 1, asked_by=asker)
        assert memory.get([hits[0].id])[0].text == text


def test_words_alone_find_what_has_one_and_meaning_alone_finds_all(memory: LongTermMemory) -> None:
    assert texts(memory, "routers", 10, "bm25") == [FACTS[2][0]]
    assert texts(memory, "kindergarten", 10, "bm25") == []
    assert len(texts(memory, "kindergarten", 10, "vectors")) == len(FACTS)
    assert len(texts(memory, "kindergarten", 3)) == 3


def test_similarity_is_the_cosine_in_every_mode(memory: LongTermMemory) -> None:
    query = "the router's address"
    first = {mode: memory.search(query, 1, mode)[0] for mode in ("hybrid", "bm25", "vectors")}
    assert len({found.fact.id for found in first.values()}) == 1
    assert first["vectors"].score == first["vectors"].similarity
    expected = pytest.approx(first["vectors"].similarity, abs=1e-5)
    assert first["hybrid"].similarity == expected
    assert first["bm25"].similarity == expected


@pytest.mark.parametrize(
    "query", ["", "  \n", "\0", '"', "\ud83d", "what is it", "NEAR(", "a* OR", "router " * 1500]
)
def test_anything_may_be_asked(memory: LongTermMemory, query: str) -> None:
    for mode in ("hybrid", "bm25", "vectors"):
        assert len(texts(memory, query, 3, mode)) <= 3
    assert texts(memory, query, 0) == []


def test_of_two_that_fit_alike_the_newer_comes_first(embedder: MiniLM, tmp_path: Path) -> None:
    memory = LongTermMemory(tmp_path, embedder)
    for number, at in ((1, 3 * DAY), (2, 9 * DAY), (3, 6 * DAY)):
        fact = NewFact(f"The key is in drawer {number}.", Source.ASKED, 1.7e9 + at)
        memory.keep([Addition(fact)])
    found = [entry.fact.text[-2] for entry in memory.search("key drawer", 3, "bm25")]
    memory.close()
    assert found == ["2", "3", "1"]


def test_shares_of_the_highest_scores_are_added() -> None:
    scores = fused({1: 8.0, 2: 4.0}, {1: 0.2, 2: 0.8, 3: 0.4})
    assert scores == pytest.approx({1: 0.4 + 0.15, 2: 0.2 + 0.6, 3: 0.3})
    assert fused({}, {1: 0.5}) == pytest.approx({1: 0.6})
    assert fused({}, {}) == {}


def test_in_many_facts_common_words_rank_but_do_not_choose(
    memory: LongTermMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(texts(memory, "daughter ada", 10, "bm25")) == 2
    monkeypatch.setattr("pipecatapp.memory.search.MOST_RANKED", 1)
    assert texts(memory, "daughter ada", 10, "bm25") == [FACTS[0][0]]
    assert texts(memory, "zebra boiler daughter", 10, "bm25") == [FACTS[5][0]]
    assert len(texts(memory, "daughter", 10, "bm25")) == 2
    assert texts(memory, "zebra", 10, "bm25") == []

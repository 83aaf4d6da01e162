import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import LONGEST_FACT, NewFact, Source
from testing.unit.memory.conftest import now_and_after_a_restart, remember, texts

ADA = "The user's daughter is named Ada."
MODES = ["bm25", "vectors", "hybrid"]
Open = Callable[[], LongTermMemory]


def without_porto(state: dict[str, Any], told: object) -> dict[str, Any]:
    kept = [m for m in state["messages"] if "porto" not in m["content"].lower()]
    return {**state, "messages": kept}


@pytest.mark.parametrize("mode", MODES)
def test_a_fact_is_found_by_its_words_and_by_its_meaning_after_a_restart_too(
    memory: LongTermMemory, open_memory: Open, mode: str
) -> None:
    remember(memory, ADA)
    remember(memory, "The user's car is a red Volvo.")
    for opened in now_and_after_a_restart(memory, open_memory):
        assert texts(opened, "what is my daughter called", mode)[0] == ADA
        assert len(opened) == 2


def test_what_is_told_again_is_one_fact_with_a_later_date(memory: LongTermMemory) -> None:
    first = remember(memory, ADA, at=1000.0)
    again = remember(memory, ADA.upper(), at=2000.0)
    assert again.id == first.id
    assert len(memory) == 1
    (kept,) = memory.newest(5)
    assert (kept.text, kept.at, kept.confirmed_at) == (ADA, 1000.0, 2000.0)


@pytest.mark.parametrize("mode", MODES)
def test_a_contradicted_fact_stays_marked_and_is_not_found(
    memory: LongTermMemory, open_memory: Open, mode: str
) -> None:
    lisbon = remember(memory, "The user lives in Lisbon.")
    porto = remember(memory, "The user lives in Porto.", lisbon)
    for opened in now_and_after_a_restart(memory, open_memory):
        assert texts(opened, "where does the user live", mode) == ["The user lives in Porto."]
        (old,) = opened.get([lisbon.id])
        assert old.superseded_by == porto.id


@pytest.mark.parametrize("mode", MODES)
def test_a_forgotten_fact_is_gone_with_what_it_had_replaced(
    memory: LongTermMemory, open_memory: Open, directory: Path, mode: str
) -> None:
    lisbon = remember(memory, "The user lives in Lisbon.")
    porto = remember(memory, "The user lives in Porto.", lisbon, context="i moved to porto")
    remember(memory, ADA)
    memory.turns.put(FinishedTurn("i moved to porto", "Nice.", "a", 1.0))
    memory.turns.put(FinishedTurn("where do I live", "In Porto.", "a", 2.0))
    memory.turns.put(FinishedTurn("thanks", "Bye.", "a", 2.0, before=(("where", "In Porto."),)))
    gone = memory.forget([porto.id], without_porto)
    assert {fact.text for fact in gone} == {"The user lives in Lisbon.", "The user lives in Porto."}
    (pending,) = memory.pending()
    memory.settle(pending)
    for opened in now_and_after_a_restart(memory, open_memory):
        assert not set(texts(opened, "where does the user live", mode)) - {ADA}
        assert opened.get([lisbon.id, porto.id]) == []
        assert opened.turns.oldest() is None
        assert opened.pending() == []
    for path in directory.iterdir():
        for word in (b"Porto", b"porto", b"Lisbon", b"lisbon"):
            assert word not in path.read_bytes(), f"{word!r} is still in {path.name}"


def test_several_facts_are_kept_together_or_not_at_all(memory: LongTermMemory) -> None:
    good = Addition(NewFact(ADA, Source.LEARNED, 1.0))
    wrong = Addition(NewFact("x", "nonsense", 1.0))  # type: ignore[arg-type] # not a Source
    with pytest.raises(Exception, match="CHECK"):
        memory.keep([good, wrong])
    assert len(memory) == 0
    assert texts(memory, "daughter") == []


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST_FACT + 1)])
def test_a_fact_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="characters"):
        NewFact(text, Source.ASKED, 1.0)


def test_characters_that_cannot_be_stored_do_no_harm(memory: LongTermMemory) -> None:
    remember(memory, "The cat is called \ud800Tom\0.", told_by="An\udfffn", context="\ud800 tom")
    assert "Tom" in texts(memory, "cat")[0]


@pytest.mark.parametrize(
    "query",
    ["", " ", '"', "NEAR(", "a AND", "text:", "*", "\0", "\ud800", "the of and", "x" * 10_000, "-"],
)
def test_no_query_breaks_the_search(memory: LongTermMemory, query: str) -> None:
    remember(memory, ADA)
    assert set(texts(memory, query)) <= {ADA}


def test_only_its_owner_can_read_the_memory(memory: LongTermMemory, directory: Path) -> None:
    remember(memory, ADA)
    memory.close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for path in directory.iterdir():
        if path.name != "lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_threads_may_add_and_search_at_once(memory: LongTermMemory) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            remember(memory, f"Fact {number}-{turn} is about gardens.")
            texts(memory, "gardens")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(memory) == 40
    assert len(memory.remembered()) == 40


# -- the cache of vectors ------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "older"])
def test_the_cache_of_vectors_is_made_again_whenever_it_does_not_fit(
    memory: LongTermMemory, open_memory: Open, directory: Path, damage: str
) -> None:
    cache = directory / "long_term_memory.faiss"
    remember(memory, "The user's car is a red Volvo.")
    memory.close()
    old = cache.read_bytes()
    opened = open_memory()
    remember(opened, ADA)
    opened.close()
    content = bytearray(cache.read_bytes())
    if damage == "missing":
        cache.unlink()
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        cache.write_bytes(content)
    else:
        cache.write_bytes({"empty": b"", "cut": bytes(content[:-7]), "older": old}[damage])
    again = open_memory()
    assert len(again) == 2
    assert texts(again, "what is my daughter called", "vectors")[0] == ADA
    again.close()
    assert len(cache.read_bytes()) == len(content)


def test_another_embedder_makes_its_own_vectors(
    memory: LongTermMemory, directory: Path, monkeypatch: pytest.MonkeyPatch, open_memory: Open
) -> None:
    remember(memory, ADA)
    remember(memory, "The user's car is a red Volvo.")
    memory.close()
    embedder = memory._core.embedder
    monkeypatch.setattr(embedder, "name", "another")
    again = open_memory()
    assert texts(again, "what is my daughter called", "vectors")[0] == ADA
    db = again._core.database.connection
    assert set(db.execute("SELECT embedder FROM vectors")) == {("another",)}


def test_a_cache_that_cannot_be_written_is_no_failure(
    memory: LongTermMemory, directory: Path, open_memory: Open
) -> None:
    remember(memory, ADA)
    cache = directory / "long_term_memory.faiss"
    cache.unlink(missing_ok=True)
    cache.mkdir()
    memory.close()
    assert texts(open_memory(), "daughter")[0] == ADA

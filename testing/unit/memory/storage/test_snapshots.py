import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.storage import snapshots as module
from pipecatapp.memory.storage.fact import Fact
from testing.unit.memory.conftest import now_and_after_a_restart, remember, texts

Open = Callable[[], LongTermMemory]
ADA = "The user's daughter is named Ada."
EMPTY: dict[str, Any] = {"messages": [], "log": []}


def talk(*words: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text} for text in words], "log": []}


def load(memory: LongTermMemory, name: str, now: dict[str, Any] = EMPTY) -> str:
    return memory.snapshots.load(name, "one", now, "who I am now", instead_of="file")


def without_ada(state: dict[str, Any], gone: Any) -> dict[str, Any]:
    kept = [m for m in state["messages"] if "ada" not in m["content"].lower()]
    return {**state, "messages": kept}


def test_a_load_brings_back_facts_turns_and_persona(
    memory: LongTermMemory, open_memory: Open
) -> None:
    lisbon = remember(memory, "The user lives in Lisbon.")
    memory.snapshots.save("then", talk("hello"), "who I was")
    remember(memory, "The user lives in Porto.", lisbon)
    remember(memory, ADA)
    kept = load(memory, "then", talk("now"))
    for opened in now_and_after_a_restart(memory, open_memory):
        assert texts(opened, "where does the user live") == ["The user lives in Lisbon."]
        assert len(opened) == 1
        (pending,) = opened.pending()
        assert pending.kind == "restore"
        assert pending.payload == {"conversation": "one", "state": talk("hello")}
        assert opened.snapshots.persona(instead_of="file") == "who I was"
        assert opened.snapshots.persona(instead_of="an edited file") is None
    opened.settle(pending)
    load(opened, kept)
    assert set(texts(opened, "where does the user live, what is the daughter's name")) == {
        "The user lives in Porto.",
        ADA,
    }
    assert opened.get([lisbon.id])[0].superseded_by is not None
    assert opened.pending()[0].payload["state"] == talk("now")
    assert opened.snapshots.persona(instead_of="file") == "who I am now"


def test_an_empty_memory_saves_and_loads_too(memory: LongTermMemory) -> None:
    memory.snapshots.save("nothing", EMPTY, "p")
    remember(memory, ADA)
    load(memory, "nothing")
    assert len(memory) == 0
    assert texts(memory, "daughter") == []
    assert [s.facts for s in memory.snapshots.listed()] == [1, 0]


def test_a_forgotten_fact_is_in_no_snapshot_any_more(
    memory: LongTermMemory, open_memory: Open, directory: Path
) -> None:
    ada = remember(memory, ADA)
    remember(memory, "The user's car is a red Volvo.")
    memory.snapshots.save("then", talk("my daughter is ada", "hello"), "p")
    load(memory, "then")
    memory.forget([ada.id], without_ada)
    for pending in memory.pending():
        memory.settle(pending)
    for opened in now_and_after_a_restart(memory, open_memory):
        for name in [snapshot.name for snapshot in opened.snapshots.listed()]:
            load(opened, name)
            assert "Ada" not in str(texts(opened, "what is my daughter called"))
            state = opened.pending()[-1].payload["state"]
            assert "ada" not in json.dumps(state).lower()
    opened.close()
    assert all(b"named Ada" not in path.read_bytes() for path in directory.iterdir())


def test_a_fact_told_again_after_a_load_is_forgotten_in_the_older_snapshot_too(
    memory: LongTermMemory,
) -> None:
    memory.snapshots.save("before", EMPTY, "p")
    remember(memory, ADA)
    memory.snapshots.save("with", EMPTY, "p")
    load(memory, "before")
    again = remember(memory, ADA)
    memory.forget([again.id], without_ada)
    load(memory, "with")
    assert len(memory) == 0


@pytest.mark.parametrize(
    "name",
    ["", "a/b", "../x", "a b", "a\n", "é", "x" * 65, "a;b", "\0", "a\ud800", "-\u202e", ".", ".."],
)
def test_names_are_letters_digits_dots_dashes_and_underscores(
    memory: LongTermMemory, name: str
) -> None:
    with pytest.raises(UserError, match="letters, digits"):
        memory.snapshots.save(name, EMPTY, "p")
    with pytest.raises(UserError, match="letters, digits"):
        load(memory, name)
    assert memory.snapshots.listed() == []


def test_a_name_that_loads_use_is_theirs(memory: LongTermMemory) -> None:
    with pytest.raises(UserError, match="twin's own"):
        memory.snapshots.save(f"{module.BEFORE_LOAD}mine", EMPTY, "p", replace=True)
    assert memory.snapshots.listed() == []


def test_a_taken_name_is_only_replaced_when_asked(memory: LongTermMemory) -> None:
    memory.snapshots.save("a", talk("first"), "p")
    with pytest.raises(UserError, match="already"):
        memory.snapshots.save("a", talk("second", "third"), "p")
    assert [s.turns for s in memory.snapshots.listed()] == [1]
    memory.snapshots.save("a", talk("second", "third"), "p", replace=True)
    assert [s.turns for s in memory.snapshots.listed()] == [2]


def test_a_load_that_cannot_be_is_none(memory: LongTermMemory) -> None:
    remember(memory, ADA)
    with pytest.raises(UserError, match="no snapshot"):
        load(memory, "missing")
    assert texts(memory, "daughter") == [ADA]
    assert memory.snapshots.listed() == []
    assert memory.pending() == []


def test_only_so_many_states_before_a_load_are_kept(memory: LongTermMemory) -> None:
    memory.snapshots.save("mine", EMPTY, "p")
    kept = [load(memory, "mine") for _ in range(module.KEPT_BEFORE_LOAD + 3)]
    names = [snapshot.name for snapshot in memory.snapshots.listed()]
    assert names == [*reversed(kept[3:]), "mine"]


def test_what_only_a_removed_snapshot_held_is_deleted(
    memory: LongTermMemory, directory: Path
) -> None:
    memory.snapshots.save("empty", EMPTY, "p")
    ada: Fact = remember(memory, ADA)
    before = load(memory, "empty")
    assert memory.get([ada.id])
    memory.snapshots.remove(before)
    assert memory.get([ada.id]) == []
    with pytest.raises(UserError, match="no snapshot"):
        memory.snapshots.remove(before)


def test_the_oldest_state_before_a_load_can_be_loaded_itself(memory: LongTermMemory) -> None:
    memory.snapshots.save("empty", EMPTY, "p")
    remember(memory, ADA)
    oldest = load(memory, "empty")
    for _ in range(module.KEPT_BEFORE_LOAD - 1):
        load(memory, "empty")
    load(memory, oldest)
    assert texts(memory, "daughter") == [ADA]

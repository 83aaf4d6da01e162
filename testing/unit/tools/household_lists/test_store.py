"""The lists on the disk."""

import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.errors import NotFoundError, UserError
from pipecatapp.tools.household_lists import store as module
from pipecatapp.tools.household_lists.store import MOST_ITEMS, NAME, FullError, ListStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ListStore]:
    opened = ListStore(tmp_path)
    yield opened
    opened.close()


def texts(store: ListStore, name: str = "shopping") -> list[str]:
    found = store.named(name)
    return [item.text for item in found.items] if found else []


def test_items_are_kept_to_the_letter_across_a_restart(tmp_path: Path) -> None:
    store = ListStore(tmp_path)
    store.add("shopping", ["Gerolsteiner Wasser (6 x 1,5 l)", "CRÈME fraîche"], "a")
    store.close()
    store = ListStore(tmp_path)
    assert texts(store) == ["Gerolsteiner Wasser (6 x 1,5 l)", "CRÈME fraîche"]
    store.close()
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_an_item_is_the_same_however_it_is_spelled(store: ListStore) -> None:
    store.add("shopping", ["Grüne Äpfel"], "a")
    spellings = [unicodedata.normalize("NFD", "grüne äpfel"), "the GRÜNE  ÄPFEL.", "Birnen"]
    change = store.add("Shopping", spellings, "a")
    assert (change.new, change.known) == (("Birnen",), ("Grüne Äpfel", "Grüne Äpfel"))
    assert texts(store) == ["Grüne Äpfel", "Birnen"]


def test_the_groceries_are_the_shopping_list(store: ListStore) -> None:
    for name in ("my grocery list", "the Shopping List", "groceries"):
        store.add(name, [f"of {name}"], "a")
    assert [found.name for found in store.all()] == ["shopping"]


def test_what_does_not_fit_changes_nothing(store: ListStore) -> None:
    store.add("shopping", ["soap"], "a")
    for refused in (["glue", "x" * 500], [f"number {n}" for n in range(MOST_ITEMS)], ["glue", "!"]):
        with pytest.raises(FullError):
            store.add("shopping", refused, "a")
    with pytest.raises(FullError):
        store.add("y" * 100, ["glue"], "a")
    assert texts(store) == ["soap"]
    assert len(store.all()) == 1


def test_there_is_an_end_to_lists(store: ListStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LISTS", 2)
    assert store.create("one")
    assert not store.create("One")
    store.create("two")
    with pytest.raises(FullError):
        store.create("three")


def test_each_conversation_undoes_its_own_changes(store: ListStore) -> None:
    store.add("shopping", ["soap", "glue"], "sofa")
    store.add("shopping", ["nails"], "kitchen")
    (soap, glue, nails) = store.all()[0].items
    store.remove([soap.id, nails.id], "sofa")
    assert texts(store) == ["glue"]
    undone = store.undo("sofa")
    assert undone
    assert (undone.kind, set(undone.items)) == ("removed", {"soap", "nails"})
    assert set(texts(store)) == {"soap", "glue", "nails"}
    undone = store.undo("kitchen")
    assert undone
    assert undone.items == ("nails",)
    assert set(texts(store)) == {"soap", "glue"}
    assert store.undo("kitchen") is None
    assert glue.text in texts(store)


def test_a_deleted_list_comes_back(store: ListStore) -> None:
    store.add("party", ["cake"], "a")
    (party,) = store.all()
    assert store.clear(party.id, "a", delete=True).items == party.items
    assert store.all() == []
    with pytest.raises(NotFoundError):
        store.clear(party.id, "a")
    store.undo("a")
    assert texts(store, "party") == ["cake"]


def test_after_a_while_nothing_is_left_of_what_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ListStore(tmp_path)
    store.add("shopping", ["Zyankali"], "a")
    store.remove([store.all()[0].items[0].id], "a")
    assert store.can_undo()
    monkeypatch.setattr(module, "UNDO_SECS", -1.0)
    assert not store.can_undo()
    assert store.undo("a") is None
    store.close()
    assert all(b"Zyankali" not in path.read_bytes() for path in tmp_path.iterdir())


def test_an_unreadable_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    store = ListStore(tmp_path)
    assert store.all() == []
    assert store.set_aside
    assert store.set_aside.read_bytes().startswith(b"no database")
    store.add("shopping", ["soap"], "a")
    assert texts(store) == ["soap"]
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    store = ListStore(tmp_path)
    with store._file.transaction() as database:
        database.execute("CREATE TABLE more (x)")
    store._file._connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(UserError, match="newer version"):
        ListStore(tmp_path)


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"):
        ListStore(tmp_path / "file" / "lists")


def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from pipecatapp.tools.household_lists.store import ListStore\n"
        "store = ListStore(Path(sys.argv[1]))\n"
        "store.add('shopping', ['soap'], 'a')\n"
        "print('added', flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "added\n"
        os.kill(process.pid, signal.SIGKILL)
    store = ListStore(tmp_path)
    assert texts(store) == ["soap"]
    assert store.set_aside is None
    store.close()

"""A disk that is full, or not writable: a clear line, and nothing lost."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.memory.storage.snapshots import ConversationState
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

pytestmark = pytest.mark.integration
EMPTY: ConversationState = {"messages": [], "log": []}


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted by root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


def fill(path: Path) -> None:
    """Leave no room on the disk of a file."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def add(memory: LongTermMemory, text: str) -> None:
    memory.keep([Addition(NewFact(text, Source.LEARNED, time.time(), context=text * 5))])


def test_a_full_disk_is_said_to_be_full_and_loses_nothing(
    small_disk: Path, embedder: MiniLM
) -> None:
    memory = LongTermMemory(small_disk / "memory", embedder)
    kept: list[str] = []

    def add_for_ever() -> None:
        while True:
            text = f"The book number {len(kept)} stands on the shelf in the hall."
            add(memory, text)
            kept.append(text)

    with pytest.raises(UserError, match=r"full.*make room.*Nothing was lost") as error:
        add_for_ever()
    assert "\n" not in str(error.value)
    assert kept
    assert {fact.text for fact in memory.remembered()} == set(kept)
    assert kept[-1] in {found.fact.text for found in memory.search(kept[-1], 5)}
    memory.close()
    memory = LongTermMemory(small_disk / "memory", embedder)
    assert {fact.text for fact in memory.remembered()} == set(kept)
    remount(small_disk, "size=8m")
    add(memory, "There is room again.")
    assert len(memory) == len(kept) + 1
    memory.close()


def test_a_disk_that_cannot_be_written_is_said_to_be_so(small_disk: Path, embedder: MiniLM) -> None:
    memory = LongTermMemory(small_disk / "memory", embedder)
    add(memory, "A fact.")
    # What was written last is in SQLite's log, which is open for writing: read-only from the start.
    memory.close()
    remount(small_disk, "ro")
    with pytest.raises(UserError, match=r"cannot be used.*writable"):
        LongTermMemory(small_disk / "memory", embedder)
    remount(small_disk, "rw")
    memory = LongTermMemory(small_disk / "memory", embedder)
    assert [fact.text for fact in memory.newest(5)] == ["A fact."]
    memory.close()


@pytest.mark.parametrize("change", ["keep", "forget", "save", "load", "put"])
def test_every_change_fails_as_a_whole_on_a_full_disk(
    small_disk: Path, embedder: MiniLM, change: str
) -> None:
    memory = LongTermMemory(small_disk / "memory", embedder)
    add(memory, "A fact to keep.")
    memory.snapshots.save("then", EMPTY, "p")
    add(memory, "Another fact.")
    before = [(fact.id, fact.text) for fact in memory.remembered()]
    filler = small_disk / "filler"
    fill(filler)
    big = {"messages": [{"role": "user", "content": "x" * 10**6}], "log": []}
    changes: dict[str, Callable[[], object]] = {
        "keep": lambda: add(memory, "One more. " * 90),
        "forget": lambda: memory.forget([before[0][0]], lambda state, gone: big),
        "save": lambda: memory.snapshots.save("big", big, "p"),
        "load": lambda: memory.snapshots.load("then", "one", big, "p", instead_of="f"),
        "put": lambda: memory.turns.put(FinishedTurn("x" * 10**6, "y", "one", 1.0)),
    }

    def change_until_full() -> None:
        # SQLite's log may have some room left from before.
        for _ in range(200):
            changes[change]()

    with pytest.raises(UserError, match="make room"):
        change_until_full()
    filler.unlink()
    memory.close()
    memory = LongTermMemory(small_disk / "memory", embedder)
    after = [(fact.id, fact.text) for fact in memory.remembered()]
    assert set(before) <= set(after)
    assert {s.name for s in memory.snapshots.listed()} >= {"then"}
    assert memory._core.database.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    memory.close()

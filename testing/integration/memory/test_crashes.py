"""A process that changes the memory is killed at random points; nothing acknowledged is lost."""

import copy
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.storage.snapshots import BEFORE_LOAD
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

WORKER = Path(__file__).with_name("crash_worker.py")
SOME = 20
MANY = int(os.environ.get("MEMORY_CRASHES", "100"))
MOST_LINES = 100
LONGEST_DELAY_SECS = 0.02
SEED = 20261124

pytestmark = pytest.mark.integration


@dataclass
class State:
    """What has to be remembered: statements that hold, and what the others are replaced by."""

    current: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """What the worker's acknowledgements come to."""

    now: State = field(default_factory=State)
    snapshots: dict[str, State] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def apply(self, told: dict[str, Any]) -> "Model":
        """Return the model after a change."""
        after = copy.deepcopy(self)
        match told["op"]:
            case "add" | "supersede":
                for old in told["replaces"]:
                    after.now.current.discard(old)
                    after.now.replaced[old] = told["text"]
                after.now.current.add(told["text"])
            case "forget":
                after._forget(told["text"])
            case "save":
                after.snapshots[told["name"]] = copy.deepcopy(after.now)
            case "load":
                kept = told.get("kept", BEFORE_LOAD)
                after.snapshots.pop(kept, None)  # the newest is the last; names come again
                after.snapshots[kept] = copy.deepcopy(after.now)
                after.now = copy.deepcopy(after.snapshots[told["name"]])
        return after

    def _forget(self, text: str) -> None:
        gone = {text}
        while more := {old for old, by in self.now.replaced.items() if by in gone} - gone:
            gone |= more
        self.forgotten |= gone
        for state in (self.now, *self.snapshots.values()):
            state.current -= gone
            state.replaced = {o: by for o, by in state.replaced.items() if o not in gone}


def run_and_kill(directory: Path, seed: int, chance: random.Random) -> list[dict[str, Any]]:
    """Run the worker, kill it some time after some of its lines, and return what it told.

    How much it has done by then is the same on a fast and on a slow machine.
    """
    command = [sys.executable, str(WORKER), str(directory), str(seed)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stderr
        first = child.stdout.readline()
        assert first, child.stderr.read()
        lines = [child.stdout.readline() for _ in range(chance.randrange(MOST_LINES))]
        time.sleep(chance.uniform(0, LONGEST_DELAY_SECS))
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.readlines()
        assert child.wait() == -signal.SIGKILL, child.stderr.read()
    return [json.loads(line) for line in lines if line.endswith("\n")]


def actual(memory: LongTermMemory) -> State:
    facts = {fact.id: fact for fact in memory.remembered()}
    # What a replaced fact's successor was is lost where that was forgotten in another snapshot.
    return State(
        {fact.text for fact in facts.values() if fact.superseded_by is None},
        {f.text: facts[f.superseded_by].text for f in facts.values() if f.superseded_by},
    )


def assert_kept(memory: LongTermMemory, model: Model, chance: random.Random) -> None:
    """See that the memory is what the model says, in every index."""
    db = memory._core.database.connection
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
    ids = [id_ for (id_,) in db.execute("SELECT id FROM facts WHERE state = 'current'")]
    assert sorted(ids) == sorted(id_ for (id_,) in db.execute("SELECT rowid FROM terms"))
    assert set(ids) == memory._core.index.vectors._ids
    for text in chance.sample(sorted(model.now.current), min(5, len(model.now.current))):
        for mode in ("bm25", "vectors"):
            assert text in {f.fact.text for f in memory.search(text, 10, mode)}
    told = " ".join(row[0] for row in db.execute("SELECT text FROM facts"))
    told += " ".join(row[0] for row in db.execute("SELECT conversation FROM snapshots"))
    assert not [text for text in model.forgotten if text in told]


def followed(model: Model, told: list[dict[str, Any]]) -> tuple[Model, Model]:
    """Return the model with all that was acknowledged, and with what was begun besides."""
    doubtful: dict[str, Any] | None = None
    for line in told:
        if line["done"]:
            model, doubtful = model.apply(line), None
        else:
            doubtful = line
    return model, model.apply(doubtful) if doubtful else model


@pytest.mark.parametrize(
    "crashes",
    [
        pytest.param(SOME, marks=pytest.mark.timeout(600), id="some"),
        pytest.param(
            MANY, marks=[pytest.mark.long, pytest.mark.timeout(600 + 6 * MANY)], id="many"
        ),
    ],
)
def test_nothing_acknowledged_is_lost_and_nothing_forgotten_is_back(
    tmp_path: Path, crashes: int
) -> None:
    chance = random.Random(SEED)
    embedder = MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")
    model, changes, in_doubt = Model(), 0, 0
    begun = time.monotonic()
    for crash in range(crashes):
        if crash % 20 == 0:
            model, directory = Model(), tmp_path / str(crash)
        told = run_and_kill(directory, SEED + crash, chance)
        certain, possible = followed(model, told)
        memory = LongTermMemory(directory, embedder)
        try:
            now = actual(memory)
            model = certain if now == certain.now else possible
            assert now.current == model.now.current, f"crash {crash}: {told[-1:]}"
            model.now = now
            names = {snapshot.name for snapshot in memory.snapshots.listed()}
            saved = {name for name in certain.snapshots if not name.startswith(BEFORE_LOAD)}
            assert saved <= names
            # One that was being saved may be there; a forgetting that was not begun took from none.
            snapshots = {**possible.snapshots, **model.snapshots}
            if BEFORE_LOAD in snapshots:
                # A load that was killed kept what it replaced, without telling under which name.
                replaced, newest = snapshots.pop(BEFORE_LOAD), memory.snapshots.listed()[0].name
                if newest != list(certain.snapshots)[-1]:
                    snapshots[newest] = replaced
            model.snapshots = {n: s for n, s in snapshots.items() if n in names}
            assert_kept(memory, model, chance)
        finally:
            memory.close()
        changes += sum(line["done"] for line in told)
        in_doubt += certain != possible
    print(
        f"{crashes} crashes, {in_doubt} of them within a change, {changes} changes acknowledged, "
        f"{time.monotonic() - begun:.0f} s"
    )
    assert changes > crashes
    assert in_doubt > crashes // 10

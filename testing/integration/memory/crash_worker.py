"""Changes a memory at random until it is killed: `crash_worker.py DIRECTORY SEED`.

Each change is announced on standard output before it begins, and acknowledged when it has returned,
as JSON lines: {"op": ..., "done": false}, then the same with "done": true and what it brought.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

PLACES = ("kitchen", "garden", "cellar", "attic", "garage", "office", "hall", "pantry")
THINGS = ("key", "ladder", "lamp", "kettle", "drill", "map", "radio", "rope", "vase", "clock")
EMPTY: dict[str, Any] = {"messages": [], "log": []}


def tell(op: str, *, done: bool, **details: Any) -> None:
    print(json.dumps({"op": op, "done": done, **details}), flush=True)


def statement(chance: random.Random) -> str:
    number = chance.randrange(10**9)
    return f"The {chance.choice(THINGS)} number {number} is in the {chance.choice(PLACES)}."


def without(state: dict[str, Any], told: Sequence[tuple[str, str]]) -> dict[str, Any]:
    words = {text for text, _ in told}
    return {**state, "messages": [m for m in state["messages"] if m["content"] not in words]}


class Worker:
    def __init__(self, directory: Path, chance: random.Random):
        self.directory = directory
        self.chance = chance
        self.embedder = MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")
        self.memory = LongTermMemory(directory, self.embedder)

    def current(self) -> list[Fact]:
        return [fact for fact in self.memory.remembered() if fact.superseded_by is None]

    def keep(self, op: str, replaced: Sequence[Fact]) -> None:
        text = statement(self.chance)
        details = {"text": text, "replaces": [fact.text for fact in replaced]}
        tell(op, done=False, **details)
        fact = NewFact(text, Source.LEARNED, time.time(), context=text)
        self.memory.keep([Addition(fact, tuple(old.id for old in replaced))])
        tell(op, done=True, **details)

    def add(self) -> None:
        self.keep("add", [])

    def supersede(self) -> None:
        if facts := self.current():
            self.keep("supersede", [self.chance.choice(facts)])

    def forget(self) -> None:
        if facts := self.current():
            fact = self.chance.choice(facts)
            tell("forget", done=False, text=fact.text)
            self.memory.forget([fact.id], without)
            tell("forget", done=True, text=fact.text)

    def save(self) -> None:
        name = f"s{self.chance.randrange(10**9)}"
        said = [fact.text for fact in self.memory.newest(3)]
        state = {**EMPTY, "messages": [{"role": "user", "content": text} for text in said]}
        tell("save", done=False, name=name, said=said)
        self.memory.snapshots.save(name, state, "p")
        tell("save", done=True, name=name, said=said)

    def load(self) -> None:
        if names := [snapshot.name for snapshot in self.memory.snapshots.listed()]:
            name = self.chance.choice(names)
            tell("load", done=False, name=name)
            kept = self.memory.snapshots.load(name, "one", EMPTY, "p", instead_of="f")
            tell("load", done=True, name=name, kept=kept)

    def reopen(self) -> None:
        tell("reopen", done=False)
        self.memory.close()
        self.memory = LongTermMemory(self.directory, self.embedder)
        tell("reopen", done=True)

    def run(self) -> None:
        ops: list[Callable[[], None]] = [
            self.add,
            self.supersede,
            self.forget,
            self.save,
            self.load,
        ]
        while True:
            op = self.chance.choices([*ops, self.reopen], [8, 3, 3, 2, 2, 1])[0]
            op()


if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]), random.Random(int(sys.argv[2])))
    tell("ready", done=True)
    worker.run()

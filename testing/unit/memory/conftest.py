import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings

Remember = Callable[..., Fact]


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


@pytest.fixture
def open_memory(embedder: MiniLM, directory: Path) -> Iterator[Callable[[], LongTermMemory]]:
    """Opens the memory anew, as a restart does."""
    opened: list[LongTermMemory] = []

    def open_it() -> LongTermMemory:
        close_all()
        opened.append(LongTermMemory(directory, embedder))
        return opened[-1]

    def close_all() -> None:
        while opened:
            opened.pop().close()

    yield open_it
    close_all()


@pytest.fixture
def memory(open_memory: Callable[[], LongTermMemory]) -> LongTermMemory:
    return open_memory()


def remember(memory: LongTermMemory, text: str, *replaces: Fact, **details: Any) -> Fact:
    """Keep one fact, replacing others."""
    known = {"source": Source.LEARNED, "at": time.time(), **details}
    new = Addition(NewFact(text, **known), tuple(fact.id for fact in replaces))
    (fact,) = memory.keep([new])
    return fact


def texts(memory: LongTermMemory, query: str, mode: Any = "hybrid") -> list[str]:
    """Return what a search brings."""
    return [found.fact.text for found in memory.search(query, 5, mode)]


def now_and_after_a_restart(
    memory: LongTermMemory, open_memory: Callable[[], LongTermMemory]
) -> Iterator[LongTermMemory]:
    """Yield the memory as it is, and once more as the disk has it."""
    yield memory
    yield open_memory()

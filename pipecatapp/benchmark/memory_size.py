"""Measures the time and space of long-term memory at a number of facts.

Facts are the turns of the dialogues, repeated with a number for each copy. A turn is embedded once
and its copies get the same vector, as a search compares all vectors and only their number matters.
"""

import multiprocessing
import os
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import click
import numpy as np
import psutil

from pipecatapp.benchmark.locomo import Dialogue
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import NewFact
from pipecatapp.memory.vector_index.fact_index import CACHE
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.runtime.embedding.factory import load_embedder
from pipecatapp.settings import load_settings

BATCH = 2_000
QUERIES = 300
ADDED = 50
MOST = 10
"""The number of facts that a query asks for."""

_COPY = re.compile(r" copy\d+$")


class Copies:
    """An embedder that embeds each turn once, however many copies there are."""

    def __init__(self, embedder: Embedder):
        self.name = embedder.name
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, shape (texts, dimensions)."""
        plain = [_COPY.sub("", text) for text in texts]
        new = [text for text in dict.fromkeys(plain) if text not in self._known]
        self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in plain])


class Timed:
    """An embedder that measures its own time."""

    def __init__(self, embedder: Embedder):
        self.name = embedder.name
        self.seconds = 0.0
        self._embedder = embedder

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, shape (texts, dimensions)."""
        began = time.perf_counter()
        vectors = self._embedder.embed(texts)
        self.seconds += time.perf_counter() - began
        return vectors


def measure(
    dialogues: Sequence[Dialogue], size: int, embedder: Embedder, place: Path
) -> dict[str, Any]:
    """Return the figures of a memory of `size` facts, measured in a new process on one core.

    Args:
        dialogues: Where facts and questions come from.
        size: The number of facts.
        embedder: Makes the vectors that are stored.
        place: A directory on the disk of the real memory.
    """
    directory = place / f"size-{size}"
    kept = LongTermMemory(directory, Copies(embedder))
    facts = copies(dialogues)
    for start in range(0, size, BATCH):
        click.echo(f"{start} of {size} facts", err=True)
        some = islice(facts, min(BATCH, size - start))
        kept.keep([Addition(fact) for fact in some])
    kept.close()
    queries = [question.text for dialogue in dialogues for question in dialogue.questions]
    step = max(1, len(queries) // QUERIES)
    added = list(islice(facts, ADDED))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure_here, (directory, queries[::step][:QUERIES], added))


def copies(dialogues: Sequence[Dialogue]) -> Iterator[NewFact]:
    """Yield all facts of all dialogues again and again, each with different words."""
    facts = {fact.text.casefold(): fact for dialogue in dialogues for fact in dialogue.facts}
    for number in count():
        for fact in facts.values():
            yield replace(fact, text=f"{fact.text[:900]} copy{number}") if number else fact


def _measure_here(directory: Path, queries: Sequence[str], added: Sequence[NewFact]) -> Any:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    embedder = Timed(load_embedder(load_settings()))
    embedder.embed(queries[:3])
    before = _resident()
    opened, kept = _opened(directory, embedder)
    facts = len(kept)
    apart, together = _times(embedder, lambda query: kept.search(query, MOST), queries)
    resident = _resident() - before
    add_apart, add_together = _times(embedder, lambda f: kept.keep([Addition(f)]), added)
    kept.close()
    bytes_ = {path.name: path.stat().st_size for path in directory.iterdir()}
    (directory / CACHE).unlink()
    rebuilt, kept = _opened(directory, embedder)
    kept.close()
    return {
        "facts": facts,
        "query_ms": apart,
        "query_with_embedding_ms": together,
        "add_ms": add_apart,
        "add_with_embedding_ms": add_together,
        "disk_bytes_a_fact": round(sum(bytes_.values()) / facts),
        "resident_bytes_a_fact": round(resident / facts),
        "resident_mib": round(resident / 2**20, 1),
        "load_s": round(opened, 3),
        "rebuild_s": round(rebuilt, 3),
    }


def _opened(directory: Path, embedder: Embedder) -> tuple[float, LongTermMemory]:
    began = time.perf_counter()
    kept = LongTermMemory(directory, embedder)
    return time.perf_counter() - began, kept


def _times(embedder: Timed, work: Any, inputs: Sequence[Any]) -> tuple[Any, Any]:
    """Return median and p95 in milliseconds, without and with the embedding."""
    apart: list[float] = []
    together: list[float] = []
    for given in inputs:
        began, embedded = time.perf_counter(), embedder.seconds
        work(given)
        seconds = time.perf_counter() - began
        together.append(1000 * seconds)
        apart.append(1000 * (seconds - embedder.seconds + embedded))
    return _figures(apart), _figures(together)


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 2),
        "p95": round(float(np.percentile(values, 95)), 2),
    }


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)

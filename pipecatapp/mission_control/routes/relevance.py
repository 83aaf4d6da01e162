"""What people are shown of a search: the facts that have something to do with it.

A search by meaning ranks all facts; its last ones have nothing to do with the query.
"""

import asyncio
from typing import Any

from pipecatapp.memory.long_term import SearchHit
from pipecatapp.memory.storage.fact import Fact
from pipecatapp.mission_control.backend import Memory
from pipecatapp.text.words import significant_words

CANDIDATES = 100
SIMILAR = 0.2
"""Cosine similarity from which on a fact may fit without a word in common: whoever searches would
rather see one too many than none. "What do we drive" and a Volvo have 0.23, "hello" and anything
at most 0.18."""
RELATIVE = 0.6
"""Of the best one's similarity, what it must have."""


async def facts_found(
    memory: Memory, query: str, most: int, asked_by: str | None = None
) -> dict[str, Any]:
    """Return how much is remembered, and some of it; JSON-ready.

    Args:
        memory: Is looked up.
        query: In anybody's words; the newest facts are returned where it is empty.
        most: How many facts at most.
        asked_by: Who asks, where that is known.

    Returns:
        `{count, waiting, facts}`: `waiting` turns are yet to be examined.
    """
    if query.strip():
        found = await memory.search(query, max(most, CANDIDATES), asked_by=asked_by)
        facts = _fitting(found, query)[:most]
    else:
        facts = await memory.newest(most)
    return await _answer(memory, facts)


async def fact_of(memory: Memory, id_: int) -> dict[str, Any]:
    """Return how much is remembered, and the fact of an id, if there is one; JSON-ready."""
    return await _answer(memory, await asyncio.to_thread(memory.long_term.get, [id_]))


async def _answer(memory: Memory, facts: list[Fact]) -> dict[str, Any]:
    long_term = memory.long_term
    return {
        "count": len(long_term),
        # Its length is asked from the disk.
        "waiting": await asyncio.to_thread(len, long_term.turns),
        "facts": [fact.as_dict() for fact in facts],
    }


def _fitting(found: list[SearchHit], query: str) -> list[Fact]:
    words = set(significant_words(query))
    best = max((entry.similarity for entry in found), default=0.0)
    similar = max(SIMILAR, RELATIVE * best)
    return [e.fact for e in found if e.similarity >= similar or _has_any(e.fact, words)]


def _has_any(fact: Fact, words: set[str]) -> bool:
    text = f"{fact.text} {fact.told_by or ''}".lower()
    return any(word in text for word in words)

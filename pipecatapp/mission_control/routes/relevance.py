"""Selects the facts of a search that people are shown.

A search by meaning ranks all facts, and the last ones have nothing to do with the query.
"""

import asyncio
from typing import Any

from pipecatapp.memory.long_term import SearchHit
from pipecatapp.memory.storage.fact import Fact
from pipecatapp.mission_control.backend import Memory
from pipecatapp.text.normal_form import normal_form
from pipecatapp.text.words import significant_words

CANDIDATES = 100
MIN_SIMILARITY = 0.2
"""Least cosine similarity of a fact that shares no word with the query. It is low, because people
prefer one fact too many to none: "What do we drive" and a Volvo have 0.23, "hello" and any fact
have 0.18 at most."""
MIN_RELATIVE_SIMILARITY = 0.6
"""Least similarity of such a fact, as a part of the best one's."""


async def facts_found(
    memory: Memory, query: str, most: int, asked_by: str | None = None
) -> dict[str, Any]:
    """Return the number of facts, and those that fit a query; JSON-ready.

    Args:
        memory: The agent's memory.
        query: A question or some words; the newest facts are returned if it is empty.
        most: How many facts at most.
        asked_by: The person who asks, if known.

    Returns:
        `{count, waiting, facts}`: `waiting` turns are not examined yet.
    """
    if query.strip():
        found = await memory.search(query, max(most, CANDIDATES), asked_by=asked_by)
        facts = _fitting(found, query)[:most]
    else:
        facts = await memory.newest(most)
    return await _answer(memory, facts)


async def fact_of(memory: Memory, id_: int) -> dict[str, Any]:
    """Return the number of facts, and the fact with an id if there is one; JSON-ready."""
    return await _answer(memory, await asyncio.to_thread(memory.long_term.get, [id_]))


async def _answer(memory: Memory, facts: list[Fact]) -> dict[str, Any]:
    long_term = memory.long_term
    return {
        "count": len(long_term),
        # Its length is read from the disk.
        "waiting": await asyncio.to_thread(len, long_term.turns),
        "facts": [fact.as_dict() for fact in facts],
    }


def _fitting(found: list[SearchHit], query: str) -> list[Fact]:
    words = set(significant_words(query))
    best = max((entry.similarity for entry in found), default=0.0)
    similar = max(MIN_SIMILARITY, MIN_RELATIVE_SIMILARITY * best)
    return [e.fact for e in found if e.similarity >= similar or _has_any(e.fact, words)]


def _has_any(fact: Fact, words: set[str]) -> bool:
    text = normal_form(f"{fact.text} {fact.told_by or ''}")
    return any(word in text for word in words)

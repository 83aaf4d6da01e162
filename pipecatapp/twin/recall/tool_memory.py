"""Long-term memory as tools see it: texts without ids."""

import asyncio
import time
from collections.abc import Sequence

from pipecatapp.memory.learning.replaced import replaced_facts
from pipecatapp.memory.long_term import Addition
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.text.normal_form import normal_form
from pipecatapp.text.utterances import is_question
from pipecatapp.tools.tool import Call, KeptFact
from pipecatapp.twin.recall.fact_answer import USER, told
from pipecatapp.twin.recall.forgetting import ENOUGH
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall, significant

NEIGHBOURS = 24
"""The number of older facts that a new one may replace; of many about "code", the right one."""
MOST_FORGOTTEN = 5
"""The most facts that one request can forget."""


class ToolMemory:
    """The memory as the agent's tools use it."""

    def __init__(self, memories: MemoryService, recall: Recall):
        """Make the tools' view of a memory."""
        self._memories = memories
        self._recall = recall

    async def count(self) -> int:
        """Return how many facts there are."""
        return len(self._memories.long_term)

    async def latest(self, most: int, person: str | None) -> list[str]:
        """Return the newest facts, at most `most`, as sentences that a person is told."""
        return [told(fact, person) for fact in await self._memories.newest(most)]

    async def matching(self, words: str) -> list[str]:
        """Return the facts that some words are about, and unexamined turns that tell of it.

        A fact that a newer one superseded is meant where the words name its value.
        """
        found = [hit.fact.text for hit in await self._recall.relevant(words)]
        about = significant(words)

        def named(text: str) -> int:
            """Return how many of the words a text has."""
            return len(about & significant(text))

        if about and not found:
            # A long text is near to nothing, but its words tell what it is about.
            hits = await self._memories.search(words, MOST_FORGOTTEN)
            found = [hit.fact.text for hit in hits if named(hit.fact.text) == len(about)]
        enough = max(ENOUGH * len(about), 1)
        older = [fact.text for fact in await self._memories.superseded()]
        most = max(map(named, older), default=0)
        if most >= enough and most > max(map(named, found), default=0):
            found = [text for text in older if named(text) == most]
        waiting = [
            said
            for said in await self._memories.waiting()
            if named(said) >= enough and not is_question(said)
        ]
        return list(dict.fromkeys([*found, *waiting]))[:MOST_FORGOTTEN]

    async def remember(self, text: str, call: Call) -> KeptFact:
        """Keep something word for word, in place of what it contradicts; it is on the disk then.

        Raises:
            UserError: It could not be kept.
        """
        fact = NewFact(
            text,
            Source.ASKED,
            time.time(),
            told_by=call.person,
            conversation=call.conversation.id,
            context=call.words,
        )
        found = await self._memories.search(text, NEIGHBOURS, asked_by=call.person or USER)
        older = {hit.fact.id: hit.fact for hit in found}
        older |= {known.id: known for known in await self._memories.with_texts([text])}
        replaced = await asyncio.to_thread(replaced_facts, fact, older.values())
        replaces = tuple(entry.fact.id for entry in replaced)
        (kept,) = await self._memories.keep([Addition(fact, replaces)])
        values = dict.fromkeys(entry.value for entry in replaced if entry.value)
        return KeptFact(kept.text, tuple(values))

    async def forget_texts(self, texts: Sequence[str], call: Call) -> int:
        """Delete facts for good, given by their words; return how many are gone.

        The words of the call, which asked for it, leave the conversations too.

        Raises:
            UserError: It could not be written; nothing has changed.
        """
        facts = await self._memories.with_texts(texts, superseded=True)
        forms = {normal_form(text) for text in texts}
        turns = [said for said in await self._memories.waiting() if normal_form(said) in forms]
        return len(await self._memories.forget([f.id for f in facts], turns, call.words)) + len(
            turns
        )

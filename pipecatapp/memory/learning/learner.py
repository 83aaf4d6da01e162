"""Examines finished turns while nobody speaks, and keeps what is worth it.

Turns wait in a durable queue, so that neither a restart nor a voice that starts loses one: an
examination that is cut short begins again when it is still.
"""

import asyncio
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.memory.learning.contradiction import Relation
from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.idle_monitor import Disturbed, IdleMonitor

STILL_SECS = 2.0
"""So long nobody must have spoken before a turn is examined: people go on after a breath."""
RETRY_SECS = 30.0
"""After a failure, such as a model server that is being restarted."""
NEIGHBOURS = 4
"""Older facts that a new one is compared with."""


class Extracts(Protocol):
    """Finds what is worth keeping in a turn."""

    async def extract(self, turn: ExaminedTurn) -> list[str]:
        """Return statements, or none."""


class Judges(Protocol):
    """Compares two statements."""

    async def relation(self, new: str, old: str) -> Relation:
        """Return what the new one is to the old one."""


class Learner:
    """Empties the queue of finished turns into long-term memory."""

    def __init__(
        self, memory: LongTermMemory, extractor: Extracts, judge: Judges, idle_monitor: IdleMonitor
    ):
        """Make a learner; `run` has it work.

        Args:
            memory: Holds the queue, and takes the facts.
            extractor: Finds what is worth keeping.
            judge: Tells what a new fact is to the older ones.
            idle_monitor: Knows when nobody speaks.
        """
        self._memory = memory
        self._extractor = extractor
        self._judge = judge
        self._idle_monitor = idle_monitor
        self._put = asyncio.Event()

    async def put(self, turn: FinishedTurn) -> None:
        """Have a turn examined some time; it is on the disk when this returns."""
        try:
            await asyncio.to_thread(self._memory.turns.put, turn)
        except UserError as error:
            logger.error(f"{error} Nothing is learned from this turn.")
        self._put.set()

    async def run(self) -> None:
        """Examine turns until cancelled."""
        while True:
            self._put.clear()
            turn = await asyncio.to_thread(self._memory.turns.oldest)
            if turn is None:
                await self._put.wait()
                continue
            await self._idle_monitor.wait(STILL_SECS)
            with suppress(Disturbed):
                await self._idle_monitor.work(self._examine(turn))

    async def _examine(self, turn: FinishedTurn) -> None:
        try:
            additions = await self._additions(turn)
            # What is being written is not let go of half-way: it takes milliseconds.
            keep = asyncio.to_thread(self._memory.keep, additions, examined=turn.id)
            kept = await asyncio.shield(keep)
        except Exception as error:
            # The model server may be restarting, the disk full: neither is the turn's fault.
            logger.warning(f"A turn could not be examined for what to remember: {error}")
            given_up = await asyncio.to_thread(self._memory.turns.failed, turn.id)
            if given_up:
                logger.error("It is given up after three attempts.")
            await asyncio.sleep(RETRY_SECS)
            return
        for fact in kept:
            logger.debug(f"learned: {fact.text}")

    async def _additions(self, turn: FinishedTurn) -> list[Addition]:
        day: date = datetime.fromtimestamp(turn.at).date()
        texts = await self._extractor.extract(
            ExaminedTurn(said=turn.said, day=day, before=turn.before, speaker=turn.told_by)
        )
        additions = []
        for text in texts:
            fact = NewFact(
                text, Source.LEARNED, turn.at, turn.told_by, turn.conversation, turn.said
            )
            addition = await self._compared(fact)
            if addition:
                additions.append(addition)
        return additions

    async def _compared(self, new: NewFact) -> Addition | None:
        """Return what is to be kept of a new fact; None where an older one says the same."""
        neighbours = await asyncio.to_thread(
            self._memory.search, new.text, NEIGHBOURS, mode="vectors"
        )
        replaces = []
        for found in neighbours:
            relation = await self._judge.relation(new.text, found.fact.text)
            if relation == "same":
                # Kept again under its own words, it is confirmed.
                return Addition(
                    NewFact(found.fact.text, found.fact.source, new.at, found.fact.told_by)
                )
            if relation == "replaces":
                replaces.append(found.fact.id)
        return Addition(new, tuple(replaces))

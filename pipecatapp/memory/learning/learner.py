"""Examines finished turns while nobody speaks, and keeps the facts in them.

Turns wait in a durable queue, so that a restart loses none. An examination that a voice interrupts
begins again once nobody speaks.
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

IDLE_SECS = 2.0
"""Silence before a turn is examined, as people go on after a breath."""
RETRY_SECS = 30.0
"""Pause after a failure, such as a model server that is being restarted."""
NEIGHBOURS = 4
"""The number of older facts that a new one is compared with."""


class FactExtractor(Protocol):
    """Finds what is worth keeping in a turn."""

    async def extract(self, turn: ExaminedTurn) -> list[str]:
        """Return statements; the list may be empty."""


class RelationJudge(Protocol):
    """Compares two statements."""

    async def relation(self, new: str, old: str) -> Relation:
        """Return the relation of the new one to the old one."""


class Learner:
    """Empties the queue of finished turns into long-term memory."""

    def __init__(
        self,
        memory: LongTermMemory,
        extractor: FactExtractor,
        judge: RelationJudge,
        idle_monitor: IdleMonitor,
    ):
        """Make a learner; `run` starts its work.

        Args:
            memory: Holds the queue, and keeps the facts.
            extractor: Finds facts in a turn.
            judge: Compares a new fact with older ones.
            idle_monitor: Knows when nobody speaks.
        """
        self._memory = memory
        self._extractor = extractor
        self._judge = judge
        self._idle_monitor = idle_monitor
        self._put = asyncio.Event()

    async def put(self, turn: FinishedTurn) -> None:
        """Queue a turn; it is on the disk when this returns."""
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
            await self._idle_monitor.wait(IDLE_SECS)
            with suppress(Disturbed):
                await self._idle_monitor.work(self._examine(turn))

    async def _examine(self, turn: FinishedTurn) -> None:
        try:
            additions = await self._additions(turn)
            # A write takes milliseconds and is not interrupted.
            keep = asyncio.to_thread(self._memory.keep, additions, examined=turn.id)
            kept = await asyncio.shield(keep)
        except Exception as error:
            # Often the model server is restarting or the disk is full, so the turn is tried again.
            logger.warning(f"A turn could not be examined for what to remember: {error}")
            given_up = await asyncio.to_thread(self._memory.turns.failed, turn.id)
            if given_up:
                logger.error("The turn is dropped after three attempts.")
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
            additions.append(await self._compared(fact))
        return additions

    async def _compared(self, new: NewFact) -> Addition:
        """Return what to keep of a new fact: the fact, or an older one that says the same."""
        neighbours = await asyncio.to_thread(
            self._memory.search, new.text, NEIGHBOURS, mode="vectors"
        )
        replaces = []
        for found in neighbours:
            relation = await self._judge.relation(new.text, found.fact.text)
            if relation == "same":
                # Keeping the older fact again confirms it.
                return Addition(
                    NewFact(found.fact.text, found.fact.source, new.at, found.fact.told_by)
                )
            if relation == "replaces":
                replaces.append(found.fact.id)
        return Addition(new, tuple(replaces))

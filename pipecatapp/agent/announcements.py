"""Tells people in their open sessions what has fallen due, and keeps it where nobody is there.

Where the conversation that set something is open, it is told there, by the session that was used
last. A household is one: where that conversation is closed, a timer or an alarm is told in every
open conversation, and a reminder by the session that was used last. A reminder that a known person
set is kept from sessions that are known to be somebody else's.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipecatapp.tools.schedule.entry import Entry
from pipecatapp.tools.schedule.ringing import RING_AGAIN_SECS, RING_SECS
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.tools.schedule.wording import Wording
from pipecatapp.twin.turn.pending_results import Announcement, PendingToolResults

CHANGED = {"kind": "schedule"}
"""Tells a page that the schedule is another now."""


@dataclass(frozen=True, eq=False)
class OpenClient:
    """An open page or command-line client.

    Attributes:
        conversation_id: Its conversation.
        person: Who uses it, where that is known.
        send: Sends it a server message.
    """

    conversation_id: str
    person: str | None
    send: Callable[[dict[str, Any]], None]


class Announcements:
    """Announces what the schedule finds to be due."""

    def __init__(
        self, schedule: Schedule, pending_results: Callable[[str], PendingToolResults]
    ) -> None:
        """Listen to a schedule.

        Args:
            schedule: Finds what is due.
            pending_results: Returns those of a conversation, by its id, to announce something.
        """
        self._schedule = schedule
        self._pending_results = pending_results
        self._clients: list[OpenClient] = []  # the one that was used last is the last
        self._handed_over: dict[tuple[int, str], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        schedule.listener = self

    @property
    def under_way(self) -> "set[asyncio.Task[None]]":
        """What is being done about what somebody said or was told."""
        return set(self._tasks)

    # -- sessions -----------------------------------------------------------------------------

    async def attach(self, client: OpenClient) -> None:
        """Take on a client that is ready, and have it told what nobody was there for."""
        self._remove(client)  # a client may say twice that it is ready
        self._clients.append(client)
        await self._tell_missed(client)

    def detach(self, client: OpenClient) -> None:
        """Let go of a client."""
        self._remove(client)
        gone = client.conversation_id
        if not any(other.conversation_id == gone for other in self._clients):
            for key in [key for key in self._handed_over if key[1] == gone]:
                del self._handed_over[key]

    def heard(self, client: OpenClient) -> None:
        """Note that somebody said something: what they were told of has been noticed."""
        if client in self._clients:
            self._remove(client)
            self._clients.append(client)
        self._soon(self._react(client))

    async def _react(self, client: OpenClient) -> None:
        theirs = [entry for entry in self._schedule.due() if client in self._reach(entry)]
        await self._schedule.silence([entry for entry in theirs if entry.told])
        await self._tell_missed(client)

    # -- for the schedule ---------------------------------------------------------------------

    async def fell_due(self, entries: Sequence[Entry]) -> None:
        """Tell of entries that have just fallen due, where somebody is there."""
        for entry in entries:
            await self.rings_again(entry)

    async def rings_again(self, entry: Entry) -> None:
        """Tell of one entry, perhaps once more."""
        for client in self._tellers(entry):
            await self._announce([entry], client)

    def changed(self) -> None:
        """Show all pages that the schedule is another now."""
        for client in self._clients:
            client.send(CHANGED)

    # -- for pages ----------------------------------------------------------------------------

    def shown(self, conversation_id: str) -> dict[str, Any]:
        """Return what pages of a conversation show, as `Backend.schedule` describes it."""
        schedule = self._schedule
        wording = Wording(schedule.now(), schedule.zone)
        return {
            "waiting": [self._shown(e, wording, conversation_id) for e in schedule.waiting()],
            "due": [self._shown(e, wording, conversation_id) for e in schedule.due()],
        }

    def _shown(self, entry: Entry, wording: Wording, conversation_id: str) -> dict[str, Any]:
        here = any(c.conversation_id == conversation_id for c in self._reach(entry))
        return {
            "id": entry.id,
            "kind": entry.kind.value,
            "name": entry.name,
            "label": wording.entry(entry),
            "when": wording.when(entry),
            "due_in_s": round(entry.due - self._schedule.now(), 1),
            "rings": here and self._schedule.rings(entry),
        }

    # -- telling ------------------------------------------------------------------------------

    async def _tell_missed(self, client: OpenClient) -> None:
        """Tell a client what nobody has been told of, in one announcement."""
        theirs = [entry for entry in self._schedule.due() if client in self._reach(entry)]
        if untold := [entry for entry in theirs if not entry.told]:
            await self._announce(untold, client)

    async def _announce(self, entries: Sequence[Entry], client: OpenClient) -> None:
        conversation_id, now = client.conversation_id, self._schedule.now()
        # What somebody's "stop" kept from being said is said with the next ring.
        entries = [
            entry
            for entry in entries
            if now - self._handed_over.get((entry.id, conversation_id), 0.0) >= RING_AGAIN_SECS
        ]
        if not entries:
            return
        self._handed_over.update({(entry.id, conversation_id): now for entry in entries})
        announcement = Announcement(
            self._words(entries),
            entries[0].kind.value,
            partial(self._said, [entry.id for entry in entries], conversation_id),
        )
        await self._pending_results(conversation_id).ended(announcement)

    def _words(self, entries: Sequence[Entry]) -> str:
        now = self._schedule.now()
        wording = Wording(now, self._schedule.zone)
        late = [entry for entry in entries if now - entry.due >= RING_SECS]
        sentences = [wording.due(entry) for entry in entries if entry not in late]
        return " ".join([*([wording.away(late)] if late else []), *sentences])

    def _said(self, ids: Sequence[int], conversation_id: str) -> None:
        for number in ids:
            self._handed_over.pop((number, conversation_id), None)
        self._soon(self._schedule.told(ids))

    def _tellers(self, entry: Entry) -> list[OpenClient]:
        """Return the clients that tell of an entry: one of a conversation, or one at all."""
        last = {client.conversation_id: client for client in self._reach(entry)}
        clients = [client for client in self._clients if client in last.values()]
        return clients if entry.kind.rings else clients[-1:]

    def _reach(self, entry: Entry) -> list[OpenClient]:
        """Return the clients that may tell of an entry, that which was used last at the end."""
        own = [c for c in self._clients if c.conversation_id == entry.conversation]
        if own:
            return own
        if entry.kind.rings or entry.person is None:
            return list(self._clients)
        known = [client for client in self._clients if client.person == entry.person]
        return known or [client for client in self._clients if client.person is None]

    def _remove(self, client: OpenClient) -> None:
        if client in self._clients:
            self._clients.remove(client)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

"""What is said of timers, alarms and reminders."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from pipecatapp.text.language import language
from pipecatapp.text.times.spoken import (
    clock_words,
    duration_words,
    length_words,
    list_words,
    moment_words,
)
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.wall_time import wall_of

SECOND_HAND_SECS = 600
"""Of a time that is left, seconds are told only where less is left than this."""
MOST_TOLD = 6
"""Entries that are named in one sentence."""


class Wording:
    """Words what there is and what is due, at one moment.

    Args:
        now: Seconds since the epoch.
        zone: Of local times; None for the machine's.
    """

    def __init__(self, now: float, zone: tzinfo | None) -> None:
        self._now = now
        self._zone = zone
        self._phrases = language().schedule_phrases

    def confirmed(self, entry: Entry) -> str:
        """Return the sentence that confirms a new entry."""
        called = self._phrases.called.format(name=entry.name) if entry.name else ""
        clock = clock_words(self._wall(entry.due))
        return self._phrases.set[entry.kind].format(
            duration=duration_words(entry.length),
            called=called,
            name=entry.name,
            when=clock
            if entry.kind is Kind.TIMER
            else self.when(entry, on=entry.kind is not Kind.ALARM),
        )

    def entry(self, entry: Entry) -> str:
        """Return the words that name an entry within a sentence."""
        if entry.name:
            return self._phrases.entry[entry.kind].format(name=entry.name)
        return self._phrases.unnamed[entry.kind].format(length=length_words(entry.length))

    def when(self, entry: Entry, *, on: bool = True) -> str:
        """Return when an entry is due, with its day; `on` as for `moment_words`."""
        return moment_words(self._wall(entry.due), self._today, entry.repeat, on=on)

    def due(self, entry: Entry) -> str:
        """Return the sentence that tells that an entry is due."""
        phrases = self._phrases.due if entry.name else self._phrases.due_unnamed
        return phrases[entry.kind].format(
            name=entry.name,
            length=length_words(entry.length),
            clock=clock_words(self._wall(entry.due)),
        )

    def away(self, entries: Sequence[Entry]) -> str:
        """Return the sentence that tells of what was due while nobody was there."""
        items = [
            self._phrases.away_items[entry.kind].format(
                entry=self.entry(entry), name=entry.name, when=self.when(entry)
            )
            for entry in entries
        ]
        return self._phrases.away.format(items=list_words(self._shortened(items)))

    def left(self, entries: Sequence[Entry], kind: Kind) -> str:
        """Return what tells how long timers have, or when alarms and reminders are due."""
        if not entries:
            return self._phrases.none[kind]
        items = [self._left(entry) for entry in entries]
        if len(items) == 1:
            return _sentence(self._phrases.one[kind].format(items=items[0]))
        kinds = self._phrases.kinds[kind][1]
        return self._phrases.several.format(
            count=len(items), kinds=kinds, items=list_words(self._shortened(items))
        )

    def added(self, entry: Entry) -> str:
        """Return the sentence that tells of a timer that now runs longer."""
        return _sentence(
            self._phrases.added.format(
                entry=self.entry(entry),
                duration=self._duration_left(entry),
                clock=clock_words(self._wall(entry.due)),
            )
        )

    def named(self, entries: Sequence[Entry], *, choice: bool = False) -> str:
        """Return the words that name entries, with what tells several apart."""
        if len(entries) == 1 and entries[0].name:
            return self.entry(entries[0])
        items = [self._told_apart(entry) for entry in entries]
        return list_words(self._shortened(items), choice=choice)

    def _told_apart(self, entry: Entry) -> str:
        if entry.kind is Kind.TIMER:
            return self.entry(entry)
        return self._phrases.apart.format(entry=self.entry(entry), when=self.when(entry))

    def _left(self, entry: Entry) -> str:
        if entry.kind is not Kind.TIMER:
            return self._phrases.listed[entry.kind].format(
                entry=self.entry(entry), name=entry.name, when=self.when(entry)
            )
        return self._phrases.left.format(
            entry=self.entry(entry),
            duration=self._duration_left(entry),
            clock=clock_words(self._wall(entry.due)),
        )

    def _shortened(self, items: list[str]) -> list[str]:
        """Return the first items of a list that nobody would listen to in full."""
        rest = len(items) - MOST_TOLD
        return items if rest <= 1 else [*items[:-rest], self._phrases.more.format(count=rest)]

    def _duration_left(self, entry: Entry) -> str:
        left = max(round(entry.due - self._now), 1)
        if left > SECOND_HAND_SECS:
            left = 60 * round(left / 60)
        return duration_words(left)

    @property
    def _today(self) -> datetime:
        return self._wall(self._now)

    def _wall(self, instant: float) -> datetime:
        return wall_of(instant, self._zone)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."

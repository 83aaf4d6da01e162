"""The turn that is being said: its time, and the records of its speculative answers."""

import time
from datetime import datetime

from pipecatapp.twin.history.messages import NoteKind, UserMessage
from pipecatapp.twin.history.turn import ActiveTurn, Turn

STAMP = "(It is now %H:%M on %A, %-d %B %Y.) "
STAMP_LIFETIME = 300
"""Seconds. If a turn came to nothing, the next one uses its time stamp for this long."""


class UpcomingTurn:
    """The turn whose message comes next, and perhaps other messages before it.

    Its words are guessed while the voice pauses. What a guess leads to stays with the message when
    it comes with the same words.
    """

    def __init__(self) -> None:
        self._stamp = ""
        self._begun = self._stamped = time.monotonic()
        self._guesses: dict[str, Turn] = {}

    def begin(self) -> str:
        """Begin a new turn now, and return its date and time as the model reads them."""
        self._start(self._now())
        return self._stamp

    def guess(self, words: str) -> Turn:
        """Return the record of a guess at what is said."""
        return self._guesses.setdefault(_key(words), self._record(words, self._stamp))

    def said(self, words: str) -> Turn:
        """Return the record of what was said in the end: that of the same guess, if one was made.

        Args:
            words: As they were typed or recognized.
        """
        if time.monotonic() - self._begun > STAMP_LIFETIME:
            self._start("")
        stamp, self._stamp = self._stamp, ""
        record = self._guesses.pop(_key(words), None) or self._record(words, stamp)
        record.opening = UserMessage(words)
        return record

    def stamp(self, turn: ActiveTurn) -> None:
        """Give a turn its date and time if it has none yet; a late result needs none.

        What has been answered, or has led to a call, keeps the time that it has.
        """
        own = turn.own
        if not own.is_said or turn.is_answered or own.steps:
            return
        stale = time.monotonic() - self._stamped > STAMP_LIFETIME
        if stale or not own.note(NoteKind.TIME):
            own.add_note(NoteKind.TIME, self._now())

    def _start(self, stamp: str) -> None:
        self._stamp, self._begun = stamp, time.monotonic()
        self._guesses.clear()

    def _now(self) -> str:
        self._stamped = time.monotonic()
        return datetime.now().strftime(STAMP)

    @staticmethod
    def _record(words: str, stamp: str) -> Turn:
        record = Turn(UserMessage(words))
        if stamp:
            record.add_note(NoteKind.TIME, stamp)
        return record


def _key(words: str) -> str:
    return " ".join(words.split())

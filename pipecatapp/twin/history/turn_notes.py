"""What belongs to each turn of a conversation, and the handle that a turn has of its own."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.twin.history.messages import Notes, is_result, is_said

STAMP = "(It is now %H:%M on %A, %-d %B %Y.) "
STAMP_LIFETIME = 300
"""Seconds after which a turn that came to nothing no longer lends its time to the next."""


class Turn(list[LLMContextMessage]):
    """The messages that one turn works on, as they were when it began, with the notes on them.

    A conversation goes on while a turn is under way: another tab says something, a call ends, what
    is old is cut. None of that changes these messages, nor whose notes the turn writes.
    """

    def __init__(self, messages: Iterable[LLMContextMessage], notes: Sequence[Notes]):
        """Take the messages as they are now.

        Args:
            messages: The turn's own is the last of the user's.
            notes: Those on each of the user's messages, oldest first.
        """
        super().__init__(messages)
        self.notes = tuple(notes)
        self._own = notes[-1] if notes else Notes()

    @property
    def holds_results(self) -> bool:
        """Whether a tool's result is in the prompt that the messages make."""
        return any(notes.steps for notes in self.notes) or any(map(is_result, self))

    @property
    def last_expert(self) -> str:
        """The expert that answered the turn before this one; empty for none."""
        shown = [notes for notes in self.notes[:-1] if not notes.aside]
        return shown[-1].expert if shown else ""

    def add_step(self, call: str, result: str) -> None:
        """Add a call and its result.

        Args:
            call: As the model wrote it.
            result: As the model is to read it.
        """
        self._own.steps.append((call, result))

    def set_aside(self) -> None:
        """Keep the turn from the model, which has no part in it."""
        self._own.aside = True

    def recall(self, words: str, recalled: str) -> None:
        """Add what is remembered.

        Args:
            words: What was said.
            recalled: As the model is to read it; may be empty.
        """
        self._own.words, self._own.recalled = words, recalled

    def has_recalled(self, words: str) -> bool:
        """Tell whether it was looked already what is remembered at these words."""
        return self._own.words == words

    def holds_recalled(self, text: str) -> bool:
        """Tell whether something stands in the prompt already, remembered at an earlier turn."""
        return any(text in notes.recalled for notes in self.notes[:-1])

    def tell_of_experts(self, told: Callable[[str], str]) -> None:
        """Add which experts there are, where that has to be told.

        Args:
            told: Returns what is to be said, given what was said last; empty for nothing.
        """
        before = [notes.experts for notes in self.notes[:-1] if notes.experts]
        self._own.experts = told(before[-1] if before else "")

    def answered_by(self, expert: str) -> None:
        """Note which expert the turn goes to; empty for none."""
        self._own.expert = expert


class UpcomingTurn:
    """The turn that is being said: its time, and the notes on each guess that is answered ahead.

    Its message comes later, and perhaps others before it, such as a call's result.
    """

    def __init__(self) -> None:
        self._stamp = ""
        self._begun = time.monotonic()
        self._guesses: dict[str, Notes] = {}

    def begin(self, stamp: str) -> None:
        """Begin another one, at this date and time."""
        self._stamp, self._begun = stamp, time.monotonic()
        self._guesses.clear()

    def guessed(self, message: LLMContextMessage) -> Notes:
        """Return the notes on a guess at what is said."""
        return self._guesses.setdefault(_words(message), Notes(stamp=self._stamp))

    def said(self, message: LLMContextMessage) -> Notes:
        """Return the notes on what was said in the end: those of the same guess, if it was made."""
        if is_result(message):
            return Notes()
        if time.monotonic() - self._begun > STAMP_LIFETIME:
            self.begin("")
        stamp, self._stamp = self._stamp, ""
        return self._guesses.pop(_words(message), Notes(stamp=stamp))


class TurnNotes:
    """The notes on all turns of one conversation, in the order of the user's messages."""

    def __init__(self, notes: dict[int, Notes] | None = None):
        """Take up what was kept.

        Args:
            notes: By the number of the user's message; a message without is one without notes.
        """
        kept = notes or {}
        self._notes = [kept.get(turn, Notes()) for turn in range(max(kept, default=-1) + 1)]
        self._coming = UpcomingTurn()
        self._stamped = time.monotonic()

    def note_messages(self, context: list[LLMContextMessage]) -> None:
        """Take note of the messages that have come.

        Args:
            context: All messages of the conversation as they are now.
        """
        said = [message for message in context if _is_users(message)]
        self._notes += map(self._coming.said, said[len(self._notes) :])

    def turn(self, messages: list[LLMContextMessage]) -> Turn:
        """Return a turn's messages as they are now, with their notes.

        Args:
            messages: Those that have come, and perhaps a guess at what is being said.
        """
        said = [message for message in messages if _is_users(message)]
        guesses = map(self._coming.guessed, said[len(self._notes) :])
        return Turn(messages, [*self._notes[: len(said)], *guesses])

    def begin(self) -> str:
        """Fix the date and time of the turn that begins now, and return them as text."""
        stamp = self._now()
        self._coming.begin(stamp)
        return stamp

    def see_to_stamp(self, turn: Turn) -> None:
        """See that a turn has its date and time; a result that came late needs none."""
        if not turn or not is_said(turn[-1], "user"):
            return  # what has been answered keeps its own
        notes = turn.notes[-1]
        stale = time.monotonic() - self._stamped > STAMP_LIFETIME
        if not notes.steps and (stale or not notes.stamp):
            notes.stamp = self._now()

    def cut(self, count: int) -> None:
        """Let go of the oldest notes, whose messages are no longer there."""
        del self._notes[:count]

    def state(self) -> list[list[Any]]:
        """Return all notes with their numbers, JSON-ready."""
        return [[turn, {**vars(n)}] for turn, n in enumerate(self._notes) if n != Notes()]

    def _now(self) -> str:
        self._stamped = time.monotonic()
        return datetime.now().strftime(STAMP)


def user_messages(messages: Iterable[LLMContextMessage]) -> int:
    """Return how many messages are the user's, late results among them."""
    return sum(map(_is_users, messages))


def _is_users(message: LLMContextMessage) -> bool:
    return cast(dict[str, Any], message).get("role") == "user"


def _words(message: LLMContextMessage) -> str:
    return " ".join(str(cast(dict[str, Any], message).get("content")).split())

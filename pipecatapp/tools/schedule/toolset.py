"""What the toolsets of timers, alarms and reminders have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ClassVar

from pipecatapp.errors import UserError
from pipecatapp.text.language import language
from pipecatapp.text.times.durations import durations_in, tokens_of
from pipecatapp.text.times.moments import (
    FoundTime,
    Purpose,
    TimePassedError,
    find_time,
    resolve,
    times_in,
)
from pipecatapp.text.utterances import asks_for_deed, is_remark
from pipecatapp.text.words import letters_and_digits
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.questions import Missing, Question, Questions
from pipecatapp.tools.schedule.schedule import FullError, Schedule
from pipecatapp.tools.schedule.selection import is_all, meant
from pipecatapp.tools.schedule.wall_time import due_at
from pipecatapp.tools.schedule.wording import Wording
from pipecatapp.tools.tool import Call, DirectCall, Resources, ToolError, Toolset

LONGEST_NAME = 60
"""Characters of the name of a timer or an alarm."""
LONGEST_REMINDER = 300
FURTHEST_SECS = 5 * 366 * 86400
JUST_RANG_SECS = 60.0
"""So shortly after something rang, "stop the alarm" means what rang and not what comes next."""


class ScheduleToolset(Toolset):
    """Tools for one kind of entry."""

    kind: ClassVar[Kind]

    def __init__(self, resources: Resources):
        """Set the toolset up.

        Args:
            resources: What it may use of the agent.
        """
        super().__init__(resources)
        self._questions = Questions()

    @property
    def schedule(self) -> Schedule:
        """The schedule.

        Raises:
            ToolError: This agent has none.
        """
        if self.resources.schedule is None:
            raise ToolError("This agent keeps no timers, alarms or reminders.")
        return self.resources.schedule

    @property
    def problem(self) -> str | None:
        """Why the schedule cannot be used; None where it can."""
        schedule = self.resources.schedule
        return schedule.problem if schedule else "this agent keeps no schedule"

    async def unavailable(self) -> str | None:
        """Return None if there is a schedule that can be written."""
        return self.problem

    def revised(self, call: DirectCall, words: str) -> DirectCall | None:
        """Return a call that was decided on; None where the words are about something else.

        A call to cancel needs a word that says so. A call to set something needs a time, and the
        name of the kind where the words could be a mere remark, or ask for a deed of something
        else at that time: "start the washing machine in an hour" sets no timer. Any other call
        needs the name of the kind, or that of an entry.
        """
        requests = language().schedule_requests
        if call[0] == f"{self.kind}.cancel" and not requests.undoing.search(words):
            return None
        if requests.mentions[self.kind].search(words):
            return call
        if call[0] == f"{self.kind}.set":
            timed = bool(durations_in(words) or times_in(words))
            return call if timed and not is_remark(words) and not asks_for_deed(words) else None
        said = set(letters_and_digits(words.casefold()))
        names = (letters_and_digits(e.name.casefold()) for e in self.schedule.waiting(self.kind))
        return call if any(name and said.issuperset(name) for name in names) else None

    @property
    def wording(self) -> Wording:
        """What is said at this moment."""
        return Wording(self.schedule.now(), self.schedule.zone)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Have errors of the schedule in this block told as what was not done.

        Raises:
            ToolError: In place of them.
        """
        phrases = language().schedule_phrases
        try:
            yield
        except FullError as error:
            raise ToolError(phrases.too_many.format(count=error)) from error
        except UserError as error:
            raise ToolError(phrases.not_kept.format(reason=error)) from error

    async def added(self, entry: Entry, call: Call) -> Entry:
        """Keep a new entry of the caller's.

        Raises:
            ToolError: It could not be kept.
        """
        theirs = replace(entry, conversation=call.conversation.id, person=call.person)
        async with self.kept():
            return await self.schedule.add(theirs)

    def answered(self, words: str) -> DirectCall | None:
        """Return the call that words make as an answer to what was asked back, else None."""

        def is_known(which: str) -> bool:
            return is_all(which) or len(self.meant(which)) == 1

        return self._questions.answer(words, self.schedule.now(), is_known)

    def ask_back(
        self, question: str, missing: Missing, tool: str, call: Call, **said: str
    ) -> ToolError:
        """Return the error that asks for an argument, and note that it was asked for.

        Args:
            question: As it is said.
            missing: The argument.
            tool: The name of the tool, without that of the kind.
            call: The call that lacks it.
            said: The arguments that it has.
        """
        name, now = f"{self.kind}.{tool}", self.schedule.now()
        self._questions.ask(Question(name, missing, call.conversation.id, now, given(**said)))
        return ToolError(question)

    def said_before(self, tool: str, call: Call) -> dict[str, str]:
        """Return the arguments that had been said when something was asked back."""
        return self._questions.said_before(f"{self.kind}.{tool}", call.conversation.id)

    def timed(self, time: str, call: Call, purpose: Purpose) -> Entry | None:
        """Return an entry, without its name, due at the time that the user said; None for no time.

        Args:
            time: The words for it.
            call: Holds all words of the user.
            purpose: What it is for.

        Raises:
            ToolError: It is a time that cannot be kept.
        """
        phrases = language().schedule_phrases
        found = _said_time(time, call.words)
        if found is None:
            return None
        habit = {token.text for token in tokens_of(time)} & language().times.every
        if habit and not found.phrase.repeat:
            raise ToolError(phrases.unreadable_repeat)
        now, zone = self.schedule.now(), self.schedule.zone
        try:
            when = resolve(found.phrase, self.schedule.wall(), purpose)
        except (TimePassedError, OverflowError) as error:
            raise ToolError(phrases.passed) from error
        due = due_at(when, now, zone)
        if due - now > FURTHEST_SECS:
            raise ToolError(phrases.too_far)
        return Entry(0, self.kind, "", due, wall=when.wall, repeat=when.repeat)

    def meant(self, which: str) -> list[Entry]:
        """Return the waiting entries that some words may mean."""
        return meant(which, self.schedule.waiting(self.kind), self.schedule.zone)

    def only(self, which: str, tool: str, call: Call, **said: str) -> Entry:
        """Return the one waiting entry that some words mean; arguments as for `ask_back`.

        Raises:
            ToolError: There is none, or there are several.
        """
        found = self._some(which)
        if len(found) > 1:
            raise self.ask_back(self._asked(found), "which", tool, call, **said)
        return found[0]

    def listed(self, which: str) -> str:
        """Return what is said of the waiting entries that some words mean.

        Raises:
            ToolError: There are none such.
        """
        if not self.schedule.waiting(self.kind):
            return self.wording.left([], self.kind)
        return self.wording.left(self._some(which), self.kind)

    async def cancelled(self, which: str, call: Call) -> str:
        """Cancel the entries that some words mean, and return what is said of it.

        Raises:
            ToolError: There is none such, or it is not clear which one is meant.
        """
        phrases = language().schedule_phrases
        if rang := self._just_rang(which):
            await self.schedule.silence(rang)
            return phrases.stopped.format(items=self.wording.named(rang))
        found = self._some(which)
        if len(found) > 1 and not is_all(which):
            raise self.ask_back(self._asked(found), "which", "cancel", call)
        words = self.wording.named(found)
        async with self.kept():
            await self.schedule.cancel(found)
        return phrases.cancelled.format(items=words)

    def cancelling(self, which: str) -> DirectCall:
        """Return the call that cancels what some words mean."""
        return f"{self.kind}.cancel", given(which=which)

    def _just_rang(self, which: str) -> list[Entry]:
        rang = [*self.schedule.due(), *self.schedule.just_rang(JUST_RANG_SECS)]
        theirs = list({entry.id: entry for entry in rang if entry.kind is self.kind}.values())
        return [] if is_all(which) else meant(which, theirs, self.schedule.zone)

    def _some(self, which: str) -> list[Entry]:
        waiting = self.schedule.waiting(self.kind)
        phrases = language().schedule_phrases
        if not waiting:
            raise ToolError(phrases.none[self.kind])
        found = self.meant(which)
        if not found:
            raise ToolError(
                phrases.unknown.format(
                    kind=phrases.kinds[self.kind][0],
                    which=which,
                    listed=self.wording.left(waiting, self.kind),
                )
            )
        return found

    def _asked(self, found: Sequence[Entry]) -> str:
        phrases = language().schedule_phrases
        kind = phrases.kinds[self.kind][0]
        return phrases.which.format(kind=kind, items=self.wording.named(found, choice=True))


def given(**arguments: str) -> dict[str, str]:
    """Return the arguments that were said."""
    return {name: value for name, value in arguments.items() if value}


def checked_name(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a name on one line, cut where it is too long."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 3].rstrip()}..."


def _said_time(time: str, words: str) -> FoundTime | None:
    """Return the time that the user said; where the model misread it, the only one in the words."""
    said = times_in(words)
    # "Eight" alone, as an answer, is a mere number.
    named = find_time(time) or find_time(f"{min(language().times.at)} {time}")
    if not said or (named and named.phrase in [found.phrase for found in said]):
        return named
    return said[0] if len(said) == 1 else named

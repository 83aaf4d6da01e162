"""What a toolset has asked back, so that "ten minutes" or "the second one" answers it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pipecatapp.text.language import language
from pipecatapp.text.schedule_rules import DURATION, TIME
from pipecatapp.tools.schedule.requests import matched
from pipecatapp.tools.tool import DirectCall

OPEN_SECS = 60.0
"""How long a question can be answered."""

Missing = Literal["duration", "time", "which"]


@dataclass(frozen=True)
class Question:
    """A question about a call.

    Attributes:
        tool: The name of the tool.
        missing: The argument that is asked for.
        conversation: The conversation in which it was asked.
        at: When, in seconds since the epoch.
        said: The arguments that had been said already.
    """

    tool: str
    missing: Missing
    conversation: str
    at: float
    said: dict[str, str] = field(default_factory=dict)


class Questions:
    """The last question of a toolset."""

    def __init__(self) -> None:
        self._open: Question | None = None

    def ask(self, question: Question) -> None:
        """Note a question."""
        self._open = question

    def answer(self, words: str, now: float, is_known: Callable[[str], bool]) -> DirectCall | None:
        """Return the call that words make as an answer to the question; None where they are none.

        The call holds what is said now; `said_before` has the rest.

        Args:
            words: The user's.
            now: Seconds since the epoch.
            is_known: Tells whether words mean one entry, or all.
        """
        question, requests = self._open, language().schedule_requests
        if question is None or now - question.at > OPEN_SECS:
            return None
        if question.missing == "which":
            which = matched(words, requests.answer_which)
            known = which is not None and is_known(which.name)
            return (question.tool, {"which": which.name}) if which and known else None
        stand_in = DURATION if question.missing == "duration" else TIME
        patterns = (
            requests.answer_duration if question.missing == "duration" else requests.answer_time
        )
        found = matched(words, patterns, time=stand_in)
        if (found is None or not found.time) and question.missing == "time":
            at = f"{min(language().times.at)} {words}"  # "eight" alone is a mere number
            found = matched(at, patterns, time=stand_in)
            return (question.tool, {"time": words}) if found and found.time else None
        return (question.tool, {question.missing: found.time}) if found and found.time else None

    def said_before(self, tool: str, conversation: str) -> dict[str, str]:
        """Return what had been said when the question was asked, and close it."""
        question, self._open = self._open, None
        if question is None or (question.tool, question.conversation) != (tool, conversation):
            return {}
        return question.said

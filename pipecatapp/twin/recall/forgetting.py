"""Removes from a conversation the turns that tell facts which are to be forgotten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.words import significant_words, tokenize
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import NoteKind, ToolCall
from pipecatapp.twin.history.prompt import written
from pipecatapp.twin.history.state import ConversationState, log_of, state_of, turns_of
from pipecatapp.twin.history.turn import Turn

ENOUGH = 0.6
"""A turn that has this share of a fact's words is taken to tell it."""


@dataclass(frozen=True)
class ForgottenFact:
    """A fact that is to be forgotten.

    Attributes:
        text: The statement.
        context: The words of the turn that it came from; empty where unknown.
    """

    text: str
    context: str = ""

    def told_by(self, words: str) -> bool:
        """Tell whether somebody who reads these words learns the fact.

        All names and numbers have to be there, and most of the other words, stop words aside.
        """
        if self.context and _plain(self.context) == _plain(words):
            return True
        if _plain(self.text) in _plain(words):
            return True
        told = _significant(self.text)
        there = set(tokenize(words.lower()))
        if not told or not _names(self.text) <= there:
            return False
        return len(told & there) >= ENOUGH * len(told)


def without(state: ConversationState, facts: Sequence[ForgottenFact]) -> ConversationState:
    """Return a conversation without the turns that tell some facts.

    A turn goes as a whole: what was asked, remembered, called and answered.

    Args:
        state: As `Conversation.state` returns it, in this version or an earlier one; left as it is.
        facts: What is to be forgotten.
    """
    turns = turns_of(state)
    gone = [turn for turn in turns if _tells(facts, _texts(turn))]
    summary = str(state.get("summary", ""))
    return state_of(
        [turn for turn in turns if turn not in gone],
        "" if _tells(facts, [summary]) else summary,
        _log_without(log_of(state), facts, gone),
    )


def _texts(turn: Turn) -> list[str]:
    """Return all that can be read in a turn."""
    opening = [turn.opening.text] if turn.opening else []
    said = [*opening, *(answer.text for answer in turn.answers)]
    steps = [
        written(step.name, step.arguments) if isinstance(step, ToolCall) else step.text
        for step in turn.steps
    ]
    # The question and its answer may tell the fact only together.
    return [*said, turn.note(NoteKind.MEMORY), *steps, " ".join(said)]


def _tells(facts: Sequence[ForgottenFact], texts: Iterable[str]) -> bool:
    return any(fact.told_by(text) for text in texts for fact in facts)


def _log_without(
    log: Sequence[LogEntry], facts: Sequence[ForgottenFact], gone: Sequence[Turn]
) -> list[LogEntry]:
    """Return the log that people see without turns that are gone, or that tell a fact."""
    words = {text for turn in gone for text in _said(turn)}
    kept: list[LogEntry] = []
    dropping = False
    for entry in log:
        told = entry.text in words or _tells(facts, [entry.text])
        if entry.role == "user":
            dropping = told
        elif told and not dropping and kept and kept[-1].role == "user":
            kept.pop()  # the question that only its answer gives away
        if not told and not dropping:
            kept.append(entry)
    return kept


def _said(turn: Turn) -> list[str]:
    return [turn.words, *(answer.text for answer in turn.answers)]


def _plain(text: str) -> str:
    return " ".join(tokenize(text.lower()))


def _significant(text: str) -> set[str]:
    return set(significant_words(text)) - language().vocabulary.statement_words


def _names(text: str) -> set[str]:
    """Return the names and numbers of a statement, in lower case."""
    words = tokenize(text)
    names = [w for w in words[1:] if w[0].isupper() or any(c.isdigit() for c in w)]
    return _significant(" ".join(names))

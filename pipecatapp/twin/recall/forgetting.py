"""Removes from a conversation the turns that tell facts which are to be forgotten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipecatapp.memory.long_term import Forgotten
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form
from pipecatapp.text.words import significant_words, tokenize
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import NoteKind, ToolCall
from pipecatapp.twin.history.prompt import written
from pipecatapp.twin.history.state import ConversationState, log_of, state_of, turns_of
from pipecatapp.twin.history.turn import Turn

ENOUGH = 0.6
"""A turn that has this share of a fact's words is taken to tell it."""
SHORTEST_SECRET = 4
"""Letters or digits of a password or code that gives itself away without the words around it."""


@dataclass(frozen=True)
class ForgottenFact:
    """A fact that is to be forgotten.

    Attributes:
        text: The statement; empty for a turn that only asked to forget something.
        context: The words of the turn that it came from; empty where unknown.
    """

    text: str
    context: str = ""

    def told_by(self, words: str) -> bool:
        """Tell whether somebody who reads these words learns the fact.

        All names and numbers have to be there, and most of the other words, stop words aside. A
        password or a code is enough by itself.
        """
        if self.context and _plain(self.context) == _plain(words):
            return True
        if not self.text:
            return False
        if _is_in(self.text, words) or _holds(words, _secret(self.text)):
            return True
        told = _significant(self.text)
        there = set(tokenize(normal_form(words)))
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
    left = [turn for turn in turns if turn not in gone]
    return state_of(
        left,
        "" if _tells(facts, [summary]) else summary,
        _log_without(log_of(state), facts, gone, left),
    )


def redacted(state: ConversationState, told: Sequence[Forgotten]) -> ConversationState:
    """Return a conversation without what is forgotten, given as long-term memory records it."""
    return without(state, [ForgottenFact(text, context) for text, context in told])


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
    log: Sequence[LogEntry],
    facts: Sequence[ForgottenFact],
    gone: Sequence[Turn],
    left: Sequence[Turn],
) -> list[LogEntry]:
    """Return the log that people see without turns that are gone, or that tell a fact."""
    words = {text for turn in gone for text in _said(turn)}
    answers = {answer.text for turn in left for answer in turn.answers}
    kept: list[LogEntry] = []
    dropping = False
    for entry in log:
        told = entry.text in words or _tells(facts, [entry.text])
        if entry.role == "user":
            dropping = told
        elif told and not dropping and kept and kept[-1].role == "user":
            kept.pop()  # the question that only its answer gives away
        # "Done, that is forgotten" stands behind the request, in a turn of its own.
        if not told and (not dropping or entry.text in answers):
            kept.append(entry)
    return kept


def _said(turn: Turn) -> list[str]:
    return [turn.words, *(answer.text for answer in turn.answers)]


def _plain(text: str) -> str:
    return " ".join(tokenize(normal_form(text)))


def _is_in(text: str, words: str) -> bool:
    plain = _plain(text)
    # A text of signs alone has no words.
    return plain in _plain(words) if plain else normal_form(text) in normal_form(words)


def _secret(text: str) -> str:
    """Return the password or the code that a statement tells; empty where it tells none."""
    found = language().statements.secret.search(text)
    value = _plain(found["value"]) if found else ""
    return value if len(value) >= SHORTEST_SECRET else ""


def _holds(words: str, secret: str) -> bool:
    return bool(secret) and f" {secret} " in f" {_plain(words)} "


def _significant(text: str) -> set[str]:
    return set(significant_words(text)) - language().vocabulary.statement_words


def _names(text: str) -> set[str]:
    """Return the names and numbers of a statement, in lower case."""
    words = tokenize(text)
    names = [w for w in words[1:] if w[0].isupper() or any(c.isdigit() for c in w)]
    return _significant(" ".join(names))

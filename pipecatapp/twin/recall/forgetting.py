"""What a conversation holds of facts that are to be forgotten, and the same without it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipecatapp.text.language import language
from pipecatapp.text.words import significant_words, tokenize
from pipecatapp.twin.history.messages import ConversationState

ENOUGH = 0.6
"""The share of a fact's words by which a turn is taken to tell it."""


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

        Names, numbers included, have to be there, and most of the other words that say something.
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
        state: As `Conversation.state` returns it; left as it is.
        facts: What is to be forgotten.
    """
    turns = _turns(state["messages"])
    notes = dict(state.get("notes", []))
    # The messages before the first turn, such as an answer to one that was cut, have no notes.
    kept = [(old, turn) for old, turn in turns if not _tells(facts, _texts(turn, notes.get(old)))]
    numbers = {old: new for new, old in enumerate(old for old, _ in kept if old >= 0)}
    return {
        **state,
        "messages": [message for _, turn in kept for message in turn],
        "notes": [[numbers[old], note] for old, note in notes.items() if old in numbers],
        "summary": "" if _tells(facts, [state.get("summary", "")]) else state.get("summary", ""),
        "log": _log_without(state["log"], facts, [turn for turn in turns if turn not in kept]),
    }


def _turns(messages: Iterable[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Return messages by turn, each with its number; -1 for those before the first."""
    turns: list[tuple[int, list[dict[str, Any]]]] = [(-1, [])]
    for message in messages:
        if message.get("role") == "user":
            turns.append((len(turns) - 1, []))
        turns[-1][1].append(message)
    return turns


def _texts(turn: list[dict[str, Any]], note: dict[str, Any] | None) -> list[str]:
    """Return all that can be read in a turn."""
    texts = [str(message.get("content") or "") for message in turn]
    if note:
        texts += [
            note.get("recalled", ""),
            *(part for step in note.get("steps", ()) for part in step),
        ]
    # Asked and answered may only together say it.
    return [*texts, " ".join(texts[: len(turn)])]


def _tells(facts: Sequence[ForgottenFact], texts: Iterable[str]) -> bool:
    return any(fact.told_by(text) for text in texts for fact in facts)


def _log_without(
    log: list[dict[str, Any]],
    facts: Sequence[ForgottenFact],
    gone: Sequence[tuple[int, list[dict[str, Any]]]],
) -> list[dict[str, Any]]:
    """Return the log that people see without turns that are gone, or that tell a fact."""
    words: Collection[str] = {str(m.get("content")) for _, turn in gone for m in turn}
    kept: list[dict[str, Any]] = []
    dropping = False
    for entry in log:
        told = entry["text"] in words or _tells(facts, [entry["text"]])
        if entry["role"] == "user":
            dropping = told
        elif told and not dropping and kept and kept[-1]["role"] == "user":
            kept.pop()  # the question that only its answer gives away
        if not told and not dropping:
            kept.append(entry)
    return kept


def _plain(text: str) -> str:
    return " ".join(tokenize(text.lower()))


def _significant(text: str) -> set[str]:
    return set(significant_words(text)) - language().vocabulary.statement_words


def _names(text: str) -> set[str]:
    """Return the words of a statement that only what it is about can have, in small letters."""
    words = tokenize(text)
    names = [w for w in words[1:] if w[0].isupper() or any(c.isdigit() for c in w)]
    return _significant(" ".join(names))

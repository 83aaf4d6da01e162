"""One turn of a conversation, and the view that a turn under way has of what came before it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pipecatapp.experts.expert import SUFFIX
from pipecatapp.twin.history.messages import (
    AssistantMessage,
    NoteKind,
    ResultState,
    SystemNote,
    ToolCall,
    ToolResult,
    UserMessage,
)


@dataclass
class Turn:
    """What one utterance of the user led to, or one tool result that came after its turn.

    Attributes:
        opening: The message that began it; None for words of the twin before the first turn.
        notes: What the system added to the user's words, by kind.
        steps: The calls that it led to, each followed by its result.
        answers: What the twin said.
        hidden: Whether the model is not shown this turn, in which it had no part: a small model
            says "I will remember" whatever it is asked, once it has seen itself say so.
        expert: The expert that answered; empty for the twin itself.
        asked_for: The tool for whose call the twin asked something in return; empty for none.
        asked: What the model reads in place of the user's words, where code has done a part of what
            they ask for; empty for all of them.
        told: What was said of that part, which the model does not read; empty for nothing.
        unseen: Tools that succeeded without the model's knowing.
        instead: What is told where the model denies to know it; empty where nothing is. It is
            needed while the turn is answered, and not kept.
    """

    opening: UserMessage | ToolResult | None
    notes: dict[NoteKind, SystemNote] = field(default_factory=dict)
    steps: list[ToolCall | ToolResult] = field(default_factory=list)
    answers: list[AssistantMessage] = field(default_factory=list)
    hidden: bool = False
    expert: str = ""
    asked_for: str = ""
    asked: str = ""
    told: str = ""
    unseen: frozenset[str] = frozenset()
    instead: str = ""

    @property
    def words(self) -> str:
        """What the user said; empty where a result began the turn."""
        return self.opening.text if isinstance(self.opening, UserMessage) else ""

    @property
    def is_said(self) -> bool:
        """Whether the user began it, rather than a late result."""
        return isinstance(self.opening, UserMessage)

    @property
    def action(self) -> str:
        """What it came to, as the router names it: an expert, the last tool, or an answer."""
        if self.expert:
            return f"{self.expert}{SUFFIX}"
        results = [self.opening, *self.steps]
        names = [result.name for result in results if isinstance(result, ToolResult)]
        return names[-1] if names else "answer"

    @property
    def holds_result(self) -> bool:
        """Whether the model reads a tool's result in it."""
        read = bool(self.steps) or isinstance(self.opening, ToolResult)
        return read and not self.hidden

    @property
    def done(self) -> frozenset[str]:
        """The tools whose results arrived in this turn and tell of a success."""
        results = [self.opening, *self.steps]
        seen = [each for each in results if isinstance(each, ToolResult)]
        names = [result.name for result in seen if result.state is ResultState.DONE]
        return self.unseen.union(names)

    def note(self, kind: NoteKind) -> str:
        """Return the text of a note; empty where there is none."""
        note = self.notes.get(kind)
        return note.text if note else ""

    def add_note(self, kind: NoteKind, text: str, about: str = "") -> None:
        """Add a note, in place of an earlier one of its kind."""
        self.notes[kind] = SystemNote(kind, text, about)

    def copy(self) -> Self:
        """Return a copy that later messages of this turn do not change."""
        return replace(
            self, notes=dict(self.notes), steps=list(self.steps), answers=list(self.answers)
        )


class ActiveTurn:
    """A turn under way: its own record, and the conversation as it was when the turn began.

    A conversation goes on meanwhile: another tab says something, a call ends, old turns are cut.
    None of that changes what this turn sees, nor which record it writes to.
    """

    def __init__(self, before: Iterable[Turn], own: Turn | None, answers: int = 0):
        """Take a view of a conversation.

        Args:
            before: The turns before this one, oldest first.
            own: The record of this turn, to which it writes; None in an empty conversation.
            answers: How many of its answers had been given when the view was taken.
        """
        self.before: Sequence[Turn] = tuple(turn.copy() for turn in before)
        self._own = own or Turn(None)
        self._answers = answers

    @property
    def turns(self) -> list[Turn]:
        """All turns, this one last."""
        own = replace(self._own, answers=self._own.answers[: self._answers])
        return [*self.before, own]

    # -- what has been said -------------------------------------------------------------------

    @property
    def words(self) -> str:
        """What the user says in this turn; empty where it tells of a result, or is answered."""
        return "" if self._answers else self._own.asked or self._own.words

    @property
    def earlier_words(self) -> list[str]:
        """What the user said in earlier turns, oldest first."""
        return [turn.words for turn in self.before if turn.words]

    @property
    def last_words(self) -> str:
        """What the user said last, in this turn or an earlier one."""
        return self._own.words or next(reversed(self.earlier_words), "")

    @property
    def last_action(self) -> str | None:
        """What the turn before this one came to, as the router names it; None where none was."""
        shown = [turn for turn in self.before if not turn.hidden and turn.opening is not None]
        return shown[-1].action if shown else None

    @property
    def asked_for(self) -> str:
        """The tool for which the twin asked something in the turn before; empty for none."""
        return self.before[-1].asked_for if self.before else ""

    @property
    def holds_results(self) -> bool:
        """Whether a tool's result is in the prompt that the turns make."""
        return any(turn.holds_result for turn in self.turns)

    @property
    def is_answered(self) -> bool:
        """Whether the twin had begun to answer before the view was taken."""
        return bool(self._answers)

    @property
    def done(self) -> Sequence[frozenset[str]]:
        """The tools whose calls succeeded, by turn, this one last."""
        return [turn.done for turn in self.turns]

    def arrived(self, call_id: str) -> bool:
        """Tell whether the late result of a call is among the messages."""
        return any(
            isinstance(turn.opening, ToolResult) and turn.opening.call_id == call_id
            for turn in self.turns
        )

    # -- what this turn adds ------------------------------------------------------------------

    @property
    def own(self) -> Turn:
        """The record of this turn."""
        return self._own

    def add_call(self, call: ToolCall, result: ToolResult) -> None:
        """Add a call and its result, or that its result comes later."""
        self._own.steps += [call, result]

    def hide(self, done: str = "") -> None:
        """Keep the turn from the model, which has no part in it.

        Args:
            done: The tool that succeeded in it; empty for none. No more of the call is kept: what
                was forgotten must not stay in the conversation.
        """
        self._own.hidden = True
        self._own.unseen |= {done} if done else set()

    def go_on_with(self, asked: str, told: str) -> None:
        """Show the model the turn after all, as far as code has not done what it asks for.

        Args:
            asked: What is left, in words that can be understood alone.
            told: What has been said of the rest.
        """
        own = self._own
        own.hidden, own.asked, own.told = False, asked, told

    def recall(self, words: str, recalled: str) -> None:
        """Add what is remembered.

        Args:
            words: What it was looked up for.
            recalled: As the model is to read it; may be empty.
        """
        self._own.add_note(NoteKind.MEMORY, recalled, words)

    def has_recalled(self, words: str) -> bool:
        """Tell whether memory was looked up for these words already."""
        note = self._own.notes.get(NoteKind.MEMORY)
        return note is not None and note.about == words

    def holds_recalled(self, text: str) -> bool:
        """Tell whether something stands in the prompt already, remembered at an earlier turn."""
        return any(text in turn.note(NoteKind.MEMORY) for turn in self.before)

    def tell_of_experts(self, told: Callable[[str], str]) -> None:
        """Add which experts there are, where that has to be told.

        Args:
            told: Returns what is to be said, given what was said last; empty for nothing.
        """
        earlier = [text for turn in self.before if (text := turn.note(NoteKind.EXPERTS))]
        self._own.notes.pop(NoteKind.EXPERTS, None)
        if text := told(earlier[-1] if earlier else ""):
            self._own.add_note(NoteKind.EXPERTS, text)

    def ask_for(self, tool: str) -> None:
        """Note that the twin asks what it has to know for a call of a tool."""
        self._own.asked_for = tool

    def answered_by(self, expert: str) -> None:
        """Note which expert the turn goes to; empty for the twin itself."""
        self._own.expert = expert


def active_turn(
    turns: Sequence[Turn], entries: Sequence[dict[str, Any]], guess: Callable[[str], Turn]
) -> ActiveTurn:
    """Return the view of the turn that some of Pipecat's messages end with.

    Args:
        turns: Those of the conversation.
        entries: Its messages, or a copy with one more, a guess at what is being said.
        guess: Returns the record of such a guess.
    """
    opened = [place for place, entry in enumerate(entries) if entry["role"] == "user"]
    known = [turn for turn in turns if turn.opening is not None]
    if len(opened) > len(known):
        return ActiveTurn(turns, guess(str(entries[opened[-1]]["content"])))
    if not opened:
        return ActiveTurn([], turns[0] if turns else None, len(entries))
    own = known[len(opened) - 1]
    answers = [e for e in entries[opened[-1] + 1 :] if e["role"] == "assistant"]
    said = sum("tool_calls" not in entry for entry in answers)
    place = next(i for i, turn in enumerate(turns) if turn is own)
    return ActiveTurn(turns[:place], own, said)


def said_in(turns: Iterable[Turn]) -> list[tuple[str, str]]:
    """Return the words of each turn, oldest first, as `(user, assistant)`.

    What was said of a late result belongs to the turn before it.
    """
    words: list[tuple[str, str]] = []
    for turn in turns:
        if turn.is_said:
            words.append((turn.words, ""))
        for answer in turn.answers if words else ():
            user, said = words[-1]
            words[-1] = (user, f"{said} {answer.delivered}".strip())
    return words

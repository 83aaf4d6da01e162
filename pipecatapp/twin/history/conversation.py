"""One conversation: its short-term memory, and the exact prompt that this makes.

What stands before the current turn never changes between requests, byte for byte, so that
llama-server's prefix cache serves it. Two rules keep it so: what is added to a user's message
(its date and time, what was remembered at it, and the calls that it led to) stays with it, and
history is trimmed in blocks rather than at every turn. Only a late result takes the place of the
word that it would come.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage

from pipecatapp.twin.history.messages import (
    ConversationState,
    LogEntry,
    is_said,
    notes_of,
    turns_of,
)
from pipecatapp.twin.history.prompt import prompt_of
from pipecatapp.twin.history.store import ConversationStore
from pipecatapp.twin.history.turn_notes import Turn, TurnNotes, user_messages

KEPT_TURNS = 10
"""Turns that remain after a trim: what the agent remembers word for word."""
MOST_TURNS = 16
"""Turns that history grows to before it is trimmed."""
LONGEST_LOG = 200
"""Entries of the log that a page shows and a restart brings back."""

Listener = Callable[[LogEntry], None]


class Conversation:
    """The history that the tabs of one login session share."""

    def __init__(self, conversation_id: str, path: Path | None = None):
        """Begin, or take up again, a conversation.

        Args:
            conversation_id: Opaque and unique.
            path: The file that keeps it across restarts; `None` for one that is not kept.
        """
        self.id = conversation_id
        self.context = LLMContext()
        self.log: list[LogEntry] = []
        self.listeners: set[Listener] = set()
        self.replaced: set[Callable[[], None]] = set()
        """Called when the whole is another: cleared, loaded, or with something forgotten."""
        self.cut: list[tuple[str, str]] = []
        """The turns that the last trim took away."""
        self._notes = TurnNotes()
        self._summary = ""
        self._clearing = self._overfull = False
        self._under_way = 0
        self._file = ConversationStore(path) if path else None
        if self._file:
            self._file.load(self._take)

    # -- turns ----------------------------------------------------------------------------

    def begin_turn(self) -> str:
        """Fix the date and time of the turn that begins now, and return them as text.

        All requests of the turn carry the same, so that they share a prefix.
        """
        return self._noted().begin()

    def turn(self, messages: list[LLMContextMessage]) -> Turn:
        """Return what a turn works on: messages as they are now, with what belongs to them.

        Args:
            messages: The context's own, or a provisional copy with one more; a turn is returned
                as it is.
        """
        return messages if isinstance(messages, Turn) else self._noted().turn(messages)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Have what waits for a turn's end wait while the block runs: a turn is answered."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def prompt(self, messages: list[LLMContextMessage]) -> list[LLMContextMessage]:
        """Return messages with each of the user's carrying what belongs to its turn.

        Args:
            messages: As `turn` takes them.
        """
        turn = self.turn(messages)
        self._notes.see_to_stamp(turn)
        return prompt_of(turn, self._summary)

    def holds_results(self, messages: list[LLMContextMessage]) -> bool:
        """Tell whether a tool's result is in the prompt that messages make."""
        return self.turn(messages).holds_results

    def trim(self, *, most: int = MOST_TURNS, keep: int = KEPT_TURNS) -> bool:
        """Cut history to its last `keep` turns once it has grown beyond `most`.

        Returns:
            Whether anything was cut; the prompt's prefix is then a new one.
        """
        messages = self.context.messages
        turns = [i for i, message in enumerate(messages) if is_said(message, "user")]
        if len(turns) <= most:
            return False
        start = turns[len(turns) - keep]
        self.cut = self.turns()[: len(turns) - keep]
        self._noted().cut(user_messages(messages[:start]))
        self.context.set_messages(messages[start:])
        self._save_soon()
        return True

    @property
    def summary(self) -> str:
        """What stands for the turns that are no longer there; empty for none."""
        return self._summary

    def summarize(self, summary: str) -> None:
        """Have a summary stand for the turns that are no longer there.

        Args:
            summary: Of those and of what was summarized before; empty for none.
        """
        self._summary = summary
        self._save_soon()

    def end_turn(self) -> bool:
        """Do what had to wait for a turn's end, unless another is under way: its end does it.

        Returns:
            Whether history is another now, and so the prompt's prefix.
        """
        if self._under_way:
            return False
        if self._clearing:
            self._clear()
            return True
        overfull, self._overfull = self._overfull, False
        return self.trim(most=1, keep=1) if overfull else self.trim()

    # -- for tools ------------------------------------------------------------------------

    def turns(self) -> list[tuple[str, str]]:
        """Return the words of each turn, oldest first, as `(user, assistant)`."""
        return turns_of(self.context.messages)

    def clear(self) -> None:
        """Forget all turns, at the end of the one under way."""
        self._clearing = True

    def shrink(self) -> None:
        """Keep the last turn alone, at the end of the one under way: the context was full."""
        self._overfull = True

    # -- log ------------------------------------------------------------------------------

    def record(
        self, role: str, text: str, *, timings: dict[str, Any] | None = None, by: Listener | None
    ) -> LogEntry:
        """Add a message to the log, tell the other tabs, and keep the whole.

        Args:
            role: `user` or `assistant`.
            text: The words.
            timings: What the answer took.
            by: The listener of the tab it came from, which is not told.
        """
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        entry = LogEntry(role, text, at, timings=timings)
        self.log = [*self.log[-(LONGEST_LOG - 1) :], entry]
        self._save_soon()
        for listener in self.listeners - {by}:
            listener(entry)
        return entry

    def history(self) -> list[dict[str, Any]]:
        """Return the log as JSON-ready dictionaries, oldest first."""
        return [vars(entry) for entry in self.log]

    # -- keeping --------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether the file may hold something else than this does."""
        return self._file is not None and self._file.behind

    def state(self) -> ConversationState:
        """Return the whole, JSON-ready."""
        return {
            "messages": list(self.context.messages),
            "notes": self._noted().state(),
            "summary": self._summary,
            "log": self.history(),
        }

    def restore(self, state: ConversationState) -> None:
        """Be another: what `state` returned once. It is on the disk when this returns.

        Raises:
            LookupError: It is not that.
            TypeError: Likewise.
            ValueError: Likewise.
            OSError: It could not be written; the file is as it was, and this is another already.
        """
        self._take(state)
        self._clearing = self._overfull = False
        for tell in list(self.replaced):
            tell()
        self.save()

    def save(self) -> None:
        """Have all of it on the disk, now.

        Raises:
            OSError: It could not be written; the file is as it was.
        """
        if self._file:
            self._file.save(self.state())

    def discard(self) -> None:
        """Delete the file for good: nobody comes back to this conversation.

        Raises:
            OSError: It could not be deleted.
        """
        if self._file:
            self._file.remove()

    def _noted(self) -> TurnNotes:
        """Return the notes, of the messages that the pipeline has added since as well."""
        self._notes.note_messages(self.context.messages)
        return self._notes

    def _clear(self) -> None:
        try:
            self.restore({"messages": [], "log": []})
        except OSError as error:
            logger.error(
                f"A conversation that was to be forgotten is still in its file ({error}): make "
                "room or put the permissions right. The next message there takes its place."
            )

    def _take(self, state: ConversationState) -> None:
        log = [LogEntry(**entry) for entry in state["log"]]
        messages = [cast(LLMContextMessage, dict(message)) for message in state["messages"]]
        said = user_messages(messages)
        notes = TurnNotes({turn: n for turn, n in notes_of(state).items() if 0 <= turn < said})
        self.context.set_messages(messages)
        self._notes, self._summary, self.log = notes, str(state.get("summary", "")), log

    def _save_soon(self) -> None:
        if self._file:
            self._file.save_soon(self.state())

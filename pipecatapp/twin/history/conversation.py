"""One conversation: its short-term memory, and the prompt that is made of it.

What stands before the current turn never changes between requests, byte for byte, so that
llama-server's prefix cache serves it. Two rules keep it so: what is added to a turn (its date and
time, what was remembered, the calls that it led to) stays with it, and history is trimmed in blocks
rather than at every turn.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from loguru import logger

from pipecatapp.twin.history.context import ConversationContext
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import (
    AssistantMessage,
    Messages,
    ToolCall,
    ToolResult,
    UserMessage,
)
from pipecatapp.twin.history.prompt import prompt_of
from pipecatapp.twin.history.state import ConversationState, log_of, state_of, turns_of
from pipecatapp.twin.history.store import ConversationStore
from pipecatapp.twin.history.turn import ActiveTurn, Turn, active_turn, said_in
from pipecatapp.twin.history.upcoming_turn import UpcomingTurn

KEPT_TURNS = 10
"""Turns that remain after a trim: what the agent remembers word for word."""
MOST_TURNS = 16
"""Turns that history grows to before it is trimmed."""
LONGEST_LOG = 400
"""Entries of the log that a page shows, a restart brings back, and questions are answered from."""

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
        self.context = self.view()
        """What Pipecat's aggregators read and write, where all that is written is heard."""
        self.log: list[LogEntry] = []
        self.listeners: set[Listener] = set()
        self.replaced: set[Callable[[], None]] = set()
        """Called when the history was replaced: cleared, loaded, or with something forgotten."""
        self.cut: list[tuple[str, str]] = []
        """The turns that the last trim took away."""
        self._turns: list[Turn] = []
        self._upcoming = UpcomingTurn()
        self._summary = ""
        self._clearing = self._overfull = False
        self._under_way = 0
        self._file = ConversationStore(path) if path else None
        if self._file:
            self._file.load(self._take)

    def view(
        self, answer: Callable[[str], AssistantMessage] = AssistantMessage
    ) -> ConversationContext:
        """Return a view of the conversation for Pipecat's aggregators.

        Args:
            answer: Returns the message for what was heard of an answer.
        """
        return ConversationContext(lambda: self._turns, self.add, self._drop_turns, answer)

    # -- turns ----------------------------------------------------------------------------

    def add(self, message: UserMessage | AssistantMessage | ToolCall | ToolResult) -> None:
        """Add a message that has come; a result that comes after its turn opens one of its own."""
        if isinstance(message, UserMessage):
            self._turns.append(self._upcoming.said(message.text))
        elif isinstance(message, ToolResult) and not self._is_awaited(message):
            self._turns.append(Turn(message))
        else:
            if not self._turns:
                self._turns.append(Turn(None))
            last = self._turns[-1]
            if isinstance(message, AssistantMessage):
                last.answers.append(message)
            else:
                last.steps.append(message)

    def _is_awaited(self, result: ToolResult) -> bool:
        """Tell whether the last message is the call that a result belongs to."""
        last = self._turns[-1].steps[-1:] if self._turns else []
        return any(isinstance(call, ToolCall) and call.id == result.call_id for call in last)

    def begin_turn(self) -> str:
        """Fix the date and time of the turn that begins now, and return them as text.

        All requests of the turn carry the same, so that they share a prefix.
        """
        return self._upcoming.begin()

    def turn(self, messages: Messages | ActiveTurn | None = None) -> ActiveTurn:
        """Return a turn under way, with the conversation as it is now.

        Args:
            messages: The context's own, or a provisional copy with one more, a guess at what is
                being said; None for the context's own. A turn is returned as it is.
        """
        if isinstance(messages, ActiveTurn):
            return messages
        entries = [cast(dict[str, Any], m) for m in messages or self.context.messages]
        return active_turn(self._turns, entries, self._upcoming.guess)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Note that a turn is answered while the block runs: `end_turn` does nothing meanwhile."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def prompt(self, messages: Messages | ActiveTurn | None = None) -> Messages:
        """Return the prompt of a turn, without the system prompt.

        Args:
            messages: As `turn` takes them.
        """
        turn = self.turn(messages)
        self._upcoming.stamp(turn)
        return prompt_of(turn.turns, self._summary)

    def last_action(self, turn: ActiveTurn) -> str | None:
        """Return what the turn before another came to; None where nobody knows."""
        return turn.last_action

    def holds_results(self, turn: ActiveTurn) -> bool:
        """Tell whether a tool's result is in the prompt of a turn."""
        return turn.holds_results

    def trim(self, *, most: int = MOST_TURNS, keep: int = KEPT_TURNS) -> bool:
        """Cut history to its last `keep` turns once it has grown beyond `most`.

        Returns:
            Whether anything was cut; the prompt's prefix is then a new one.
        """
        said = [place for place, turn in enumerate(self._turns) if turn.is_said]
        if len(said) <= most:
            return False
        self.cut = self.turns()[: len(said) - keep]
        del self._turns[: said[len(said) - keep]]
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
        """Do what had to wait for a turn's end, unless another turn is under way.

        Returns:
            Whether the history has changed, and with it the prompt's prefix.
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
        """Return the words of each turn, oldest first, as `(user, assistant)`.

        What was said of a late result belongs to the turn before it.
        """
        return said_in(self._turns)

    @property
    def log_is_whole(self) -> bool:
        """Whether nothing has been dropped from the log's beginning."""
        return len(self.log) < LONGEST_LOG

    def clear(self) -> None:
        """Forget all turns, at the end of the one under way."""
        self._clearing = True

    def shrink(self) -> None:
        """Keep the last turn alone, at the end of the one under way: the context was full."""
        self._overfull = True

    # -- log ------------------------------------------------------------------------------

    def record(
        self,
        role: str,
        text: str,
        *,
        timings: dict[str, Any] | None = None,
        heard: str | None = None,
        before: LogEntry | None = None,
        by: Listener | None,
    ) -> LogEntry:
        """Add a message to the log, tell the other tabs, and save the conversation.

        Args:
            role: `user` or `assistant`.
            text: The words.
            timings: What the answer took.
            heard: What had been heard of an answer when it was interrupted.
            before: The message that interrupted it, and was recorded first.
            by: The listener of the tab it came from, which is not told.
        """
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        entry = LogEntry(role, text, at, timings=timings, heard=heard)
        place = self.log.index(before) if before in self.log else len(self.log)
        log = [*self.log[:place], entry, *self.log[place:]]
        self.log = log[-LONGEST_LOG:]
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
        """Return the whole as a JSON-ready dictionary."""
        return state_of(self._turns, self._summary, self.log)

    def restore(self, state: ConversationState) -> None:
        """Replace the history by a saved one; it is on the disk when this returns.

        Args:
            state: As `state` returned it, in this version or an earlier one.

        Raises:
            LookupError: It is no conversation.
            TypeError: Likewise.
            ValueError: Likewise.
            OSError: It could not be written. The history is replaced; the file is as it was.
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

    def _drop_turns(self) -> None:
        self._turns = []

    def _clear(self) -> None:
        try:
            self.restore({"messages": [], "log": []})
        except OSError as error:
            logger.error(
                f"A conversation that was to be forgotten is still in its file ({error}): make "
                "room or put the permissions right. The next message there takes its place."
            )

    def _take(self, state: ConversationState) -> None:
        turns, log, summary = turns_of(state), log_of(state), str(state.get("summary", ""))
        self._turns, self._upcoming = turns, UpcomingTurn()
        self._summary, self.log, self.cut = summary, log, []

    def _save_soon(self) -> None:
        if self._file:
            self._file.save_soon(self.state())

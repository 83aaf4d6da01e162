"""One conversation: its short-term memory, and the exact prompt that this makes.

What stands before the current turn never changes between requests, byte for byte, so that
llama-server's prefix cache serves it. Two rules keep it so: what is added to a user's message
(its date and time, what was remembered at it, and the calls that it led to) stays with it, and
history is trimmed in blocks rather than at every turn. Only a late result takes the place of the
word that it would come.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage

from pipecatapp.runtime.files import write_atomic
from pipecatapp.twin.history import (
    LogEntry,
    Notes,
    State,
    is_result,
    is_said,
    notes_of,
    settle,
)

KEPT_TURNS = 10
"""Turns that remain after a trim: what the agent remembers word for word."""
MOST_TURNS = 16
"""Turns that history grows to before it is trimmed."""
STAMP = "(It is now %H:%M on %A, %-d %B %Y.) "
STAMP_LIFETIME = 300
"""Seconds after which a turn that came to nothing no longer lends its time to the next."""
LONGEST_LOG = 200
"""Entries of the log that a page shows and a restart brings back."""
SUMMARY = "(Earlier in this conversation:\n{summary})\n\n"

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
        self._notes: dict[int, Notes] = {}
        self._summary = ""
        self._clearing = self._overfull = False
        self._stamped = time.monotonic()
        self._path = path
        if path is not None and path.exists():
            self._load(path)

    # -- prompt ---------------------------------------------------------------------------

    def begin_turn(self) -> str:
        """Fix the date and time of the turn that begins now, and return them as text.

        All requests of the turn carry the same, so that they share a prefix.
        """
        turn = self._user_messages(self.context.messages)
        return self._stamp(turn)

    def prompt(self, messages: list[LLMContextMessage]) -> list[LLMContextMessage]:
        """Return `messages` with each user message carrying what belongs to its turn.

        Args:
            messages: The context's own messages, or a provisional copy with one more.
        """
        self._see_to_stamp(messages)
        prompt: list[LLMContextMessage] = []
        summary = SUMMARY.format(summary=self._summary) if self._summary else ""
        turn, notes = -1, Notes()
        for message in messages:
            entry = dict(cast(dict[str, Any], message))
            entry.pop("name", None)
            begins = entry.get("role") == "user" and isinstance(entry.get("content"), str)
            if begins:
                turn += 1
                notes = self._notes.get(turn, Notes())
            if notes.aside or (is_result(message) and settle(prompt, entry["content"])):
                continue
            prompt.append(cast(LLMContextMessage, entry))
            if begins:
                if not is_result(message):
                    entry["content"] = (
                        notes.stamp + entry["content"] + notes.recalled + notes.experts
                    )
                entry["content"], summary = summary + entry["content"], ""
                for call, result in notes.steps:
                    prompt.append({"role": "assistant", "content": call})
                    prompt.append({"role": "user", "content": result})
        return prompt

    def _see_to_stamp(self, messages: list[LLMContextMessage]) -> None:
        """See that the current turn has its date and time; a result that came late needs none."""
        turn = self._user_messages(messages) - 1
        notes = self._notes.get(turn, Notes())
        stale = time.monotonic() - self._stamped > STAMP_LIFETIME
        if turn < 0 or (notes.stamp and not stale) or notes.steps:
            return
        if not is_result(messages[-1]):
            self._stamp(turn)

    def _stamp(self, turn: int) -> str:
        notes = self._notes.setdefault(turn, Notes())
        notes.stamp = datetime.now().strftime(STAMP)
        self._stamped = time.monotonic()
        return notes.stamp

    @staticmethod
    def _user_messages(messages: list[LLMContextMessage]) -> int:
        return sum(cast(dict[str, Any], m).get("role") == "user" for m in messages)

    def holds_results(self, messages: list[LLMContextMessage]) -> bool:
        """Tell whether a tool's result is in the prompt that messages make."""
        called = any(notes.steps for notes in self._notes.values())
        return called or any(is_result(message) for message in messages)

    def add_step(self, messages: list[LLMContextMessage], call: str, result: str) -> None:
        """Add a call and its result to the turn under way.

        Args:
            messages: The messages that the turn was begun with, its own one last.
            call: As the model wrote it.
            result: As the model is to read it.
        """
        turn = self._user_messages(messages) - 1
        self._notes.setdefault(turn, Notes()).steps.append((call, result))

    def set_aside(self, messages: list[LLMContextMessage]) -> None:
        """Keep the turn under way from the model, in which it has no part.

        Args:
            messages: The messages that the turn was begun with, its own one last.
        """
        self._notes.setdefault(self._user_messages(messages) - 1, Notes()).aside = True

    def recall(self, messages: list[LLMContextMessage], words: str, recalled: str) -> None:
        """Add what is remembered to the turn under way.

        Args:
            messages: The messages that the turn was begun with, its own one last.
            words: What was said.
            recalled: As the model is to read it; may be empty.
        """
        turn = self._user_messages(messages) - 1
        notes = self._notes.setdefault(turn, Notes())
        notes.words, notes.recalled = words, recalled

    def has_recalled(self, messages: list[LLMContextMessage], words: str) -> bool:
        """Tell whether it was looked already what is remembered at these words of this turn."""
        notes = self._notes.get(self._user_messages(messages) - 1)
        return notes is not None and notes.words == words

    def holds_recalled(self, messages: list[LLMContextMessage], text: str) -> bool:
        """Tell whether something stands in the prompt already, remembered at an earlier turn."""
        turn = self._user_messages(messages) - 1
        return any(
            text in notes.recalled for earlier, notes in self._notes.items() if earlier < turn
        )

    def tell_of_experts(
        self, messages: list[LLMContextMessage], told: Callable[[str], str]
    ) -> None:
        """Add to the turn under way which experts there are, where that has to be told.

        Args:
            messages: The messages that the turn was begun with, its own one last.
            told: Returns what is to be said, given what was said last; empty for nothing.
        """
        turn = self._user_messages(messages) - 1
        before = [notes.experts for _, notes in self._earlier(turn) if notes.experts]
        self._notes.setdefault(turn, Notes()).experts = told(before[-1] if before else "")

    def answered_by(self, messages: list[LLMContextMessage], expert: str) -> None:
        """Note which expert the turn under way goes to; empty for none."""
        self._notes.setdefault(self._user_messages(messages) - 1, Notes()).expert = expert

    def last_expert(self, messages: list[LLMContextMessage]) -> str:
        """Return the expert that answered the turn before this one; empty for none."""
        earlier = [notes for _, notes in self._earlier(self._user_messages(messages) - 1)]
        last = next((notes for notes in reversed(earlier) if not notes.aside), Notes())
        return last.expert

    def _earlier(self, turn: int) -> list[tuple[int, Notes]]:
        """Return the notes of the turns before one, oldest first."""
        return [(number, self._notes[number]) for number in sorted(self._notes) if number < turn]

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
        cut = self._user_messages(messages[:start])
        self.cut = self.turns()[: len(turns) - keep]
        self.context.set_messages(messages[start:])
        self._notes = {turn - cut: n for turn, n in self._notes.items() if turn >= cut}
        self._save()
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
        self._save()

    # -- for tools ------------------------------------------------------------------------

    def turns(self) -> list[tuple[str, str]]:
        """Return the words of each turn, oldest first, as `(user, assistant)`."""
        turns: list[tuple[str, str]] = []
        for message in self.context.messages:
            content = str(cast(dict[str, Any], message).get("content") or "")
            if is_said(message, "user"):
                turns.append((content, ""))
            elif is_said(message, "assistant") and turns:
                user, said = turns[-1]
                turns[-1] = (user, f"{said} {content}".strip())
        return turns

    def clear(self) -> None:
        """Forget all turns, at the end of the one under way."""
        self._clearing = True

    def shrink(self) -> None:
        """Keep the last turn alone, at the end of the one under way: the context was full."""
        self._overfull = True

    def end_turn(self) -> bool:
        """Do what had to wait for the turn's end.

        Returns:
            Whether history is another now, and so the prompt's prefix.
        """
        if not self._clearing:
            overfull, self._overfull = self._overfull, False
            return self.trim(most=1, keep=1) if overfull else self.trim()
        self.restore({"messages": [], "log": []})
        return True

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
        self._save()
        for listener in self.listeners - {by}:
            listener(entry)
        return entry

    def history(self) -> list[dict[str, Any]]:
        """Return the log as JSON-ready dictionaries, oldest first."""
        return [vars(entry) for entry in self.log]

    # -- keeping --------------------------------------------------------------------------

    def state(self) -> State:
        """Return the whole, JSON-ready."""
        return {
            "messages": self.context.messages,
            "notes": [[turn, vars(notes)] for turn, notes in self._notes.items()],
            "summary": self._summary,
            "log": self.history(),
        }

    def restore(self, state: State) -> None:
        """Be another: what `state` returned once.

        Raises:
            LookupError: It is not that.
            TypeError: Likewise.
            ValueError: Likewise.
        """
        self._take(state)
        self._clearing = self._overfull = False
        self._save()
        for tell in list(self.replaced):
            tell()

    def _take(self, state: State) -> None:
        log = [LogEntry(**entry) for entry in state["log"]]
        notes = notes_of(state)
        messages = [cast(LLMContextMessage, dict(message)) for message in state["messages"]]
        self.context.set_messages(messages)
        self._notes, self._summary, self.log = notes, str(state.get("summary", "")), log

    def _save(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # JSON in ASCII keeps whatever a client sent, half a surrogate pair too.
            write_atomic(self._path, json.dumps(self.state()), mode=0o600)
        except OSError as error:
            logger.error(
                f"The conversation could not be kept in {self._path} ({error.strerror}): "
                "make room or put the directory's permissions right. It goes on in memory."
            )

    def _load(self, path: Path) -> None:
        try:
            self._take(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            aside = path.with_suffix(".damaged")
            path.replace(aside)
            logger.error(f"A conversation could not be read ({error}); it was put aside as {aside}")

"""One conversation: its short-term memory, and the exact prompt that this makes.

What stands before the current turn never changes between requests, byte for byte, so that
llama-server's prefix cache serves it. Two rules keep it so: what is added to a user's message
(its date and time, and the calls that it led to) stays with it, and history is trimmed in blocks
rather than at every turn.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage

from pipecatapp.runtime.files import write_atomic
from pipecatapp.tools.tool import shortened

KEPT_TURNS = 10
"""Turns that remain after a trim: what the agent remembers word for word."""
MOST_TURNS = 16
"""Turns that history grows to before it is trimmed."""
STAMP = "(It is now %H:%M on %A, %-d %B %Y.) "
STAMP_LIFETIME = 300
"""Seconds after which a turn that came to nothing no longer lends its time to the next."""
LONGEST_LOG = 200
"""Entries of the log that a page shows and a restart brings back."""
LONGEST_RESULT = 1600
"""Characters of a tool's result that stay in the prompt."""
OF_RESULT = "Result of "
RESULT = "tool_result"
"""The name of messages that bring the result of a call which outlived its turn."""


@dataclass
class LogEntry:
    """One message as people see it."""

    role: str
    text: str
    at: str
    id: str = field(default_factory=lambda: uuid4().hex)
    timings: dict[str, Any] | None = None


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
        self._stamps: dict[int, str] = {}
        self._steps: dict[int, list[tuple[str, str]]] = {}
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
        self._stamps[turn] = datetime.now().strftime(STAMP)
        self._stamped = time.monotonic()
        return self._stamps[turn]

    def prompt(self, messages: list[LLMContextMessage]) -> list[LLMContextMessage]:
        """Return `messages` with each user message carrying what belongs to its turn.

        Args:
            messages: The context's own messages, or a provisional copy with one more.
        """
        current = self._user_messages(messages) - 1
        self._stamp(current, messages)
        turn = 0
        prompt: list[LLMContextMessage] = []
        for message in messages:
            entry = dict(cast(dict[str, Any], message))
            entry.pop("name", None)
            prompt.append(cast(LLMContextMessage, entry))
            if entry.get("role") == "user" and isinstance(entry.get("content"), str):
                stamp = "" if is_result(message) else self._stamps.get(turn, "")
                entry["content"] = stamp + entry["content"]
                for call, result in self._steps.get(turn, ()):
                    prompt.append({"role": "assistant", "content": call})
                    prompt.append({"role": "user", "content": result})
                turn += 1
        return prompt

    def _stamp(self, turn: int, messages: list[LLMContextMessage]) -> None:
        """See that the current turn has its date and time; a result that came late needs none."""
        stale = time.monotonic() - self._stamped > STAMP_LIFETIME
        if turn < 0 or (turn in self._stamps and not stale) or turn in self._steps:
            return
        if not is_result(messages[-1]):
            self._stamps[turn] = datetime.now().strftime(STAMP)
            self._stamped = time.monotonic()

    @staticmethod
    def _user_messages(messages: list[LLMContextMessage]) -> int:
        return sum(cast(dict[str, Any], m).get("role") == "user" for m in messages)

    def holds_results(self, messages: list[LLMContextMessage]) -> bool:
        """Tell whether a tool's result is in the prompt that messages make."""
        return bool(self._steps) or any(is_result(message) for message in messages)

    def add_step(self, messages: list[LLMContextMessage], call: str, result: str) -> None:
        """Add a call and its result to the turn under way.

        Args:
            messages: The messages that the turn was begun with, its own one last.
            call: As the model wrote it.
            result: As the model is to read it.
        """
        turn = self._user_messages(messages) - 1
        self._steps.setdefault(turn, []).append((call, result))

    def trim(self, *, most: int = MOST_TURNS, keep: int = KEPT_TURNS) -> bool:
        """Cut history to its last `keep` turns once it has grown beyond `most`.

        Returns:
            Whether anything was cut; the prompt's prefix is then a new one.
        """
        messages = self.context.messages
        turns = [i for i, message in enumerate(messages) if _is_said(message, "user")]
        if len(turns) <= most:
            return False
        start = turns[len(turns) - keep]
        cut = self._user_messages(messages[:start])
        self.context.set_messages(messages[start:])
        self._stamps = {turn - cut: s for turn, s in self._stamps.items() if turn >= cut}
        self._steps = {turn - cut: s for turn, s in self._steps.items() if turn >= cut}
        self._save()
        return True

    # -- for tools ------------------------------------------------------------------------

    def turns(self) -> list[tuple[str, str]]:
        """Return the words of each turn, oldest first, as `(user, assistant)`."""
        turns: list[tuple[str, str]] = []
        for message in self.context.messages:
            content = str(cast(dict[str, Any], message).get("content") or "")
            if _is_said(message, "user"):
                turns.append((content, ""))
            elif _is_said(message, "assistant") and turns:
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
        self._clearing = False
        self.context.set_messages([])
        self._stamps, self._steps, self.log = {}, {}, []
        self._save()
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

    def _save(self) -> None:
        if self._path is None:
            return
        state = {
            "messages": self.context.messages,
            "stamps": list(self._stamps.items()),
            "steps": list(self._steps.items()),
            "log": self.history(),
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # JSON in ASCII keeps whatever a client sent, half a surrogate pair too.
            write_atomic(self._path, json.dumps(state), mode=0o600)
        except OSError as error:
            logger.error(
                f"The conversation could not be kept in {self._path} ({error.strerror}): "
                "make room or put the directory's permissions right. It goes on in memory."
            )

    def _load(self, path: Path) -> None:
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            log = [LogEntry(**entry) for entry in state["log"]]
            stamps = {int(turn): str(stamp) for turn, stamp in state["stamps"]}
            kept = {
                int(turn): [(str(call), str(result)) for call, result in steps]
                for turn, steps in state.get("steps", [])
            }
            messages = [cast(LLMContextMessage, dict(message)) for message in state["messages"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            aside = path.with_suffix(".damaged")
            path.replace(aside)
            logger.error(f"A conversation could not be read ({error}); it was put aside as {aside}")
            return
        self.context.set_messages(messages)
        self._stamps, self._steps, self.log = stamps, kept, log


def is_result(message: LLMContextMessage) -> bool:
    """Tell whether a message brings a result that came after its turn."""
    return cast(dict[str, Any], message).get("name") == RESULT


def result_text(name: str, result: str) -> str:
    """Return a tool's result as the model reads it."""
    return f"{OF_RESULT}{name}:\n{shortened(result, LONGEST_RESULT)}"


def last_turn(prompt: list[LLMContextMessage]) -> list[LLMContextMessage]:
    """Return the last thing the user said in a prompt, and the calls that it has led to."""
    start = len(prompt) - 1
    if cast(dict[str, Any], prompt[start])["role"] == "assistant":
        start -= 1  # a reply that is begun already
    while start >= 2 and str(cast(dict[str, Any], prompt[start])["content"]).startswith(OF_RESULT):
        start -= 2
    return prompt[max(0, start) :]


def _is_said(message: LLMContextMessage, role: str) -> bool:
    return cast(dict[str, Any], message).get("role") == role and not is_result(message)


class Conversations:
    """All conversations of this agent, each loaded when it is first asked for."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._open: dict[str, Conversation] = {}

    def get(self, conversation_id: str) -> Conversation:
        """Return a conversation, new or known.

        Raises:
            ValueError: The id is not made of letters, digits, dashes and underscores.
        """
        if not conversation_id.replace("-", "").replace("_", "").isalnum():
            raise ValueError("not a conversation id")
        if conversation_id not in self._open:
            path = self._directory / f"{conversation_id}.json"
            self._open[conversation_id] = Conversation(conversation_id, path)
        return self._open[conversation_id]


class SlotPool:
    """Gives each conversation one of llama-server's slots, the longest unused one first."""

    def __init__(self, slots: int):
        self._owners: dict[str, int] = {}
        self._free = list(range(slots))

    def slot(self, conversation_id: str) -> int:
        """Return the conversation's slot, from now on the most recently used one."""
        if conversation_id in self._owners:
            number = self._owners.pop(conversation_id)
        elif self._free:
            number = self._free.pop(0)
        else:
            number = self._owners.pop(next(iter(self._owners)))
        self._owners[conversation_id] = number
        return number

"""Conversations of callers that bring their own history with each request.

A history is cut in blocks, as every conversation is, and its turns get the date and time again
that they had when they were answered: a request's prompt begins, byte for byte, as the one before
did, and llama-server's prefix cache serves it. They also know again which tools had succeeded.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import uuid4

from pipecatapp.twin.history.conversation import KEPT_TURNS, MOST_TURNS, Conversation
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import AssistantMessage, NoteKind, UserMessage
from pipecatapp.twin.history.turn import ActiveTurn, Turn

MOST_KNOWN_TURNS = 1024
"""Turns of which is known when they were answered and what was done; the others cost a longer
prefill, and nothing that is claimed of them is believed."""


class Said(NamedTuple):
    """What somebody said in a history that a caller brings."""

    role: Literal["user", "assistant"]
    text: str


class ApiConversation(Conversation):
    """One request's history; nothing of it is kept."""

    def begin(self, history: Sequence[Said], earlier: Sequence[Turn | None]) -> None:
        """Take a history, and fix the date and time of its last turn.

        Args:
            history: Oldest first, the user's last words at its end.
            earlier: The records of its earlier turns as they were answered; None if unknown.
        """
        records = iter(earlier)
        for role, text in history:
            self.add(UserMessage(text) if role == "user" else AssistantMessage(text))
            if role == "user" and (record := next(records, None)):
                own = self.turn().own
                own.add_note(NoteKind.TIME, record.note(NoteKind.TIME))
                own.unseen = record.done
        self.prompt()

    def last_action(self, turn: ActiveTurn) -> str | None:
        """Return None: a caller's history does not say who answered, or by what."""
        return None

    def holds_results(self, turn: ActiveTurn) -> bool:
        """Tell whether a tool's result may be in the prompt of a turn.

        A caller's history does not say where its answers come from: any may repeat a page.
        """
        answered = any(earlier.answers for earlier in turn.turns)
        return answered or super().holds_results(turn)


class ApiHistories:
    """Makes conversations of histories."""

    def __init__(self) -> None:
        self._turns: OrderedDict[bytes, Turn] = OrderedDict()

    def conversation(self, caller: str, history: Sequence[Said]) -> ApiConversation:
        """Return the conversation of a request, its last turn begun.

        Args:
            caller: Whose request it is; nobody shares another's turns.
            history: Oldest first, the user's last words at its end.
        """
        turns = _turns(caller, history)
        cut = _cut(len(turns))
        start = turns[cut][0] if cut else 0
        kept = [(place, key) for place, key in turns if place >= start]
        earlier = [self._turns.get(key) for _, key in kept[:-1]]
        conversation = ApiConversation(f"v1-{uuid4().hex}")
        conversation.log = [LogEntry(role, text, at="") for role, text in history]
        conversation.begin(history[start:], earlier)
        self._keep(kept[-1][1], conversation.turn().own)
        return conversation

    def _keep(self, key: bytes, turn: Turn) -> None:
        self._turns[key] = turn
        self._turns.move_to_end(key)
        if len(self._turns) > MOST_KNOWN_TURNS:
            self._turns.popitem(last=False)


def _turns(caller: str, history: Sequence[Said]) -> list[tuple[int, bytes]]:
    """Return where each turn begins, and a digest of all that was said up to its words."""
    sum_, turns = hashlib.sha256(caller.encode()), []
    for place, (role, text) in enumerate(history):
        sum_.update(f"\0{role}\0{len(text)}\0{text}".encode())
        if role == "user":
            turns.append((place, sum_.digest()))
    return turns


def _cut(turns: int) -> int:
    """Return how many of the oldest turns go, by blocks."""
    block = MOST_TURNS + 1 - KEPT_TURNS
    return 0 if turns <= MOST_TURNS else -(-(turns - MOST_TURNS) // block) * block

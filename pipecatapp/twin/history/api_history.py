"""Conversations of callers that bring their own history with each request.

A history is cut in blocks, as every conversation is, and its turns get the date and time again
that they had when they were answered: a request's prompt begins, byte for byte, as the one before
did, and llama-server's prefix cache serves it.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, cast
from uuid import uuid4

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.twin.history.conversation import KEPT_TURNS, MOST_TURNS, Conversation

MOST_STAMPS = 1024
"""Turns whose date and time is known; older ones cost a longer prefill, no more."""


class Said(NamedTuple):
    """What somebody said in a history that a caller brings."""

    role: Literal["user", "assistant"]
    text: str


class ApiConversation(Conversation):
    """One request's history; nothing of it is kept."""

    def holds_results(self, messages: list[LLMContextMessage]) -> bool:
        """Tell whether a tool's result may be in the prompt that messages make.

        A caller's history does not say where its answers come from: any may repeat a page.
        """
        answered = any(cast(dict[str, Any], m).get("role") == "assistant" for m in messages)
        return answered or super().holds_results(messages)


class ApiHistories:
    """Makes conversations of histories."""

    def __init__(self) -> None:
        self._stamps: OrderedDict[bytes, str] = OrderedDict()

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
        stamps = [self._stamps.get(key, "") for _, key in kept[:-1]]
        conversation = ApiConversation(f"v1-{uuid4().hex}")
        conversation.restore(
            {
                "messages": [{"role": s.role, "content": s.text} for s in history[start:]],
                "notes": [[turn, {"stamp": stamp}] for turn, stamp in enumerate(stamps) if stamp],
                "log": [],
            }
        )
        conversation.prompt(conversation.context.messages)  # which fixes the last turn's
        self._keep(kept[-1][1], dict(conversation.state()["notes"])[len(stamps)]["stamp"])
        return conversation

    def _keep(self, key: bytes, stamp: str) -> None:
        self._stamps[key] = stamp
        self._stamps.move_to_end(key)
        if len(self._stamps) > MOST_STAMPS:
            self._stamps.popitem(last=False)


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

"""What the parts of a turn work with, handed on as one value."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults


async def _at_once() -> None:
    """Return at once: what is typed is certain."""


@dataclass(frozen=True)
class TurnContext:
    """The same for all turns of one session.

    Attributes:
        agent: Who the twin is and what it can do.
        conversation: The history.
        clock: Takes the times of each turn.
        pending_results: Takes calls that outlive their turn.
        confirmed: Waits until the turn is certain to have ended: an answer begun before that can
            be thrown away, a tool call cannot.
        person: Who speaks, where that is known.
        present: Whether somebody is there who hears fillers, can be asked for approval, and can be
            told later how a call ended. For a program's request calls are waited for, and those
            that need approval are refused.
        expert_options: Those of `Experts.events` that differ from the usual ones.
    """

    agent: AgentContext
    conversation: Conversation
    clock: TurnClock
    pending_results: PendingToolResults = field(default_factory=PendingToolResults)
    confirmed: Callable[[], Awaitable[None]] = _at_once
    person: str | None = None
    present: bool = True
    expert_options: Mapping[str, Any] = field(default_factory=dict)

"""Who the twin is and what it can do, the same for all sessions of an agent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipecatapp.experts.routing import Experts
from pipecatapp.tools.execution.runner import ToolRunner
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.tools.tool import DirectCall
from pipecatapp.twin.recall.recall import Recall
from pipecatapp.twin.routing.router import Router

KEEPS_FACTS = "memory.remember"
"""A tool that the model does not see."""


async def _nothing(words: str) -> DirectCall | None:
    """Return None: no tool reads plain words."""
    return None


@dataclass(frozen=True)
class AgentContext:
    """A persona, the decisions and the tools.

    Attributes:
        persona: Who the twin is.
        router: Decides what a turn needs.
        runner: Runs tools.
        tool: Returns a tool that can work now by its name, else None.
        experts: Answer what is handed to them.
        wanted: Returns the call that some words plainly ask for, where a tool knows them.
        asked_besides: Returns what the words ask for besides that call, given its tool's name.
        recall: Looks up long-term memory; None where there is none.
    """

    persona: str
    router: Router
    runner: ToolRunner
    tool: Callable[[str], Tool | None]
    experts: Experts
    wanted: Callable[[str], Awaitable[DirectCall | None]] = _nothing
    asked_besides: Callable[[str, str], str] = lambda name, words: ""
    recall: Recall | None = None

    @property
    def system(self) -> str:
        """The system prompt, the same for the same persona and actions."""
        return f"{self.persona}\n\n{self.router.instruction}"

    def available(self) -> list[str]:
        """Return the names of the tools that can be called now."""
        return [name for name in (*self.router.actions.tools, KEEPS_FACTS) if self.tool(name)]

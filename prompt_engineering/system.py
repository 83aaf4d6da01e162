"""The seam between the measure and what is measured: the agent's own code for decisions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from pipecatapp.experts.expert import SUFFIX
from pipecatapp.settings import Settings, load_settings
from pipecatapp.tools.tool import ToolError
from pipecatapp.twin.routing.actions import ANSWER, Actions, Decision
from prompt_engineering.scoring import Got
from prompt_engineering.suite import Case, Expect


class Router(Protocol):
    """Decides as the agent would."""

    @property
    def actions(self) -> Actions:
        """What can be chosen."""

    async def decide(
        self, words: str, history: list[tuple[str, str]], last_action: str | None = None
    ) -> Decision:
        """Return what some words need.

        Args:
            words: What the user said.
            history: The turns before as `(user, assistant)`, oldest first.
            last_action: What the last of them came to; None where that is not known.
        """


class Chooser(Protocol):
    """Chooses among functions that are not the agent's own."""

    async def choose(
        self, words: str, functions: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]] | None:
        """Return a function's name and its arguments, or None for no call."""


class System:
    """The agent's decisions, in the terms of the measure."""

    def __init__(self, router: Router, *, with_arguments: bool = True):
        """Take what decides.

        Args:
            router: The agent's decisions.
            with_arguments: Whether it fills in arguments; the intent classifier alone cannot.
        """
        self._router = router
        self._with_arguments = with_arguments
        self._tools = router.actions.tools

    @property
    def tools(self) -> dict[str, list[str]]:
        """The names of each tool's arguments, by the tool's name."""
        return {name: list(tool.schema.get("properties", {})) for name, tool in self._tools.items()}

    @property
    def experts(self) -> list[str]:
        """The experts' names."""
        return [expert.name for expert in self._router.actions.experts.values()]

    async def decide(self, case: Case) -> Got:
        """Return what is decided in a case, checked once more."""
        decision = await self._router.decide(case.say, case.turns, _action(case.did))
        return Got(
            action=decision.kind,
            name=decision.name,
            arguments=decision.arguments,
            by=decision.by,
            invalid=self._invalid(decision),
        )

    def _invalid(self, decision: Decision) -> str | None:
        if decision.kind == "answer":
            return None if decision.name is None else "an answer has no name"
        if decision.kind == "expert":
            return None if decision.name in self.experts else f"no expert {decision.name!r}"
        tool = self._tools.get(decision.name or "")
        if tool is None:
            return f"no tool {decision.name!r}"
        if not self._with_arguments:
            return None
        try:
            tool.check(decision.arguments)
        except ToolError as error:
            return str(error)
        return None


def _action(did: Expect | None) -> str | None:
    """Return an action as the router names it."""
    if did is None:
        return None
    return f"{did.expert}{SUFFIX}" if did.expert else did.tool or ANSWER


def settings_for(model: str | None) -> Settings:
    """Return the agent's settings, with another model where one is named."""
    settings = load_settings()
    return settings.model_copy(update={"llm_model": model}) if model else settings


@asynccontextmanager
async def open_system(settings: Settings, decision: str) -> AsyncIterator[System]:
    """Start what decides, with all tools, those too that cannot work on this machine.

    Args:
        settings: The agent's.
        decision: `head+model`, `model` or `head`.
    """
    from prompt_engineering.laboratory import open_router

    async with open_router(settings, decision=decision) as router:
        yield System(router, with_arguments=decision != "head")


@asynccontextmanager
async def open_functions(settings: Settings) -> AsyncIterator[Chooser]:
    """Start what chooses among given functions.

    Args:
        settings: The agent's.
    """
    from prompt_engineering.laboratory import open_chooser

    async with open_chooser(settings) as chooser:
        yield chooser

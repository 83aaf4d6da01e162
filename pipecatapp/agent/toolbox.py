"""The agent's tools and experts, their approvals, and the router that decides among them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from loguru import logger

from pipecatapp.agent.announcements import Announcements
from pipecatapp.agent.memory import AgentMemory
from pipecatapp.errors import UserError
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.experts.discovery.selection import choose_directory
from pipecatapp.experts.expert import Expert
from pipecatapp.experts.routing import Experts
from pipecatapp.experts.warming import Warming
from pipecatapp.memory.summary import condensed
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.settings import Settings
from pipecatapp.tools.execution.approvals import Approvals
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.registry import Registry
from pipecatapp.tools.execution.runner import ToolRunner
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.tools.household_lists.lists import HouseholdLists
from pipecatapp.tools.lists import Lists
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.tools.tool import FactMemory
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.personas import load_persona
from pipecatapp.twin.routing.actions import Actions, RequestExamples, TalkExamples
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults

EXAMINE_SECS = 60.0
"""Seconds between checks of which tools can work: a camera was plugged in, Docker was started."""

Status = Callable[[], Awaitable[dict[str, Any]]]


class Toolbox:
    """Tools, approvals and decisions of one agent; also the `Resources` of its tools."""

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        status: Status,
        memory: AgentMemory | None = None,
        *,
        shared: SharedServer | None = None,
    ):
        """Make a toolbox; `start` finds out which tools work here.

        Args:
            settings: How the agent runs.
            embedder: Compares meanings.
            status: Returns what `/api/status` shows.
            memory: Long-term memory, where the agent has one.
            shared: The server of experts that have none of their own.
        """
        self._memory = memory
        self.settings = settings
        self.approvals = Approvals()
        self.runner = ToolRunner(
            self.approvals, Audit(settings.home / "audit" / "audit.jsonl"), settings.approval_mode
        )
        self.embedder = embedder
        self._status = status
        self.directory = choose_directory(settings)
        self.experts = Experts(self.directory, self._persona_of, shared)
        self._warming = Warming(self.experts)
        self._talk = TalkExamples.load(settings.prompts)
        self._requests = RequestExamples.load(settings.prompts)
        self._pending_results: dict[str, PendingToolResults] = {}
        self._examining: asyncio.Task[None] | None = None
        self.registry = Registry([])
        self._schedule = Schedule(settings.home / "schedule")
        self.announcements = Announcements(self._schedule, self.pending_results)

    async def start(self) -> None:
        """Find the tools, fit the intent classifier, and go on checking which tools work."""
        await self._schedule.open()
        await self.directory.start()
        self._warming.start()
        self.registry = await Registry.discover(self)
        self._router = await asyncio.to_thread(self.make_router, self.registry.tools)
        self._examining = asyncio.create_task(self._examine())
        for name, reason in self.registry.unavailable.items():
            logger.info(f"The tools {name} are left out: {reason}")

    async def close(self) -> None:
        """End all calls and release the tools."""
        if self._examining:
            self._examining.cancel()
        await self.runner.close()
        await self._schedule.close()
        await self.registry.close()
        await self._warming.close()
        await self.directory.close()
        await self.experts.close()

    async def _examine(self) -> None:
        while True:
            await asyncio.sleep(EXAMINE_SECS)
            try:
                if await self.registry.examine() or self.directory.listed() != self._listed:
                    # Open sessions keep their prompt, and with it the tools that it lists.
                    self._router = await asyncio.to_thread(self.make_router, self.registry.tools)
            except Exception:
                # The tools that worked at the last check stay available.
                logger.exception("the check of which tools work has failed")

    def make_router(self, tools: list[Tool]) -> Router:
        """Return a router for some tools and the experts.

        Args:
            tools: Those that are offered.
        """
        self._listed = self.directory.listed()
        actions = Actions(tools, self._listed, self._talk, self._requests)
        experts = self.directory.experts
        if self.settings.decision == "model":
            return Router(actions, None, self.embedder, experts)
        cache = self.settings.state_dir / "examples.npz"
        classifier = IntentClassifier(self.embedder, actions.examples(), cache)
        return Router(actions, classifier, self.embedder, experts)

    def _persona_of(self, expert: Expert) -> str:
        """Return an expert's persona as its file is now.

        Raises:
            UserError: The file cannot be used.
        """
        text = load_persona(self.settings.prompts, expert.persona)
        if expert.persona_of_its_own:
            return text
        name = expert.name.replace("-", " ").replace("_", " ")
        return text.replace("{name}", name).replace("{description}", expert.description)

    def persona(self) -> str:
        """Return the twin's persona as its file is now, or as a loaded snapshot has it.

        Raises:
            UserError: The file cannot be used.
        """
        if self._memory:
            return self._memory.memories.persona()
        return load_persona(self.settings.prompts)

    async def condense(self, conversation: Conversation) -> None:
        """Summarize the turns that have just left a conversation, where the settings ask for it."""
        cut, conversation.cut = conversation.cut, []
        if self.settings.use_summarizer and cut:
            text = await asyncio.to_thread(condensed, conversation.summary, cut, self.embedder)
            conversation.summarize(text)

    def agent_context(self) -> AgentContext:
        """Return what a new session decides and acts with, its persona as the file is now.

        Raises:
            UserError: The persona's file cannot be used.
        """
        return AgentContext(
            persona=self.persona(),
            router=self._router,
            runner=self.runner,
            tool=self.registry.get,
            experts=self.experts,
            wanted=self.registry.wanted,
            asked_besides=self.registry.asked_besides,
            recall=self._memory.recall if self._memory else None,
        )

    @property
    def lists(self) -> HouseholdLists:
        """The household's lists.

        Raises:
            UserError: Their tools could not be loaded.
        """
        toolset = self.registry.toolset(Lists)
        if toolset is None:
            raise UserError("The lists cannot be used: see the log of the twin.")
        return toolset.lists

    def on_lists_changed(self, listener: Callable[[], None]) -> None:
        """Call a listener in the event loop after each change of the lists."""
        if toolset := self.registry.toolset(Lists):
            toolset.lists.listeners.add(listener)

    def pending_results(self, conversation_id: str) -> PendingToolResults:
        """Return the calls of a conversation that outlived their turn."""
        return self._pending_results.setdefault(conversation_id, PendingToolResults())

    def status_fields(self) -> dict[str, Any]:
        """Return the fields of the status about tools and experts."""
        return {
            "tools": {
                "available": [tool.name for tool in self.registry.tools],
                "unavailable": self.registry.unavailable,
            },
            "experts": [expert.status_fields() for expert in self.directory.experts()],
            "experts_stale": self.directory.stale,
            "memory": self._memory.status_fields() if self._memory else {},
        }

    # -- for tools ----------------------------------------------------------------------------

    async def status(self) -> dict[str, Any]:
        """Return what `/api/status` shows."""
        return await self._status()

    @property
    def memory(self) -> FactMemory | None:
        """Long-term memory; None where this agent has none."""
        return self._memory.for_tools if self._memory else None

    @property
    def schedule(self) -> Schedule:
        """The timers, alarms and reminders."""
        return self._schedule

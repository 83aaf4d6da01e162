"""The agent's decisions without the agent: the real model and code, and nothing that acts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.deployment.embedded import LocalModelServer
from pipecatapp.runtime.embedding.embedder import Embedder, MiniLM
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.setup import EmbeddedSetup, set_up
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.tools.execution.registry import every_tool
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.personas import load_persona
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.routing.actions import Actions, Decision, TalkExamples
from pipecatapp.twin.routing.call_check import CallCheck
from pipecatapp.twin.routing.router import Router

JOB = "llamacpp-rpc"
STARTING_SECS = 300.0


@asynccontextmanager
async def serve(settings: Settings, prepared: EmbeddedSetup) -> AsyncIterator[ModelServer]:
    """Run the language model, as the agent does."""
    server = LlamaServer(prepared.llama, prepared.llm.path, settings, name=JOB)
    async with LocalOrchestrator([server.spec()], settings.log_dir) as orchestrator:
        await orchestrator.start(JOB)
        await orchestrator.wait_healthy(JOB, STARTING_SECS)
        yield LocalModelServer(server, orchestrator)


class Decisions:
    """Decides as a session of the agent would, turn by turn."""

    def __init__(self, router: Router, server: ModelServer, persona: str, alone: bool):
        """Make the decisions.

        Args:
            router: The agent's own.
            server: Where the model runs.
            persona: The router's.
            alone: Whether the intent classifier decides alone, without arguments.
        """
        self.actions = router.actions
        self._router = router
        self._server = server
        self._system = f"{persona}\n\n{router.instruction}"
        self._alone = alone

    async def decide(
        self, words: str, history: list[tuple[str, str]], last_action: str | None = None
    ) -> Decision:
        """Return what some words need.

        Args:
            words: What the user said.
            history: The turns before as `(user, assistant)`, oldest first.
            last_action: What the last of them came to; None where that is not known.
        """
        before = [user for user, _ in history]
        if self._alone:
            name = self._router.best_guess(words, before, last_action)
            return self.actions.settled(name, "head") or Decision("tool", name, by="head")
        conversation = Conversation("measured")
        for user, assistant in history:
            conversation.context.add_message({"role": "user", "content": user})
            # The date and time stand in front of every message, as they do in a session.
            conversation.begin_turn()
            conversation.context.add_message({"role": "assistant", "content": assistant})
        conversation.context.add_message({"role": "user", "content": words})
        model = LlamaModel(self._server, conversation, 0, self._system, TurnClock())
        try:
            turn = conversation.turn()
            decision = await self._router.decide(
                words, before, conversation.prompt(turn), model, last_action=last_action
            )
            return self._checked(decision, turn)
        finally:
            await model.close()

    def _checked(self, decision: Decision, turn: ActiveTurn) -> Decision:
        """Return a decision as a session would carry it out, whatever page may be open there."""
        tool = self.actions.tools.get(decision.name or "")
        if not isinstance(tool, Tool):
            return decision
        call = tool.toolset.revised((tool.name, decision.arguments), turn.words)
        if call is None:
            return Decision("answer", by=decision.by, declined=tool.name)
        revised = self.actions.tools[call[0]]
        if not isinstance(revised, Tool):
            return decision
        decision = replace(decision, name=call[0], arguments=call[1])
        return CallCheck(decision, revised, turn).checked()

    @property
    def malformed(self) -> int:
        """How often the model wrote no usable action."""
        return self._router.malformed


@asynccontextmanager
async def open_router(settings: Settings, *, decision: str) -> AsyncIterator[Decisions]:
    """Start what decides, with all tools, those too that cannot work on this machine.

    Args:
        settings: The agent's.
        decision: `head+model`, `model` or `head`.
    """
    mode = "model" if decision == "model" else "head+model"
    settings = settings.model_copy(update={"decision": mode})
    prepared = set_up(settings)

    async def status() -> dict[str, object]:
        return {}

    toolbox = Toolbox(settings, MiniLM(prepared.embedder), status)
    router = toolbox.make_router(every_tool(toolbox))
    async with serve(settings, prepared) as server:
        yield Decisions(router, server, toolbox.persona(), decision == "head")


@dataclass(frozen=True)
class Function:
    """A function of BFCL, offered as if it were a tool."""

    name: str
    description: str
    schema: dict[str, Any]
    examples: tuple[str, ...] = ()
    few_shot: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def check(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments; the grammar has seen to their types."""
        return arguments


class Functions:
    """Chooses among functions that are not the agent's own, by the model under its grammar."""

    def __init__(self, server: ModelServer, persona: str, talk: TalkExamples, embedder: Embedder):
        """Make a chooser.

        Args:
            server: Where the model runs.
            persona: The router's.
            talk: What is no action; functions have no examples, so the intent classifier
                cannot help.
            embedder: Compares requests with the functions' descriptions.
        """
        self._embedder = embedder
        self._server = server
        self._persona = persona
        self._talk = talk

    async def choose(
        self, words: str, functions: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]] | None:
        """Return a function's name and its arguments, or None for no call."""
        offered = [
            Function(entry["name"], entry["description"], _json_schema(entry["parameters"]))
            for entry in functions
        ]
        router = Router(Actions(offered, [], self._talk), None, self._embedder)
        decisions = Decisions(router, self._server, self._persona, alone=False)
        decision = await decisions.decide(words, [])
        return (decision.name, decision.arguments) if decision.name else None


_TYPES = {
    "dict": "object",
    "float": "number",
    "double": "number",
    "tuple": "array",
    "int": "integer",
}


def _json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return BFCL's notation of a schema as JSON schema."""
    result = dict(schema)
    kind = str(schema.get("type", "any")).lower()
    result["type"] = _TYPES.get(kind, kind)
    if "properties" in schema:
        properties = schema["properties"].items()
        result["properties"] = {name: _json_schema(part) for name, part in properties}
    if isinstance(schema.get("items"), dict):
        result["items"] = _json_schema(schema["items"])
    return result


@asynccontextmanager
async def open_chooser(settings: Settings) -> AsyncIterator[Functions]:
    """Start what chooses among given functions.

    Args:
        settings: The agent's.
    """
    prepared = set_up(settings)
    async with serve(settings, prepared) as server:
        persona, talk = load_persona(settings.prompts), TalkExamples.load(settings.prompts)
        yield Functions(server, persona, talk, MiniLM(prepared.embedder))

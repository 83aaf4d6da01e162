"""A household with its twin, without voices: facts are told, then questions are asked.

What answers is the agent's own code and the real model; without a model only what code answers by
itself is said.
"""

import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai.types.chat import ChatCompletionChunk

from pipecatapp.agent.memory import AgentMemory
from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.memory.long_term import Addition
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.text.language import language
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.llm.chunks import Chunks, text_of
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.turn.responder import Responder
from pipecatapp.twin.turn.turn_context import TurnContext

Turns = Sequence[tuple[str, str]]
"""What was said before, as `(user, assistant)`, oldest first."""


@dataclass(frozen=True)
class Answered:
    """What was said to some words.

    Attributes:
        text: The answer; empty where only a model would have given one.
        by: What decided: `words` for code.
        seconds: What it took.
    """

    text: str
    by: str
    seconds: float


class NoModel:
    """Stands in for a model where only code is to answer."""

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        """Return the action that leads to a model's answer."""
        return "answer"

    async def agrees(self, messages: Messages) -> float:
        """Return that nothing speaks for a yes."""
        return -1.0

    async def stream(self, messages: Messages) -> AsyncIterator[ChatCompletionChunk]:
        """Yield nothing."""
        for _ in ():
            yield _

    async def close(self) -> None:
        """Do nothing."""


class Household:
    """One household; `open_household` makes it."""

    def __init__(self, toolbox: Toolbox, memory: AgentMemory, server: ModelServer | None):
        """Take the parts of an agent."""
        self._toolbox = toolbox
        self._memory = memory
        self._server = server

    async def tell(self, facts: Sequence[str], speaker: str | None) -> None:
        """Keep facts, as if they had been asked to be remembered, or learnt.

        Args:
            facts: Those that name the user, or the speaker, count as learnt.
            speaker: Who told them, where that is known.
        """
        names = ("The user", speaker) if speaker else ("The user",)
        additions = []
        for number, text in enumerate(facts):
            source = Source.LEARNED if text.startswith(names) else Source.ASKED
            at = time.time() + number / 1000
            additions.append(Addition(NewFact(text, source, at, told_by=speaker)))
        await self._memory.memories.keep(additions)

    async def forget(self) -> None:
        """Forget all facts."""
        memories = self._memory.memories
        facts = await memories.newest(len(memories.long_term))
        await memories.forget([fact.id for fact in facts])

    async def ask(self, words: str, before: Turns = (), speaker: str | None = None) -> Answered:
        """Return what is said to some words.

        Args:
            words: The user's.
            before: What was said before.
            speaker: Who speaks, where that is known.
        """
        conversation = _conversation(before)
        agent = self._toolbox.agent_context()
        clock = TurnClock()
        model: Any = NoModel()
        if self._server:
            model = LlamaModel(self._server, conversation, 0, agent.system, clock, filler=False)
        context = TurnContext(agent, conversation, clock, person=speaker)
        responder = Responder(model, context)
        conversation.record("user", words, by=None)
        conversation.context.add_message({"role": "user", "content": words})
        began = time.perf_counter()
        clock.typed()
        try:
            text = await _spoken(responder.respond(conversation.context.messages))
        finally:
            await model.close()
        return Answered(text, responder.decision.by, time.perf_counter() - began)


@asynccontextmanager
async def open_household(
    settings: Settings, embedder: Embedder, server: ModelServer | None
) -> AsyncIterator[Household]:
    """Start a household that remembers nothing yet.

    Args:
        settings: The agent's; only its models are used, not its state.
        embedder: Compares meanings.
        server: Runs the model; None where only code is to answer.
    """
    with tempfile.TemporaryDirectory() as home:
        place = {"home": Path(home), "models_home": settings.models_dir}
        own = settings.model_copy(update=place)
        idle_monitor = IdleMonitor()
        conversations = Conversations(own.home / "conversations")
        memory = await AgentMemory.open(own, embedder, conversations, idle_monitor)
        shared = SharedServer(server, 0) if server else None
        toolbox = Toolbox(own, embedder, _no_status, memory, shared=shared)
        try:
            await toolbox.start()
            yield Household(toolbox, memory, server)
        finally:
            await toolbox.close()
            await memory.close()


async def _no_status() -> dict[str, Any]:
    return {}


async def _spoken(chunks: Chunks) -> str:
    text = "".join([text_of(chunk) or "" async for chunk in chunks])
    return text.replace(language().phrases.thinking, "").strip()


def _conversation(before: Turns) -> Conversation:
    """Return a conversation in which this was said, its older turns cut as a session does."""
    conversation = Conversation("measured")
    for user, assistant in before:
        conversation.record("user", user, by=None)
        conversation.context.add_message({"role": "user", "content": user})
        # The date and time stand in front of every message, as they do in a session.
        conversation.begin_turn()
        conversation.context.add_message({"role": "assistant", "content": assistant})
        conversation.record("assistant", assistant, by=None)
        conversation.end_turn()
    return conversation

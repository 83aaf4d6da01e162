"""Mission Control before an agent that says nothing, with a real memory behind it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.recall.memory_service import MemoryService
from testing.fakes.backend import FakeBackend


class RememberingAgent(FakeBackend):
    """Remembers what a test has told it."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        super().__init__(settings)
        self.conversations = Conversations(settings.home / "conversations")
        self.long_term = LongTermMemory(settings.home / "memory", embedder)
        self.memories = MemoryService(
            self.long_term, self.conversations, settings.prompts, IdleMonitor()
        )

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        return self.conversations.get(conversation_id).history()

    def remember(self, text: str, *, replaces: Fact | None = None, **details: Any) -> Fact:
        """Keep a fact."""
        known = {"source": Source.LEARNED, "at": time.time(), **details}
        older = (replaces.id,) if replaces else ()
        (fact,) = self.long_term.keep([Addition(NewFact(text, **known), older)])
        return fact

    def talk(self, conversation_id: str, *turns: str) -> None:
        """Have a conversation of these words, each of them answered."""
        conversation = self.conversations.get(conversation_id)
        for text in turns:
            answer = f"You said: {text}"
            conversation.context.add_message({"role": "user", "content": text})
            conversation.record("user", text, by=None)
            conversation.context.add_message({"role": "assistant", "content": answer})
            conversation.record("assistant", answer, by=None)

    def wait_with(self, said: str) -> None:
        """Let a turn wait to be examined."""
        self.long_term.turns.put(FinishedTurn(said, "I see.", "somebody", time.time()))

    def known(self) -> set[str]:
        """Return the facts that hold."""
        return {fact.text for fact in self.long_term.newest(100)}


@contextmanager
def remembering_agent(home: Path, embedder: Embedder) -> Iterator[RememberingAgent]:
    """Open its memory, and close it afterwards."""
    agent = RememberingAgent(Settings(home=home), embedder)
    try:
        yield agent
    finally:
        agent.long_term.close()

"""The memory of one agent: opened, searched, extended by learning, and closed."""

import asyncio
from typing import Any

from loguru import logger

from pipecatapp.memory.learning.contradiction import Judge
from pipecatapp.memory.learning.extraction import Extractor
from pipecatapp.memory.learning.gate import Gate
from pipecatapp.memory.learning.learner import Learner
from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.llm.completion import Completion
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall
from pipecatapp.twin.recall.tool_memory import ToolMemory


class AgentMemory:
    """Long-term memory with everything that works on it."""

    def __init__(self, memories: MemoryService, embedder: Embedder, settings: Settings):
        """Make it from an open memory; `start` begins to learn."""
        self.memories = memories
        self.recall = Recall(memories)
        self.for_tools = ToolMemory(memories, self.recall)
        self._embedder = embedder
        self._settings = settings
        self._completion: Completion | None = None
        self._learner: Learner | None = None
        self._learning: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        settings: Settings,
        embedder: Embedder,
        conversations: Conversations,
        idle_monitor: IdleMonitor,
    ) -> "AgentMemory":
        """Open the memory of the state directory, and finish what a crash left undone.

        Raises:
            UserError: Another process has it, or it cannot be read or written.
        """
        directory = settings.home / "memory"
        long_term = await asyncio.to_thread(LongTermMemory, directory, embedder)
        memories = MemoryService(long_term, conversations, settings.prompts, idle_monitor)
        await memories.followed()
        return cls(memories, embedder, settings)

    async def start(self, server: ModelServer, slot: int, idle_monitor: IdleMonitor) -> None:
        """Begin to learn from finished turns.

        Args:
            server: Where the model runs.
            slot: The slot of llama-server that no conversation has.
            idle_monitor: Knows when nobody speaks.

        Raises:
            UserError: The prompts for it cannot be read.
        """
        self._completion = Completion(server, slot)
        prompts, cache = self._settings.prompts, self._settings.state_dir / "memory_gate.npz"
        gate = await asyncio.to_thread(Gate, self._embedder, prompts, cache)
        extractor = Extractor(self._completion, prompts, gate)
        judge = Judge(self._completion, prompts, self._embedder)
        self._learner = Learner(self.memories.long_term, extractor, judge, idle_monitor)
        self._learning = asyncio.create_task(self._learner.run())
        self._learning.add_done_callback(_tell_of_failure)

    async def turn_finished(self, turn: FinishedTurn) -> None:
        """Have a finished turn examined while nobody speaks."""
        if self._learner:
            await self._learner.put(turn)

    def status_fields(self) -> dict[str, Any]:
        """Return the fields of the status about the memory."""
        long_term = self.memories.long_term
        return {"facts": len(long_term), "turns_to_examine": len(long_term.turns)}

    async def close(self) -> None:
        """Stop learning, and close the memory; what was not examined waits for the next start."""
        if self._learning:
            self._learning.cancel()
            await asyncio.wait({self._learning})
        if self._completion:
            await self._completion.close()
        await self.memories.close()


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.opt(exception=error).error("The memory learns nothing more until the next start.")

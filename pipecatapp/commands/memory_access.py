"""The command line's access to the memory: through the running agent, else in its files."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from pipecatapp.client.api import NotRunningError, ask_agent
from pipecatapp.errors import UserError
from pipecatapp.memory.storage.snapshots import check_name
from pipecatapp.settings import Settings

if TYPE_CHECKING:
    from pipecatapp.runtime.embedding.embedder import Embedder
    from pipecatapp.twin.recall.memory_service import MemoryService

LONG_SECONDS = 3600.0
"""How long an import may take: an old processor embeds some ten facts a second."""


class MemoryAccess(Protocol):
    """What the commands need of the memory; each method may raise a `UserError`."""

    def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the newest first, each as `{name, at, facts, turns}`."""

    def save(self, name: str, *, replace: bool) -> None:
        """Take a snapshot."""

    def load(self, name: str) -> str:
        """Restore a snapshot; return the name of the one that keeps what was replaced."""

    def remove(self, name: str) -> None:
        """Delete a snapshot."""

    def search(self, query: str, most: int) -> dict[str, Any]:
        """Return `{count, waiting, facts}`."""

    def fact(self, id_: int) -> list[dict[str, Any]]:
        """Return the fact with an id if there is one."""

    def forget(self, ids: list[int]) -> int:
        """Delete facts for good; return how many were deleted."""

    def export(self) -> dict[str, Any]:
        """Return all facts."""

    def import_(self, content: Any) -> dict[str, int]:
        """Add the facts of an export; return `{added, known, forgotten}`."""


@contextmanager
def memory_access(settings: Settings) -> Iterator[MemoryAccess]:
    """Open the memory.

    Raises:
        UserError: The agent that holds it does not answer, or its files cannot be used.
    """
    try:
        ask_agent(settings, "GET", "/api/state")
    except NotRunningError:
        if settings.mode == "cluster":
            raise  # files on a node without the agent may be old
        # If an agent runs after all, its lock on the files raises an error that says so.
        with asyncio.Runner() as runner, _FileAccess.opened(settings, runner) as files:
            yield files
    else:
        yield _ApiAccess(settings)


class _ApiAccess:
    """Uses the API of the running agent."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def _ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return ask_agent(self._settings, method, f"/api/{path}", body, **options)

    def snapshots(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "state")
        return found

    def save(self, name: str, *, replace: bool) -> None:
        self._ask("POST", "state", {"name": check_name(name), "replace": replace})

    def load(self, name: str) -> str:
        answer = self._ask("POST", f"state/{_path(name)}/load", seconds=LONG_SECONDS)
        return str(answer["kept"])

    def remove(self, name: str) -> None:
        self._ask("DELETE", f"state/{_path(name)}")

    def search(self, query: str, most: int) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", "memory", params={"query": query, "most": most})
        return found

    def fact(self, id_: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "memory", params={"id": id_})["facts"]
        return found

    def forget(self, ids: list[int]) -> int:
        return int(self._ask("POST", "memory/forget", {"ids": ids})["forgotten"])

    def export(self) -> dict[str, Any]:
        content: dict[str, Any] = self._ask("GET", "memory/export", seconds=LONG_SECONDS)
        return content

    def import_(self, content: Any) -> dict[str, int]:
        counts: dict[str, int] = self._ask("POST", "memory/import", content, seconds=LONG_SECONDS)
        return counts


class _FileAccess:
    """Uses the memory's files, which no agent has open."""

    def __init__(self, memories: "MemoryService", runner: asyncio.Runner) -> None:
        self._memories = memories
        self._run = runner.run
        from pipecatapp.mission_control.auth.auth import key_conversation
        from pipecatapp.mission_control.auth.keys import LOCAL_KEY_NAME

        self._conversation = key_conversation(LOCAL_KEY_NAME)

    @classmethod
    @contextmanager
    def opened(cls, settings: Settings, runner: asyncio.Runner) -> Iterator["_FileAccess"]:
        """Open the files, and close them afterwards.

        Raises:
            UserError: Another process has them open, or they cannot be read or written.
        """
        memories = _open(settings)
        try:
            # First finish what a crash left undone.
            runner.run(memories.followed())
            yield cls(memories, runner)
        finally:
            runner.run(memories.close())

    def snapshots(self) -> list[dict[str, Any]]:
        return self._run(self._memories.snapshots())

    def save(self, name: str, *, replace: bool) -> None:
        self._run(self._memories.save(name, self._conversation, replace=replace))

    def load(self, name: str) -> str:
        return self._run(self._memories.load(name, self._conversation))

    def remove(self, name: str) -> None:
        self._run(self._memories.remove(name))

    def search(self, query: str, most: int) -> dict[str, Any]:
        from pipecatapp.mission_control.routes.relevance import facts_found

        return self._run(facts_found(self._memories, query, most))

    def fact(self, id_: int) -> list[dict[str, Any]]:
        return [fact.as_dict() for fact in self._memories.long_term.get([id_])]

    def forget(self, ids: list[int]) -> int:
        async def forget() -> int:
            gone = await self._memories.forget(ids)
            await self._memories.followed()
            return len(gone)

        return self._run(forget())

    def export(self) -> dict[str, Any]:
        return self._run(self._memories.export())

    def import_(self, content: Any) -> dict[str, int]:
        return vars(self._run(self._memories.import_(content)))


def _open(settings: Settings) -> "MemoryService":
    from loguru import logger

    # Pipecat logs a greeting.
    logger.remove()
    logger.add(sys.stderr, level="WARNING", format="{message}")
    from pipecatapp.memory.long_term import LongTermMemory
    from pipecatapp.runtime.idle_monitor import IdleMonitor
    from pipecatapp.twin.history.conversations import Conversations
    from pipecatapp.twin.recall.memory_service import MemoryService

    long_term = LongTermMemory(settings.home / "memory", _embedder(settings))
    conversations = Conversations(settings.home / "conversations")
    return MemoryService(long_term, conversations, settings.prompts, IdleMonitor())


def _embedder(settings: Settings) -> "Embedder":
    from pipecatapp.runtime.embedding.factory import load_embedder
    from pipecatapp.runtime.models.catalogue import Catalogue

    if settings.embedder == "minilm":
        model = Catalogue.load(settings.catalogue).models("embedding")[0]
        if not model.directory(settings.models_dir).is_dir():
            raise UserError(f"The model {model.name} is missing: `pipecatapp setup` brings it.")
    return load_embedder(settings)


def _path(name: str) -> str:
    """Return a snapshot's name as part of an address.

    Raises:
        UserError: No snapshot can have this name.
    """
    return quote(check_name(name), safe="")

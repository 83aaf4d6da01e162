"""The interface between Mission Control and the agent behind it."""

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.websockets import WebSocket

from pipecatapp.memory.exchange import ImportResult
from pipecatapp.memory.long_term import LongTermMemory, SearchHit
from pipecatapp.memory.storage.fact import Fact
from pipecatapp.mission_control.openai_api.completions import Completions
from pipecatapp.settings import Settings
from pipecatapp.tools.household_lists.lists import HouseholdLists


class Memory(Protocol):
    """The agent's memory, as people look at it and change it.

    A method that raises a `UserError` has changed nothing.
    """

    @property
    def long_term(self) -> LongTermMemory:
        """The facts, and the queue of turns that learning has not examined yet."""
        ...

    async def search(
        self, query: str, most: int, *, asked_by: str | None = None
    ) -> list[SearchHit]:
        """Return the facts that fit a query best, the best first.

        Args:
            query: A question or some words.
            most: How many facts at most.
            asked_by: The person who asks, if known; "my" in the query means theirs.
        """
        ...

    async def newest(self, most: int) -> list[Fact]:
        """Return the latest facts, the newest first."""
        ...

    async def forget(self, ids: Sequence[int]) -> list[Fact]:
        """Delete facts for good, with their older versions, and return all that were deleted.

        Raises:
            UserError: The memory cannot be written.
        """
        ...

    async def export(self) -> dict[str, Any]:
        """Return all facts, JSON-ready."""
        ...

    async def import_(self, content: Any) -> ImportResult:
        """Keep the facts of an export.

        Raises:
            MalformedError: The content is not an export.
            UserError: The memory cannot be written.
        """
        ...

    async def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the newest first, each as `{name, at, facts, turns}`."""
        ...

    async def save(self, name: str, conversation_id: str, *, replace: bool = False) -> None:
        """Take a snapshot of the facts, a conversation and the persona.

        Raises:
            MalformedError: The name is not allowed.
            TakenError: A snapshot has this name, and `replace` is false.
            UserError: The snapshot cannot be written.
        """
        ...

    async def load(self, name: str, conversation_id: str) -> str:
        """Restore a snapshot's facts and persona, and its turns in a conversation.

        Returns:
            The name of the snapshot that keeps what was replaced.

        Raises:
            NotFoundError: No snapshot has this name.
            UserError: The memory cannot be written.
        """
        ...

    async def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            NotFoundError: No snapshot has this name.
            UserError: The memory cannot be written.
        """
        ...


class Backend(Protocol):
    """The agent, as the web server sees it."""

    @property
    def settings(self) -> Settings:
        """The settings that the agent runs with."""
        ...

    @property
    def memories(self) -> Memory:
        """The agent's memory."""
        ...

    @property
    def lists(self) -> HouseholdLists:
        """The household's lists.

        Raises:
            UserError: Their tools could not be loaded.
        """
        ...

    @property
    def completions(self) -> Completions:
        """Answers programs that use OpenAI's API."""
        ...

    async def health(self) -> str | None:
        """Return None if the agent can answer a turn, else one line that says why it cannot."""
        ...

    async def status(self) -> dict[str, Any]:
        """Return the answer of `/api/status`, JSON-ready."""
        ...

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation, oldest first.

        Each item is `{id, role: "user" | "assistant", text, at, timings}`; `at` is ISO 8601,
        `timings` holds the names of the CLI's `--json` or is None.
        """
        ...

    async def approvals(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return the calls of a conversation that wait for a person, oldest first.

        Each item is `{id, tool, arguments, digest, expires_in_s}`; `arguments` is an object.
        """
        ...

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        """Let a waiting call run, or deny it.

        Args:
            conversation_id: The conversation that the call must belong to.
            approval_id: The id of the call.
            digest: The digest of the call that the person saw.
            approve: Whether it may run.
            by: The kind of the identity that decides.

        Raises:
            LookupError: No such call waits in this conversation.
            ValueError: The digest belongs to another call, or the call is settled.
        """
        ...

    def schedule(self, conversation_id: str) -> dict[str, Any]:
        """Return timers, alarms and reminders as the pages of a conversation show them.

        `{waiting, due}`, the next one first, each a list of `{id, kind, name, label, when,
        due_in_s, rings}`: `label` names it, `when` is in words, `due_in_s` is negative for what is
        due, and `rings` tells whether the page is to make a sound.
        """
        ...

    async def cancel_scheduled(self, entry_id: int) -> None:
        """End what rings, or cancel what is not due yet.

        Raises:
            LookupError: There is no such entry.
            UserError: The change cannot be written.
        """
        ...

    async def logged_out(self, conversation_id: str) -> None:
        """Delete what tools keep for a conversation that ended, such as a browser's cookies."""
        ...

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None
    ) -> None:
        """Accept an authenticated socket and serve it until it closes.

        Args:
            websocket: The socket.
            conversation_id: The conversation that it continues.
            person: The person at the other end, if known.
        """
        ...

"""What Mission Control needs of the agent behind it."""

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.websockets import WebSocket

from pipecatapp.memory.exchange import ImportResult
from pipecatapp.memory.long_term import LongTermMemory, SearchHit
from pipecatapp.memory.storage.fact import Fact
from pipecatapp.mission_control.openai_api.completions import Completions
from pipecatapp.settings import Settings


class Memory(Protocol):
    """What is remembered, as people look at it and change it.

    Whatever raises a `UserError` has changed nothing.
    """

    @property
    def long_term(self) -> LongTermMemory:
        """The facts, and the turns that are yet to be examined."""
        ...

    async def search(
        self, query: str, most: int, *, asked_by: str | None = None
    ) -> list[SearchHit]:
        """Return the facts that fit a query best, the best first.

        Args:
            query: In anybody's words.
            most: How many at most.
            asked_by: Who asks, where that is known: "my" is theirs.
        """
        ...

    async def newest(self, most: int) -> list[Fact]:
        """Return the facts that were told last, the newest first."""
        ...

    async def forget(self, ids: Sequence[int]) -> list[Fact]:
        """Delete facts for good, and return all that are gone: older versions go with them.

        Raises:
            UserError: It could not be written.
        """
        ...

    async def export(self) -> dict[str, Any]:
        """Return all facts, JSON-ready."""
        ...

    async def import_(self, content: Any) -> ImportResult:
        """Keep the facts of an export.

        Raises:
            MalformedError: It is none.
            UserError: It could not be written.
        """
        ...

    async def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, the newest first, each as `{name, at, facts, turns}`."""
        ...

    async def save(self, name: str, conversation_id: str, *, replace: bool = False) -> None:
        """Take a snapshot of the facts, a conversation and the persona.

        Raises:
            MalformedError: The name is not allowed.
            TakenError: There is one of this name, and it is not to be replaced.
            UserError: It could not be written.
        """
        ...

    async def load(self, name: str, conversation_id: str) -> str:
        """Have a snapshot's facts and persona hold, and its turns in a conversation.

        Returns:
            The name of the snapshot that keeps what was replaced.

        Raises:
            NotFoundError: There is none of this name.
            UserError: It could not be written.
        """
        ...

    async def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            NotFoundError: There is none of this name.
            UserError: It could not be written.
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
        """What is remembered."""
        ...

    @property
    def completions(self) -> Completions:
        """What answers programs that speak OpenAI's API."""
        ...

    async def health(self) -> str | None:
        """Return None when a turn can be answered, else one line that says why not."""
        ...

    async def status(self) -> dict[str, Any]:
        """Return what `/api/status` answers; must be JSON."""
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
            conversation_id: Whose call it has to be.
            approval_id: Which call.
            digest: That of the call the person saw.
            approve: Whether it may run.
            by: The kind of the identity that decides.

        Raises:
            LookupError: No such call waits in this conversation.
            ValueError: The digest is another call's, or the call is settled.
        """
        ...

    async def logged_out(self, conversation_id: str) -> None:
        """Forget what is kept for somebody who has left, such as a browser's cookies."""
        ...

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None
    ) -> None:
        """Accept an authenticated socket and serve it until it closes.

        Args:
            websocket: The socket.
            conversation_id: Which conversation it continues.
            person: Who is at the other end, where that is known.
        """
        ...

"""What Mission Control needs of the agent behind it."""

from typing import Any, Protocol

from starlette.websockets import WebSocket

from pipecatapp.settings import Settings


class Control(Protocol):
    """The agent, as the web server sees it."""

    @property
    def settings(self) -> Settings:
        """The settings that the agent runs with."""
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

    async def serve_socket(self, websocket: WebSocket, conversation_id: str) -> None:
        """Accept an authenticated socket and serve it until it closes."""
        ...

"""A backend of Mission Control that answers every message with itself."""

from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from pipecatapp.mission_control.backend import Memory
from pipecatapp.mission_control.openai_api.completions import Completions
from pipecatapp.settings import Settings
from pipecatapp.tools.household_lists.lists import HouseholdLists


class FakeBackend:
    """Stands where the agent stands; a subclass that needs a memory or completions sets them."""

    memories: Memory
    completions: Completions

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lists = HouseholdLists(settings.home / "lists")
        self.problem: str | None = None
        self.waiting: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.decided: list[tuple[str, bool, str]] = []
        self.left: list[str] = []
        self.scheduled: list[dict[str, Any]] = []
        self.people: list[str | None] = []

    async def health(self) -> str | None:
        return self.problem

    async def status(self) -> dict[str, Any]:
        return {"llm": {"model": "echo"}}

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        return [{"id": "1", "role": "user", "text": conversation_id, "at": "", "timings": None}]

    def ask(self, conversation_id: str, approval: dict[str, Any]) -> None:
        """Let a call wait for approval."""
        self.owners[approval["id"]] = conversation_id
        self.waiting[approval["id"]] = approval

    async def approvals(self, conversation_id: str) -> list[dict[str, Any]]:
        return [a for a in self.waiting.values() if self.owners[a["id"]] == conversation_id]

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        if self.owners.get(approval_id) != conversation_id:
            raise LookupError(approval_id)
        if approval_id not in self.waiting:
            raise ValueError("This call is settled already.")
        if self.waiting[approval_id]["digest"] != digest:
            raise ValueError("This call is not the one that was shown.")
        del self.waiting[approval_id]
        self.decided.append((approval_id, approve, by))

    def schedule(self, conversation_id: str) -> dict[str, Any]:
        return {"waiting": self.scheduled, "due": []}

    async def cancel_scheduled(self, entry_id: int) -> None:
        kept = [entry for entry in self.scheduled if entry["id"] != entry_id]
        if len(kept) == len(self.scheduled):
            raise LookupError(entry_id)
        self.scheduled = kept

    async def logged_out(self, conversation_id: str) -> None:
        self.left.append(conversation_id)

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None
    ) -> None:
        self.people.append(person)
        await websocket.accept()
        await websocket.send_text(conversation_id)
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except WebSocketDisconnect:
            return

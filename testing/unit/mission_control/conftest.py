from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings

ORIGIN = "http://127.0.0.1:8000"
SOCKET = "ws://127.0.0.1:8000/ws"


class EchoControl:
    """Stands where the agent stands: answers every message with itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.problem: str | None = None
        self.waiting: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.decided: list[tuple[str, bool, str]] = []
        self.left: list[str] = []
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


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path / "home"))
    return Settings()


@pytest.fixture
def control(settings: Settings) -> EchoControl:
    return EchoControl(settings)


@pytest.fixture
def client(control: EchoControl) -> Iterator[TestClient]:
    with TestClient(create_app(control), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def log_in(client: TestClient) -> None:
    token = client.app.state.auth.tokens.create()  # type: ignore[attr-defined]
    answer = client.post("/login", data={"token": token}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303


def log_in_with_key(client: TestClient) -> None:
    """Type a program's key into the login page."""
    key = client.app.state.auth.keys.add("laptop")  # type: ignore[attr-defined]
    answer = client.post("/login", data={"key": key}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303

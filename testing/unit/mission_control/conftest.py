from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipecatapp.mission_control.auth.auth import Auth
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend

ORIGIN = "http://127.0.0.1:8000"
SOCKET = "ws://127.0.0.1:8000/ws"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path / "home"))
    return Settings()


@pytest.fixture
def backend(settings: Settings) -> FakeBackend:
    return FakeBackend(settings)


@pytest.fixture
def client(backend: FakeBackend) -> Iterator[TestClient]:
    with TestClient(create_app(backend), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def auth_of(client: TestClient) -> Auth:
    """Return what the server that a client asks knows its callers by."""
    assert isinstance(client.app, FastAPI)
    auth: Auth = client.app.state.auth
    return auth


def log_in(client: TestClient) -> None:
    token = auth_of(client).tokens.create()
    answer = client.post("/login", data={"token": token}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303


def log_in_with_key(client: TestClient) -> None:
    """Type a program's key into the login page."""
    key = auth_of(client).keys.add("laptop")
    answer = client.post("/login", data={"key": key}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303


def local_key(client: TestClient) -> dict[str, str]:
    """Return the headers of the command line's own key."""
    key = auth_of(client).keys.read_local()
    return {"Authorization": f"Bearer {key}"}

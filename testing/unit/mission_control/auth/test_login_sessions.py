import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipecatapp.mission_control.auth import login_sessions as module
from pipecatapp.mission_control.auth.login_sessions import SESSION_PREFIX, LoginSessionStore
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, log_in


def conversation_of(store: LoginSessionStore, secret: str) -> str:
    session = store.find(secret)
    assert session is not None
    return session.conversation_id


def test_an_expired_session_is_dropped_once_and_tells_whose_conversation_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LoginSessionStore(tmp_path)
    monkeypatch.setattr(module, "SESSION_SECONDS", 1)
    ended = conversation_of(store, store.create())
    assert ended.startswith(SESSION_PREFIX)
    monkeypatch.setattr(module, "SESSION_SECONDS", 3600)
    going_on = store.create()
    assert store.drop_expired() == []
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    # Logins in between, and a restart, lose nothing of it.
    store.create()
    store = LoginSessionStore(tmp_path)
    assert store.drop_expired() == [ended]
    assert store.drop_expired() == LoginSessionStore(tmp_path).drop_expired() == []
    assert store.find(going_on)


def test_who_logs_out_ends_the_conversations_of_expired_sessions_too(
    client: TestClient, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, "SESSION_SECONDS", -1)
        log_in(client)
    log_in(client)
    own = client.get("/api/history").json()[0]["text"]
    assert client.post("/api/logout", headers={"Origin": ORIGIN}).status_code == 204
    assert len(backend.left) == 2
    assert backend.left[0] in own

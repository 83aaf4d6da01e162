import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pipecatapp.mission_control.auth import login_sessions as sessions
from pipecatapp.mission_control.auth.auth import COOKIE, FAILURES
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, SOCKET, auth_of, log_in, log_in_with_key

FROM_PAGE = {"Origin": ORIGIN}


def sessions_file(settings: Settings) -> Path:
    return settings.home / "auth" / "sessions.json"


def new_token(client: TestClient) -> str:
    return auth_of(client).tokens.create()


def test_a_link_survives_previews_and_works_once(client: TestClient) -> None:
    token = new_token(client)
    for _ in range(3):
        page = client.get("/login", params={"token": token})
        assert page.status_code == 200
        assert f'value="{token}"' in page.text
    first = client.post("/login", data={"token": token}, headers=FROM_PAGE)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    client.cookies.clear()
    second = client.post("/login", data={"token": token}, headers=FROM_PAGE)
    assert second.status_code == 401
    assert "used before" in second.text
    assert COOKIE not in second.cookies


def test_a_link_expires(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "TOKEN_SECONDS", 0)
    token = new_token(client)
    assert client.post("/login", data={"token": token}, headers=FROM_PAGE).status_code == 401


def test_a_token_cannot_write_into_the_page(client: TestClient) -> None:
    page = client.get("/login", params={"token": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client: TestClient) -> None:
    answer = client.post("/login", data={"token": new_token(client)}, headers=FROM_PAGE)
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/", "max-age=2592000"} <= attributes
    assert "secure" not in attributes


def test_the_cookie_is_secure_under_https(backend: FakeBackend) -> None:
    origin = "https://127.0.0.1:8000"
    with TestClient(create_app(backend), base_url=origin, follow_redirects=False) as client:
        answer = client.post(
            "/login", data={"token": new_token(client)}, headers={"Origin": origin}
        )
    assert "; Secure" in answer.headers["set-cookie"]


def test_a_session_survives_a_restart_and_keeps_its_conversation(
    client: TestClient, backend: FakeBackend
) -> None:
    log_in(client)
    conversation = client.get("/api/history").json()[0]["text"]
    restarted = TestClient(create_app(backend), base_url=ORIGIN, cookies=client.cookies)
    assert restarted.get("/api/history").json()[0]["text"] == conversation


def test_two_sessions_are_two_conversations(client: TestClient) -> None:
    log_in(client)
    first = client.get("/api/history").json()
    client.cookies.clear()
    log_in(client)
    assert client.get("/api/history").json() != first


def test_an_expired_session_is_refused(
    client: TestClient, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SESSION_SECONDS", -1)
    log_in(client)
    assert client.get("/api/status").status_code == 401


def test_sessions_are_private_and_hashed(client: TestClient, settings: Settings) -> None:
    log_in(client)
    path = sessions_file(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert client.cookies[COOKIE] not in path.read_text()


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"sha256": 1}]'])
def test_damaged_sessions_only_cost_a_login(backend: FakeBackend, content: str) -> None:
    path = sessions_file(backend.settings)
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with TestClient(create_app(backend), base_url=ORIGIN, follow_redirects=False) as client:
        assert client.get("/api/status").status_code == 401
        log_in(client)
        assert client.get("/api/status").status_code == 200
    assert len(json.loads(path.read_text())) == 1


def test_logging_out_ends_the_session_and_its_sockets(
    client: TestClient, backend: FakeBackend
) -> None:
    log_in(client)
    cookie = client.cookies[COOKIE]
    with client.websocket_connect(SOCKET, headers=FROM_PAGE) as socket:
        conversation_id = socket.receive_text()
        assert client.post("/api/logout", headers=FROM_PAGE).status_code == 204
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008
    client.cookies.set(COOKIE, cookie)
    assert client.get("/api/status").status_code == 401
    # What tools kept for the conversation, such as a browser's cookies, goes with it.
    assert backend.left == [conversation_id]


def test_an_api_key_opens_a_session_of_a_conversation_of_its_own(client: TestClient) -> None:
    log_in_with_key(client)
    assert client.get("/").status_code == 200
    first = client.get("/api/history").json()
    assert client.get("/api/history").json() == first
    cookie = client.cookies[COOKIE]
    assert client.post("/api/logout", headers=FROM_PAGE).status_code == 204
    client.cookies.set(COOKIE, cookie)
    assert client.get("/api/status").status_code == 401


def test_guessing_is_stopped_without_locking_out_who_is_in(client: TestClient) -> None:
    log_in(client)
    for _ in range(FAILURES):
        assert client.post("/login", data={"key": "guess"}, headers=FROM_PAGE).status_code == 401
    token = new_token(client)
    assert client.post("/login", data={"token": token}, headers=FROM_PAGE).status_code == 429
    assert client.get("/api/status", headers={"Authorization": "Bearer guess"}).status_code == 429
    assert client.get("/api/status").status_code == 200
    keys = auth_of(client).keys
    for key in (keys.read_local(), keys.add("laptop")):
        bearer = {"Authorization": f"Bearer {key}"}
        assert client.get("/api/status", headers=bearer).status_code == 200


def test_of_many_at_once_a_token_lets_one_in() -> None:
    tokens = sessions.LoginTokens()
    for _ in range(20):
        token = tokens.create()
        with ThreadPoolExecutor(8) as pool:
            redeemed = list(pool.map(tokens.redeem, [token] * 8))
            assert redeemed.count(None) == 7


def bearer_of(client: TestClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth_of(client).keys.read_local()}"}


def follow(client: TestClient, name: str | None) -> None:
    """Log in by a link for somebody, as the command line makes it."""
    link = client.post("/api/login-link", json={"name": name}, headers=bearer_of(client)).json()
    token = link["url"].rpartition("token=")[2]
    assert client.post("/login", data={"token": token}, headers=FROM_PAGE).status_code == 303


def told_as(client: TestClient, backend: FakeBackend) -> str | None:
    """Return as whom the agent is told a socket's client, by opening one."""
    with client.websocket_connect(SOCKET, headers=FROM_PAGE) as socket:
        socket.receive_text()
    return backend.people[-1]


@pytest.mark.parametrize("name", ["Anna", "Zoë O'Neill-Smith Jr.", "7", "a" * 40, "Łukasz", None])
def test_the_agent_is_told_whom_a_link_was_for(
    client: TestClient, backend: FakeBackend, settings: Settings, name: str | None
) -> None:
    follow(client, name)
    assert told_as(client, backend) == name
    with TestClient(create_app(backend), base_url=ORIGIN, cookies=client.cookies) as restarted:
        assert told_as(restarted, backend) == name


@pytest.mark.parametrize(
    "name", ["", " ", "a" * 41, "a\nb", "<b>", "a;b", "a/b", "_", "-a", "a\u202eb", "a\0", "a_b"]
)
def test_what_is_no_name_makes_no_link(client: TestClient, name: str) -> None:
    answer = client.post("/api/login-link", json={"name": name}, headers=bearer_of(client))
    assert answer.status_code == 422
    assert "letters, digits, spaces" in answer.json()["error"]


@pytest.mark.parametrize("body", [b"[]", b'{"name": 1}', b'{"name": "\\ud800"}', b'{"x": 1}', b"{"])
def test_a_malformed_wish_for_a_link_is_refused_in_a_line(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/login-link", content=body, headers=bearer_of(client))
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Send `name`, a text, or nothing."


def test_sessions_of_before_names_are_valid_and_damaged_ones_are_not(
    client: TestClient, backend: FakeBackend, settings: Settings
) -> None:
    log_in(client)
    (session,) = json.loads(sessions_file(settings).read_text())
    assert "person" not in session
    assert told_as(client, backend) is None
    sessions_file(settings).write_text(json.dumps([{**session, "person": 7}]))
    with TestClient(create_app(backend), base_url=ORIGIN, cookies=client.cookies) as restarted:
        assert restarted.get("/api/status").status_code == 401

from typing import Any

import pytest
from starlette.testclient import TestClient

from pipecatapp.mission_control.middleware import MAX_BODY
from pipecatapp.mission_control.web import create_app
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, SOCKET, auth_of, log_in, log_in_with_key

URL = "/api/approvals"
HEADERS = {"Origin": ORIGIN}
DIGEST = "5e" * 32
CALL: dict[str, Any] = {
    "id": "a1",
    "tool": "ssh.run_command",
    "arguments": {"host": "nas", "command": "uptime"},
    "digest": DIGEST,
    "expires_in_s": 60.0,
}
YES = {"digest": DIGEST, "approve": True}


def conversation(client: TestClient) -> str:
    """Return the caller's conversation, which the backend tells as its history."""
    return str(client.get("/api/history").json()[0]["text"])


@pytest.fixture
def person(client: TestClient, backend: FakeBackend) -> TestClient:
    """Someone who is logged in and is asked about a call."""
    log_in(client)
    backend.ask(conversation(client), CALL)
    return client


def test_a_waiting_call_is_listed_until_it_is_decided(
    person: TestClient, backend: FakeBackend
) -> None:
    assert person.get(URL).json() == [CALL]
    answer = person.post(f"{URL}/a1", json=YES, headers=HEADERS)
    assert (answer.status_code, answer.content) == (204, b"")
    assert backend.decided == [("a1", True, "session")]
    assert person.get(URL).json() == []


def test_it_is_told_who_denied_by_a_key(client: TestClient, backend: FakeBackend) -> None:
    key = auth_of(client).keys.read_local()
    client.headers["Authorization"] = f"Bearer {key}"
    backend.ask(conversation(client), CALL)
    body = {"digest": DIGEST, "approve": False}
    assert client.post(f"{URL}/a1", json=body).status_code == 204
    assert backend.decided == [("a1", False, "local")]


def test_a_program_asks_for_a_call_and_does_not_allow_it(
    client: TestClient, backend: FakeBackend
) -> None:
    key = auth_of(client).keys.add("laptop")
    client.headers["Authorization"] = f"Bearer {key}"
    with client.websocket_connect(SOCKET) as socket:
        backend.ask(socket.receive_text(), CALL)
        (waiting,) = client.get(URL).json()
        for approve in (True, False):
            body = {"digest": waiting["digest"], "approve": approve}
            answer = client.post(f"{URL}/a1", json=body)
            assert answer.status_code == 403
            assert "pipecatapp login-link" in answer.json()["detail"]
    assert backend.decided == []


def test_a_session_that_a_key_opened_allows_no_call_after_a_restart_either(
    client: TestClient, backend: FakeBackend
) -> None:
    log_in_with_key(client)
    with client.websocket_connect(SOCKET, headers=HEADERS) as socket:
        backend.ask(socket.receive_text(), CALL)
        assert client.get(URL).json() == [CALL]
        assert client.post(f"{URL}/a1", json=YES, headers=HEADERS).status_code == 403
    with TestClient(create_app(backend), base_url=ORIGIN, cookies=client.cookies) as restarted:
        assert restarted.get(URL).json() == [CALL]
        assert restarted.post(f"{URL}/a1", json=YES, headers=HEADERS).status_code == 403
    assert backend.decided == []


def test_a_person_who_has_the_machines_own_key_may_log_in_with_it(
    client: TestClient, backend: FakeBackend
) -> None:
    key = auth_of(client).keys.read_local()
    client.post("/login", data={"key": key}, headers=HEADERS)
    backend.ask(conversation(client), CALL)
    assert client.post(f"{URL}/a1", json=YES, headers=HEADERS).status_code == 204


def test_a_call_is_decided_once(person: TestClient, backend: FakeBackend) -> None:
    person.post(f"{URL}/a1", json={"digest": DIGEST, "approve": False}, headers=HEADERS)
    answer = person.post(f"{URL}/a1", json=YES, headers=HEADERS)
    assert answer.status_code == 409
    assert "settled already" in answer.json()["detail"]
    assert backend.decided == [("a1", False, "session")]


def test_another_call_than_the_one_shown_is_not_allowed(
    person: TestClient, backend: FakeBackend
) -> None:
    body = {"digest": "00" * 32, "approve": True}
    answer = person.post(f"{URL}/a1", json=body, headers=HEADERS)
    assert answer.status_code == 409
    assert backend.decided == []


def test_another_conversation_neither_sees_nor_decides_it(
    person: TestClient, backend: FakeBackend
) -> None:
    person.cookies.clear()
    log_in(person)
    assert person.get(URL).json() == []
    assert person.post(f"{URL}/a1", json=YES, headers=HEADERS).status_code == 404
    assert person.post(f"{URL}/none", json=YES, headers=HEADERS).status_code == 404
    assert backend.decided == []


def test_a_stranger_and_another_sites_page_decide_nothing(
    person: TestClient, backend: FakeBackend
) -> None:
    for origin in ({"Origin": "http://evil.example"}, {}):
        assert person.post(f"{URL}/a1", json=YES, headers=origin).status_code == 403
    person.cookies.clear()
    assert person.get(URL).status_code == 401
    assert person.post(f"{URL}/a1", json=YES, headers=HEADERS).status_code == 401
    assert backend.decided == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"digest": "5e"}',
        b'{"approve": true}',
        b'{"digest": "5e", "approve": "true"}',
        b'{"digest": "5e", "approve": 1}',
        b'{"digest": "5e", "approve": null}',
        b'{"digest": 5, "approve": true}',
        b'{"digest": "", "approve": true}',
        b'{"digest": "5E\\n", "approve": true}',
        b'{"digest": "\\ud800", "approve": true}',
        b'{"digest": NaN, "approve": true}',
        b'{"digest": "%s", "approve": true}' % (b"5e" * 65),
        b'{"digest": "5e", "approve": true, "always": true}',
        b'{"digest": "\xff", "approve": true}',
    ],
)
def test_a_malformed_decision_is_refused_in_a_line(
    person: TestClient, backend: FakeBackend, body: bytes
) -> None:
    answer = person.post(f"{URL}/a1", content=body, headers=HEADERS)
    assert answer.status_code == 422
    assert "true or false" in answer.json()["detail"]
    assert backend.decided == []


def test_a_large_decision_is_not_read(person: TestClient) -> None:
    body = b'{"digest": "5e", "approve": true' + b" " * MAX_BODY + b"}"
    assert person.post(f"{URL}/a1", content=body, headers=HEADERS).status_code == 413

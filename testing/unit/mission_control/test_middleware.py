from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pipecatapp.mission_control.middleware import MAX_BODY, SECURITY_HEADERS, same_origin
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, SOCKET, log_in


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ["/", "/login", "/health", "/api/status", "/nowhere", "/static/public/base.css"]:
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        expected = "same-origin" if path == "/login" else "no-referrer"
        assert headers["referrer-policy"] == expected, path


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""]
)
def test_a_rebound_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_the_machines_own_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:9000", "null", "http://127.0.0.1:8000.evil.example",
     "http://[", "http://127.0.0.1:99999999", None],
)  # fmt: skip
def test_another_sites_page_can_change_nothing(client: TestClient, origin: str | None) -> None:
    log_in(client)
    headers = {"Origin": origin} if origin is not None else {}
    assert client.post("/api/logout", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers=headers):
        pass
    assert client.get("/api/status").status_code == 200


def test_a_large_body_is_refused_declared_or_not(client: TestClient) -> None:
    headers = {"Origin": ORIGIN}
    large = "x" * (MAX_BODY + 1)
    assert client.post("/login", data={"key": large}, headers=headers).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield b"key="
        yield large.encode()

    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/login", content=chunks(), headers=form)
    assert answer.status_code == 413


def test_a_listening_address_on_the_network_serves_any_name(
    settings: Settings, tmp_path: Path
) -> None:
    backend = FakeBackend(settings.model_copy(update={"host": "0.0.0.0"}))
    client = TestClient(create_app(backend), base_url="http://nas.lan:8000")
    assert client.get("/health").status_code == 200


def test_origins_compare_by_host_and_port() -> None:
    assert same_origin("https://twin.local", "twin.local")
    assert same_origin("https://twin.local", "twin.local:443")
    assert same_origin("http://[::1]:8000", "[::1]:8000")
    assert not same_origin("https://twin.local", "twin.local:8000")
    assert not same_origin("file://", "")


@pytest.mark.parametrize("length", ["", "-1", "many"])
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    headers = {"Origin": ORIGIN, "Content-Length": length}
    assert client.post("/login", content=b"key=x", headers=headers).status_code == 413


def test_a_refusal_says_what_to_do_and_carries_the_security_headers(client: TestClient) -> None:
    answer = client.get("/health", headers={"Host": "evil.example"})
    assert "use http://localhost" in answer.json()["error"]
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    assert answer.headers["connection"] == "close"


def test_a_program_without_a_key_is_told_so_in_openais_form(client: TestClient) -> None:
    answer = client.post("/v1/chat/completions", json={})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_answers_are_not_stored_unless_they_say_otherwise(client: TestClient) -> None:
    assert client.get("/health").headers["cache-control"] == "no-store"
    assert client.get("/static/public/base.css").headers["cache-control"] == "no-cache"

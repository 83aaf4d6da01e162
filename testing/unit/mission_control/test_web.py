import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pipecatapp.mission_control.middleware import MAX_BODY, same_origin
from pipecatapp.mission_control.pages import STATIC
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend

from .conftest import ORIGIN, SOCKET, log_in

PROTECTED = ["/api/status", "/api/history", "/api/approvals", "/metrics", "/static/app/index.html"]
PUBLIC = ["/health", "/login", "/static/public/base.css", "/static/public/login.js", "/trust"]


def local_key(client: TestClient) -> dict[str, str]:
    key = client.app.state.auth.keys.read_local()  # type: ignore[attr-defined]
    return {"Authorization": f"Bearer {key}"}


def test_a_stranger_sees_nothing_but_the_door(client: TestClient) -> None:
    for path in PROTECTED:
        assert client.get(path).status_code == 401, path
    for path in PUBLIC:
        assert client.get(path).status_code == 200, path
    assert client.get("/").headers["location"] == "/login"


def test_a_session_and_a_key_open_everything(client: TestClient) -> None:
    for path in ["/", *PROTECTED]:
        assert client.get(path, headers=local_key(client)).status_code == 200, path
    log_in(client)
    for path in ["/", *PROTECTED]:
        assert client.get(path).status_code == 200, path


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ["/", "/login", "/health", "/api/status", "/nowhere", "/static/public/base.css"]:
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        expected = "same-origin" if path == "/login" else "no-referrer"
        assert headers["referrer-policy"] == expected, path


def test_no_page_needs_what_the_policy_forbids() -> None:
    for page in [*STATIC.rglob("*.html"), *(STATIC.parent / "templates").glob("*.html")]:
        text = page.read_text()
        assert " style=" not in text, page
        assert " onclick=" not in text, page
        assert text.count("<script") == text.count('<script type="module" src="/static/'), page
        assert "//" not in text.replace("http://www.w3.org", ""), page
    for script in STATIC.rglob("*.js"):
        assert "innerHTML" not in script.read_text(), script


def test_each_page_links_files_that_it_can_load(client: TestClient) -> None:
    for page in ["/login", "/login?token=x", "/trust"]:
        assert_links_load(client, page)
    log_in(client)
    assert_links_load(client, "/")


def assert_links_load(client: TestClient, page: str) -> None:
    links = re.findall(r' (?:href|src)="(/static/[^"]+)"', client.get(page).text)
    assert any(link.endswith(".css") for link in links), page
    for link in links:
        assert client.get(link).status_code == 200, (page, link)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/public/base.css", "text/css; charset=utf-8"),
        ("/static/public/login.js", "text/javascript; charset=utf-8"),
        ("/static/public/icon.svg", "image/svg+xml"),
    ],
)
def test_static_files_have_their_type_and_are_revalidated(
    client: TestClient, path: str, kind: str
) -> None:
    first = client.get(path)
    assert first.headers["content-type"] == kind
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["../web.py", "..%2fweb.py", "%2e%2e/web.py", "app/../../web.py"])
def test_static_files_end_at_their_directory(client: TestClient, path: str) -> None:
    log_in(client)
    assert "create_app" not in client.get(f"/static/public/{path}").text
    assert "create_app" not in client.get(f"/static/app/{path}").text


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


def test_a_socket_opens_for_a_session_from_its_own_page(client: TestClient) -> None:
    log_in(client)
    with client.websocket_connect(SOCKET, headers={"Origin": ORIGIN}) as socket:
        assert socket.receive_text() == client.get("/api/history").json()[0]["text"]
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


def test_a_socket_opens_for_a_key_without_an_origin(client: TestClient) -> None:
    with client.websocket_connect(SOCKET, headers=local_key(client)) as socket:
        assert socket.receive_text().startswith("key-")


@pytest.mark.parametrize("headers", [{"Origin": ORIGIN}, {"Authorization": "Bearer guess"}])
def test_a_socket_stays_shut_for_a_stranger(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers=headers):
        pass


def test_only_the_local_key_makes_login_links(client: TestClient) -> None:
    url = client.post("/api/login-link", headers=local_key(client)).json()["url"]
    token = url.rpartition("token=")[2]
    answer = client.post("/login", data={"token": token}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303
    assert client.post("/api/login-link", headers={"Origin": ORIGIN}).status_code == 403
    other = client.app.state.auth.keys.add("laptop")  # type: ignore[attr-defined]
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {other}"}
    assert client.post("/api/login-link", headers=bearer).status_code == 403


def test_health_says_why_it_is_bad(client: TestClient, backend: FakeBackend) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    backend.problem = "The language model is starting."
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "reason": "The language model is starting."}


def test_metrics_are_prometheus(client: TestClient) -> None:
    answer = client.get("/metrics", headers=local_key(client))
    assert answer.headers["content-type"].startswith("text/plain")
    assert "# TYPE " in answer.text


def test_a_large_body_is_refused_declared_or_not(client: TestClient) -> None:
    headers = {"Origin": ORIGIN}
    large = "x" * (MAX_BODY + 1)
    assert client.post("/login", data={"key": large}, headers=headers).status_code == 413

    def chunks() -> object:
        yield b"key="
        yield large.encode()

    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/login", content=chunks(), headers=form)  # type: ignore[arg-type]
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

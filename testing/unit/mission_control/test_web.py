from starlette.testclient import TestClient

from testing.fakes.backend import FakeBackend

from .conftest import ORIGIN, auth_of, local_key, log_in

PROTECTED = ["/api/status", "/api/history", "/api/approvals", "/metrics", "/static/app/index.html"]
PUBLIC = ["/health", "/login", "/static/public/base.css", "/static/public/login.js", "/trust"]


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


def test_only_the_local_key_makes_login_links(client: TestClient) -> None:
    url = client.post("/api/login-link", headers=local_key(client)).json()["url"]
    token = url.rpartition("token=")[2]
    answer = client.post("/login", data={"token": token}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303
    assert client.post("/api/login-link", headers={"Origin": ORIGIN}).status_code == 403
    other = auth_of(client).keys.add("laptop")
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

"""Mission Control behind a cluster's gateways."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipecatapp.cli import cli
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.mission_control.server import announce, announcement
from pipecatapp.mission_control.tls.authority import Authority
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import auth_of

GATEWAY = "http://node1:8000"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        mode="cluster", home=tmp_path / "home", host="192.168.1.11", public_hosts="node1"
    )


@pytest.fixture
def client(backend: FakeBackend) -> Iterator[TestClient]:
    with TestClient(create_app(backend), base_url=GATEWAY, follow_redirects=False) as client:
        yield client


def logged_in(client: TestClient, origin: str = GATEWAY, **headers: str) -> str:
    """Log in and return the cookie's header."""
    token = auth_of(client).tokens.create()
    answer = client.post("/login", data={"token": token}, headers={"Origin": origin, **headers})
    assert answer.status_code == 303
    return str(answer.headers["set-cookie"])


@pytest.mark.parametrize("host", ["node1:8000", "node1:8443", "192.168.1.12:8000", "localhost"])
def test_the_page_answers_under_any_nodes_name(client: TestClient, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 200


def test_another_name_is_refused_with_what_to_do(client: TestClient) -> None:
    answer = client.get("/login", headers={"Host": "evil.example:8000"})
    assert answer.status_code == 421
    assert "page_names in the inventory" in answer.json()["error"]


def test_a_gateways_check_needs_no_name(client: TestClient, backend: FakeBackend) -> None:
    assert client.get("/health", headers={"Host": "twin"}).json() == {"status": "ok"}


def test_the_page_stays_reachable_while_the_model_is_not_there(
    client: TestClient, backend: FakeBackend
) -> None:
    backend.problem = "The language model is not there yet."
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "waiting", "reason": backend.problem}


def test_the_gateway_says_whether_cookies_are_for_https_alone(client: TestClient) -> None:
    https = {"Host": "node1:8443", "X-Forwarded-Proto": "https"}
    assert "Secure" in logged_in(client, "https://node1:8443", **https)
    assert "Secure" not in logged_in(client, **{"X-Forwarded-Proto": "http"})
    assert "Secure" not in logged_in(client)


def test_only_a_cluster_believes_what_is_said_to_be_forwarded(tmp_path: Path) -> None:
    alone = FakeBackend(Settings(home=tmp_path / "alone"))
    local = "http://127.0.0.1:8000"
    with TestClient(create_app(alone), base_url=local, follow_redirects=False) as client:
        assert "Secure" not in logged_in(client, local, **{"X-Forwarded-Proto": "https"})


@pytest.mark.parametrize("origin", ["http://evil.example", "http://node1:9000", "null"])
def test_another_sites_page_cannot_log_in(client: TestClient, origin: str) -> None:
    answer = client.post("/login", data={"token": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("192.168.1.11", "http://192.168.1.11:25001"),
        ("0.0.0.0", "http://127.0.0.1:25001"),
        ("127.0.0.1", "http://127.0.0.1:25001"),
        ("fd00::5", "http://[fd00::5]:25001"),
    ],
)
def test_the_command_line_is_told_where_the_agent_listens(
    settings: Settings, host: str, url: str
) -> None:
    announce(settings.model_copy(update={"host": host}), 25001)
    assert announcement(settings).read_text() == url


def test_a_phone_gets_the_clusters_authority_and_the_secure_page(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    assert client.get("/ca.crt").status_code == 404
    authority = Authority(tmp_path / "elsewhere")
    authority.ensure()
    settings.page_ca_file = authority.certificate_path
    for host in ("node1:8000", "192.168.1.12:8443"):
        page = client.get("/trust", headers={"Host": host}).text
        assert authority.fingerprint() in page
        assert f'href="https://{host.split(":")[0]}:8443/"' in page
        assert "playbook.yaml" in page
    answer = client.get("/ca.crt")
    assert answer.content == authority.certificate_path.read_bytes()
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"


@pytest.mark.parametrize(
    "words", [["keys", "add", "a"], ["login-link"], ["memory", "search"], ["chat", "hello"]]
)
def test_the_command_line_of_another_node_says_where_to_ask(
    words: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("keys", "login_link", "memory", "talk"):
        monkeypatch.setattr(f"pipecatapp.commands.{name}.load_settings", lambda: settings)
    settings.port = 9  # where nobody listens
    KeyStore(settings.home).ensure_local()  # an agent ran here before
    answer = CliRunner().invoke(cli, words)
    assert "ansible-playbook status.yaml" in str(answer.exception)
    assert not (settings.home / "auth" / "keys.json").exists()
    assert not (settings.home / "memory").exists()


def test_commands_for_one_machine_name_the_playbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPECATAPP_MODE", "cluster")
    for words, playbook in ((["setup"], "playbook.yaml"), (["experts", "list"], "deploy_expert")):
        assert playbook in str(CliRunner().invoke(cli, words).exception)

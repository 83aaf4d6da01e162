"""The client of the agent's API, against Mission Control and against others at its address."""

import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipecatapp.client.api import NotRunningError, agent_headers, agent_ssl, agent_url, ask_agent
from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.mission_control.server import announce, announcement
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.fakes.server import served


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@contextmanager
def answering(settings: Settings, status: int, body: str) -> Iterator[None]:
    """Run a server at the agent's address that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
            pass

    KeyStore(settings.home).ensure_local()
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        announce(settings, server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_the_address_is_the_announced_one_else_that_of_the_settings(settings: Settings) -> None:
    assert agent_url(settings) == "http://127.0.0.1:8000"
    lan = settings.model_copy(update={"lan": True, "port": 8123})
    assert agent_url(lan) == "https://127.0.0.1:8123"
    announce(settings, 9001)
    assert stat.S_IMODE(announcement(settings).stat().st_mode) == 0o600
    assert agent_url(settings) == "http://127.0.0.1:9001"
    assert agent_ssl(settings) is None


def test_the_key_is_the_command_lines_own(settings: Settings) -> None:
    with pytest.raises(NotRunningError, match="pipecatapp run"):
        agent_headers(settings)
    KeyStore(settings.home).ensure_local()
    key = (settings.home / "auth" / "local.key").read_text()
    assert agent_headers(settings) == {"Authorization": f"Bearer {key}"}


def test_answers_are_json_or_nothing(settings: Settings) -> None:
    with served(FakeBackend(settings)) as backend:
        assert ask_agent(settings, "GET", "/api/status") == {"llm": {"model": "echo"}}
        conversation = ask_agent(settings, "GET", "/api/history")[0]["text"]
        backend.ask(conversation, {"id": "a1", "digest": "5e"})
        body = {"digest": "5e", "approve": True}
        assert ask_agent(settings, "POST", "/api/approvals/a1", body) is None
    assert backend.decided == [("a1", True, "local")]


def test_without_an_agent_it_says_how_to_start_one(settings: Settings) -> None:
    KeyStore(settings.home).ensure_local()
    announce(settings, 9)  # where nobody listens
    with pytest.raises(NotRunningError, match="Start it with `pipecatapp run`"):
        ask_agent(settings, "GET", "/api/status")
    settings.mode = "cluster"
    with pytest.raises(NotRunningError, match=r"ansible-playbook status\.yaml"):
        ask_agent(settings, "GET", "/api/status")


def test_another_agents_address_is_told_from_ones_own(settings: Settings) -> None:
    with answering(settings, 401, ""):
        with pytest.raises(NotRunningError, match="PIPECATAPP_HOME"):
            ask_agent(settings, "GET", "/api/status")
        settings.mode = "cluster"
        with pytest.raises(NotRunningError, match=r"status\.yaml"):
            ask_agent(settings, "GET", "/api/status")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (json.dumps({"error": "No memory."}), "No memory."),
        (json.dumps({"detail": "Not Found"}), "Not Found"),
        ("<html>", "see its log"),
        ("[]", "see its log"),
        ("", "see its log"),
    ],
)
def test_a_refusal_is_one_line_with_its_reason(settings: Settings, body: str, reason: str) -> None:
    with answering(settings, 503, body), pytest.raises(UserError) as raised:
        ask_agent(settings, "GET", "/api/status")
    assert str(raised.value) == f"The agent refused (HTTP 503): {reason}"


def test_a_proxy_of_the_environment_does_not_see_the_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with answering(settings, 200, "[]"):
        assert ask_agent(settings, "GET", "/api/status") == []

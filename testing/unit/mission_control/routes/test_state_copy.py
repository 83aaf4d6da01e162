import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from pipecatapp.commands.keep import refresh
from pipecatapp.errors import UserError
from pipecatapp.mission_control.web import create_app
from pipecatapp.runtime.cluster.state_archive import MEMORY
from pipecatapp.runtime.cluster.state_copy import adopt, begin_epoch
from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, log_in

KEY = "of-256-random-bits"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "copy.key").write_text(KEY + "\n")
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIPECATAPP_COPY_KEY_FILE", str(tmp_path / "copy.key"))
    return Settings()


@pytest.fixture
def agent(backend: FakeBackend) -> Iterator[str]:
    """A real web server before the state directory of one node."""
    begin_epoch(backend.settings.home)
    learn(backend.settings.home, "the bins go out on Tuesday")
    port = free_port()
    config = uvicorn.Config(create_app(backend), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def other_node(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"home": tmp_path / "other"})


def learn(home: Path, fact: str) -> None:
    (home / MEMORY).parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / MEMORY, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS facts (text)")
        connection.execute("INSERT INTO facts VALUES (?)", (fact,))


def known(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / MEMORY)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM facts")]


def test_another_node_keeps_a_copy_and_goes_on_with_it(
    agent: str, settings: Settings, other_node: Settings
) -> None:
    assert "is kept" in refresh(other_node, agent)
    learn(settings.home, "Ada plays the piano")
    assert "is kept" in refresh(other_node, agent)
    adopt(other_node.home)
    assert known(other_node.home) == ["the bins go out on Tuesday", "Ada plays the piano"]


def test_the_node_of_the_agent_itself_keeps_none(agent: str, settings: Settings) -> None:
    assert "runs on this node" in refresh(settings, agent)
    assert adopt(settings.home) is None


def test_a_node_with_another_key_gets_nothing(
    agent: str, other_node: Settings, tmp_path: Path
) -> None:
    (tmp_path / "wrong.key").write_text("a guess")
    stranger = other_node.model_copy(update={"copy_key_file": tmp_path / "wrong.key"})
    with pytest.raises(UserError, match="HTTP 403"):
        refresh(stranger, agent)
    assert not (other_node.home / "copy" / "copy.tar").exists()


def test_an_agent_that_is_not_there_is_named(other_node: Settings) -> None:
    with pytest.raises(UserError, match="does not answer"):
        refresh(other_node, f"http://127.0.0.1:{free_port()}")


def test_people_who_are_logged_in_get_no_copy(client: TestClient) -> None:
    log_in(client)
    assert client.get("/api/copy").status_code == 403


def test_the_key_for_copies_opens_nothing_else(client: TestClient) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    assert client.get("/api/copy", headers=headers).status_code == 200
    assert client.get("/api/status", headers=headers).status_code == 401
    answer = client.post("/login", data={"key": KEY}, headers={"Origin": ORIGIN})
    assert answer.status_code == 401


def test_an_agent_outside_of_a_cluster_hands_out_no_copy(backend: FakeBackend) -> None:
    backend.settings = backend.settings.model_copy(update={"copy_key_file": None})
    with TestClient(create_app(backend), base_url=ORIGIN) as client:
        answer = client.get("/api/copy", headers={"Authorization": "Bearer "})
        assert answer.status_code == 404

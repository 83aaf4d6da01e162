import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pipecatapp.commands import doctor as module
from pipecatapp.commands.doctor import agent
from pipecatapp.mission_control.server import announce
from pipecatapp.runtime.doctor import Finding
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.fakes.server import served

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Settings(home=tmp_path / "home", port=probe.getsockname()[1])


def test_an_agent_that_is_well(settings: Settings) -> None:
    with served(FakeBackend(settings)):
        finding = agent(settings)
    assert finding.ok
    assert finding.value.startswith("well, at http://127.0.0.1:")


def test_an_agent_that_is_not_well_says_why(settings: Settings) -> None:
    backend = FakeBackend(settings)
    backend.problem = "The language model is starting."
    with served(backend):
        finding = agent(settings)
    assert (finding.ok, finding.remedy) == (False, "see its log")
    assert "The language model is starting." in finding.value


def test_no_agent_is_fine_while_its_port_is_free(settings: Settings) -> None:
    finding = agent(settings)
    assert finding.ok
    assert "`pipecatapp run` starts it" in finding.value


def test_a_port_that_another_program_has_is_to_be_freed(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.port = other.getsockname()[1]
        announce(settings, 9)  # the agent that ran before
        finding = agent(settings)
    assert finding.value == f"not running, port {settings.port} is taken"
    assert "PIPECATAPP_PORT" in finding.remedy


def test_the_agent_of_a_cluster_may_be_elsewhere(settings: Settings) -> None:
    settings.mode = "cluster"
    finding = agent(settings)
    assert finding.ok
    assert "status.yaml" in finding.value


@pytest.mark.parametrize("remedy", ["", "plug in a disk"])
def test_findings_are_lines_or_json_and_a_remedy_is_status_1(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch, remedy: str
) -> None:
    found = [Finding("cpu", "x86-64-v2"), Finding("disk", "0 GB free", remedy)]
    monkeypatch.setattr(module, "examine", lambda _: found)
    monkeypatch.setattr(module, "agent", lambda _: Finding("agent", "not running"))
    lines = ["ok   cpu    x86-64-v2", "ok   disk   0 GB free", "ok   agent  not running"]
    if remedy:
        lines[1:2] = ["FIX  disk   0 GB free", "            -> plug in a disk"]
    result = run("doctor")
    assert result.stdout.splitlines() == lines
    as_json = run("doctor", "--json")
    assert json.loads(as_json.stdout)[1] == {
        "name": "disk",
        "value": "0 GB free",
        "ok": not remedy,
        "remedy": remedy,
    }
    assert result.exit_code == as_json.exit_code == (1 if remedy else 0)

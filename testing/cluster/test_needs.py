"""A trial that cannot end well does not begin, and says all that it lacks."""

import shutil
from pathlib import Path

import pytest

from testing.cluster import needs, nodes, steps
from testing.cluster.experts import MODEL
from testing.cluster.model import Cluster
from testing.cluster.nodes import CANNOT
from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has all that a trial needs, its programs named by variables alone."""
    for tool in needs.TOOLS:
        script(tmp_path / "bin" / tool, "exit 0")
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    script(tmp_path / "ansible/ansible-playbook", "exit 0")
    known = ", ".join(f'"{name}": {{}}' for name in needs.MODULES)
    script(tmp_path / "ansible/ansible-doc", f"echo '{{{known}}}'")
    for name in needs.PROGRAMS:
        program = script(tmp_path / "elsewhere" / f"{name}-1.0", f"echo {name} is asked: $*")
        monkeypatch.setenv(f"{name.upper()}_BIN", str(program))
    for model in ("en_US-joe-medium/voice.onnx", f"{MODEL}/model.gguf"):
        (tmp_path / "models" / model).parent.mkdir(parents=True)
        (tmp_path / "models" / model).touch()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def checked(machine: Path, *, one_box: bool = False) -> dict[str, str]:
    playbook = str(machine / "ansible/ansible-playbook")
    return needs.check(playbook, machine / "models", one_box=one_box)


def test_a_machine_that_has_all_is_good_for_a_trial(machine: Path) -> None:
    elsewhere = machine / "elsewhere"
    assert checked(machine) == {n: str(elsewhere / f"{n}-1.0") for n in ("consul", "nomad")}


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("bin/openssl", "apt-get install openssl"),
        ("bin/ssh", "apt-get install openssh-client"),
        ("models/en_US-joe-medium", "the voice to speak with"),
        (f"models/{MODEL}", "the model of the expert"),
        ("ansible/ansible-playbook", "see --ansible-playbook"),
        ("ansible/ansible-doc", "lacks the collections ansible.posix, community.crypto"),
    ],
)
def test_what_is_missing_is_told_before_anything_begins(
    machine: Path, gone: str, told: str
) -> None:
    path = machine / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ClusterError, match=told):
        checked(machine)


def test_all_that_is_missing_is_told_at_once(machine: Path) -> None:
    (machine / "bin/git").unlink()
    (machine / "elsewhere/nomad-1.0").unlink()
    shutil.rmtree(machine / "models")
    with pytest.raises(ClusterError, match=r"no program; .*install git; .*the voice to speak with"):
        checked(machine)


def test_one_box_brings_its_own_ansible(machine: Path) -> None:
    shutil.rmtree(machine / "ansible")
    shutil.rmtree(machine / "models" / MODEL)
    checked(machine, one_box=True)


def test_a_program_that_is_nowhere_is_asked_for(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOMAD_BIN")
    with pytest.raises(ClusterError, match="there is no nomad: set NOMAD_BIN, or put it on PATH"):
        checked(machine)


@pytest.mark.parametrize("content", [None, "exit 1"])
def test_a_variable_that_names_no_program_is_refused(
    machine: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    wrong = script(machine / "wrong", content) if content else machine / "not there"
    monkeypatch.setenv("CONSUL_BIN", str(wrong))
    with pytest.raises(ClusterError, match=r"is no program|version fails"):
        checked(machine)


def test_what_is_typed_on_this_machine_is_the_program_that_was_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_TEST_NODES", str(machine))
    trial = Trial(Cluster("typed"), [], machine / "models", programs=checked(machine))
    trial.credentials.mkdir(parents=True)
    (trial.credentials / "cluster.env").touch()
    monkeypatch.setenv("PATH", f"{machine}/bin:/usr/bin:/bin")
    assert trial.type("nomad", "node", "status") == "nomad is asked: node status\n"
    assert trial.type("consul", "members") == "consul is asked: members\n"


def test_a_trial_that_lacks_something_makes_no_node(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nodes, "obstacle", lambda: "")
    monkeypatch.setenv("TWIN_TEST_NODES", str(machine / "cache"))
    monkeypatch.setenv("NOMAD_BIN", "")
    playbook = str(machine / "ansible/ansible-playbook")
    words = ["--models", str(machine / "models"), "--ansible-playbook", playbook]
    assert steps.main(words) == CANNOT
    assert "Skipped: there is no nomad" in capsys.readouterr().err
    assert not (machine / "cache").exists()

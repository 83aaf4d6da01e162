"""reset.yaml asks twice, and every role that sets a machine up says how that goes away again."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from testing.unit.ansible.test_playbooks import ANSIBLE, REPOSITORY, play

ROLES = REPOSITORY / "ansible" / "roles"
PLAYBOOK = (REPOSITORY / "playbook.yaml").read_text()
NO_MACHINE = {"preflight", "bootstrap_agent", "host_snapshot"}
"""Roles of playbook.yaml that set nothing up on a machine, and the one that puts it back."""
SET_UP = sorted(set(re.findall(r"(?:include_role:\n +name|- role): (\w+)", PLAYBOOK)) - NO_MACHINE)

needs_ansible = pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Two machines, both of them this one, and no rights on it are needed."""
    path = tmp_path / "inventory.ini"
    local = "ansible_connection=local ansible_become=false"
    path.write_text(f"[controller_nodes]\na {local}\n[worker_nodes]\nb {local}\n")
    return path


def reset(inventory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    keys = inventory.parent / "keys"
    keys.mkdir(exist_ok=True)
    return play("-i", str(inventory), "reset.yaml", *words, home=keys)


def tasks_run(run: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"^TASK \[(.*?)\]", run.stdout, re.MULTILINE)


@needs_ansible
@pytest.mark.parametrize(
    "words", ["yes", "reset 1 machine", "reset 20 machines", "Reset 2 machines"]
)
def test_the_wrong_words_change_nothing(inventory: Path, words: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("the question comes when the machine can be had as root")
    run = reset(inventory, "-e", json.dumps({"reset_confirmed": words}))
    assert run.returncode != 0
    assert 'Nothing was changed: reset_confirmed is "' in " ".join(run.stdout.split())
    assert 'not "reset 2 machines"' in " ".join(run.stdout.split())
    assert not any(task.startswith(("host_snapshot", "nomad", "common")) for task in tasks_run(run))
    assert (inventory.parent / "keys").exists()


@needs_ansible
def test_nobody_there_to_answer_changes_nothing(inventory: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the question comes when the machine can be had as root")
    run = reset(inventory)  # its standard input is no terminal
    assert run.returncode != 0
    assert "Nothing was changed: the answer was not yes." in " ".join(run.stdout.split())


@needs_ansible
def test_no_machine_that_can_be_reached(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("[controller_nodes]\na ansible_host=127.0.0.9 ansible_port=9\n")
    run = reset(inventory, "-e", '{"reset_confirmed": "reset 1 machine"}')
    assert run.returncode != 0
    assert "Nothing was changed: no machine could be logged in to" in " ".join(run.stdout.split())


@pytest.mark.parametrize("role", SET_UP)
def test_every_role_that_sets_a_machine_up_takes_it_away(role: str) -> None:
    wanted = yaml.safe_load((ROLES / "reset" / "defaults" / "main.yml").read_text())["reset_roles"]
    assert (ROLES / role / "tasks" / "reset.yml").is_file()
    assert role in wanted


def named(role: str) -> str:
    """Return what a role's reset.yml names, its variables filled in by their defaults."""
    text = (ROLES / role / "tasks" / "reset.yml").read_text()
    variables: dict[str, object] = {}
    for file in ("defaults/main.yml", "vars/main.yml"):
        path = ROLES / role / file
        variables |= (yaml.safe_load(path.read_text()) or {}) if path.is_file() else {}
    return re.sub(r"\{\{ (\w+) \}\}", lambda match: str(variables.get(match[1], match[0])), text)


TEMPLATES = sorted(
    (role, f"/{path.relative_to(ROLES / role / 'templates').with_suffix('')}")
    for role in SET_UP
    for path in (ROLES / role / "templates").rglob("*.j2")
    if path.parent != ROLES / role / "templates"  # those go elsewhere than to a machine
)


@pytest.mark.parametrize(("role", "path"), TEMPLATES)
def test_every_file_that_a_role_writes_is_taken_away(role: str, path: str) -> None:
    taken = re.findall(r"(/[\w./-]+)", named(role))
    assert any(path == one or path.startswith(f"{one}/") for one in taken), f"{path} would stay"


def test_whatever_is_not_ours_by_name_is_copied_before_it_is_written_over() -> None:
    defaults = yaml.safe_load((ROLES / "host_snapshot" / "defaults" / "main.yml").read_text())
    copies = defaults["host_snapshot_copies"]
    for role in SET_UP:
        for path in re.findall(r"(/(?:etc|usr/local)/[\w./-]+)", named(role)):
            ours = "twin" in path or path in ("/etc/hosts", "/etc/cni")
            assert ours or any(path == one or path.startswith(f"{one}/") for one in copies), path


def apt_packages(tasks: object) -> set[str]:
    """Return the packages and variables that tasks of a file install."""
    found: set[str] = set()
    if isinstance(tasks, list):
        for task in tasks:
            found |= apt_packages(task)
    elif isinstance(tasks, dict):
        if "ansible.builtin.apt" in tasks:
            names = tasks["ansible.builtin.apt"]["name"]
            found |= {*([names] if isinstance(names, str) else names)}
        for below in ("block", "rescue", "always"):
            found |= apt_packages(tasks.get(below))
    return found


@pytest.mark.parametrize("role", SET_UP)
def test_every_package_that_a_role_installs_is_purged(role: str) -> None:
    text = (ROLES / role / "tasks" / "reset.yml").read_text()
    for file in (ROLES / role / "tasks").glob("*.yml"):
        for package in apt_packages(yaml.safe_load(file.read_text())):
            name = re.sub(r"[{} ]|=.*", "", package)
            assert re.search(rf"\b{re.escape(name)}\b", text), f"{name} would stay"

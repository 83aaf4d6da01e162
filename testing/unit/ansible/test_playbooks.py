"""Playbooks can be read, and refuse what cannot become a cluster before anything is touched."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
ANSIBLE = Path(sys.executable).with_name("ansible-playbook")
CONTROLLER = "[controller_nodes]\na ansible_host=192.0.2.8\n"
PLAYBOOKS = sorted(path.name for path in REPOSITORY.glob("*.yaml") if "- name:" in path.read_text())

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")


def play(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "TWIN_CREDENTIALS": str(home)}
    return subprocess.run(
        [ANSIBLE, *words], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_it_can_be_read(playbook: str, tmp_path: Path) -> None:
    run = play("-i", "local_inventory.ini", playbook, "--syntax-check", home=tmp_path)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("inventory", "told"),
    [
        ("[controller_nodes]\n[worker_nodes]\nb ansible_host=192.0.2.9\n", "no host in controller"),
        (f"{CONTROLLER}[worker_nodes]\nb ansible_host=192.0.2.8\n", "have one address"),
        (f"{CONTROLLER}[worker_nodes]\na\n", "take it out of worker_nodes"),
        ("[controller_nodes]\nbad_name ansible_host=192.0.2.8\n", "cannot be the name"),
        (
            "[controller_nodes]\na ansible_host=127.0.0.9 ansible_port=9\n[worker_nodes]\n",
            "Nothing was changed. Not reached: a.",
        ),
    ],
)
def test_a_wrong_inventory_is_refused_with_the_reason(
    inventory: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "inventory.ini").write_text(inventory)
    run = play("-i", str(tmp_path / "inventory.ini"), "playbook.yaml", home=tmp_path / "keys")
    assert run.returncode != 0
    assert told in " ".join(run.stdout.split())
    assert not (tmp_path / "keys").exists()


def test_without_a_cluster_healing_says_what_to_do_first(tmp_path: Path) -> None:
    run = play("heal_cluster.yaml", home=tmp_path / "keys")
    assert run.returncode != 0
    assert "Run ./bootstrap.sh or playbook.yaml here first" in " ".join(run.stdout.split())


@pytest.mark.parametrize(
    "playbook", ["playbook.yaml", "heal_cluster.yaml", "status.yaml", "reset.yaml"]
)
def test_an_old_ansible_is_told_where_a_newer_one_is(playbook: str, tmp_path: Path) -> None:
    newer = ["-e", "preflight_ansible_core=99"]
    run = play("-i", "local_inventory.ini", playbook, *newer, home=tmp_path / "keys")
    assert run.returncode != 0
    told = " ".join(run.stdout.split())
    assert "is too old, 99 is needed" in told
    assert ".ansible-venv/bin/ansible-playbook" in told


def test_a_dry_run_before_the_first_real_one_says_where_it_ends(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        pytest.skip("the machine has to be a Debian that can be had as root")
    if Path("/opt/nomad/jobs").exists():
        pytest.skip("this machine is set up")
    (tmp_path / "inventory.ini").write_text(
        "[controller_nodes]\na ansible_connection=local ansible_become=false\n[worker_nodes]\n"
    )
    run = play(
        "-i",
        str(tmp_path / "inventory.ini"),
        "playbook.yaml",
        "--check",
        "--extra-vars=common_min_free_disk_mb=1",
        home=tmp_path / "keys",
    )
    assert run.returncode == 0, run.stdout
    assert "The dry run ends here: a is not set up to the end yet" in " ".join(run.stdout.split())
    assert not re.search(r"changed=[1-9]", run.stdout)
    assert not (tmp_path / "keys").exists()

"""rotate_keys.yaml refuses, before anything is changed, what would lock a machine out."""

from pathlib import Path

import pytest

from testing.unit.ansible.test_playbooks import ANSIBLE, CONTROLLER, play

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")

UNREACHABLE = "[controller_nodes]\na ansible_host=127.0.0.9 ansible_port=9\n[worker_nodes]\n"


@pytest.mark.parametrize(
    ("inventory", "words", "told"),
    [
        (UNREACHABLE, (), "Nothing was changed. Not reached: a."),
        (CONTROLLER, ("--limit", "a,localhost"), "without --limit and --check"),
        (CONTROLLER, ("--check",), "without --limit and --check"),
        (CONTROLLER, ("-e", "rotate=passwords"), "it is a list of gossip, certificates"),
    ],
)
def test_it_refuses_and_touches_nothing(
    inventory: str, words: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "cluster.yaml").write_text("nomad_addresses: []\nconsul_addresses: []\n")
    (tmp_path / "inventory.ini").write_text(inventory)
    run = play("-i", str(tmp_path / "inventory.ini"), "rotate_keys.yaml", *words, home=credentials)
    assert run.returncode != 0
    assert told in " ".join(run.stdout.split())
    assert [path.name for path in credentials.iterdir()] == ["cluster.yaml"]


def test_without_a_cluster_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "inventory.ini").write_text(CONTROLLER)
    run = play("-i", str(tmp_path / "inventory.ini"), "rotate_keys.yaml", home=tmp_path / "keys")
    assert run.returncode != 0
    assert "This machine knows no cluster" in " ".join(run.stdout.split())
    assert not (tmp_path / "keys").exists()

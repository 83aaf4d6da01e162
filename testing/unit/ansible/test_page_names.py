"""People reach the page by every name that their network has for its machines."""

import json
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from testing.unit.ansible.test_playbooks import ANSIBLE, REPOSITORY, play

PLAYBOOK = """
- hosts: box
  gather_facts: false
  tasks:
    - ansible.builtin.setup:
        gather_subset: ["!all", min]
      when: ask
- hosts: localhost
  gather_facts: false
  vars_files: {variables}
  roles: [credentials]
  tasks:
    - ansible.builtin.include_role:
        name: bootstrap_agent
        tasks_from: names
"""
OWN = platform.node().partition(".")[0].lower()

pytestmark = [
    pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
]


def make(
    directory: Path, *page_names: str, ask: bool = True, address: str = "192.168.7.8"
) -> subprocess.CompletedProcess[str]:
    """Make credentials, and record the names of the page, for one box called `box`.

    Args:
        directory: Where all is kept.
        page_names: The owner's.
        ask: Whether the box is asked for its own name; --limit may leave it out.
        address: The box's.
    """
    inventory, playbook = directory / "inventory.ini", directory / "names.yaml"
    place = f"ansible_connection=local ansible_python_interpreter={ANSIBLE.with_name('python')}"
    inventory.write_text(
        f"[controller_nodes]\nbox advertise_ip={address} {place}\n[worker_nodes]\n"
    )
    playbook.write_text(PLAYBOOK.format(variables=REPOSITORY / "group_vars" / "all.yaml"))
    variables = json.dumps({"page_names": page_names, "ask": ask})
    return play("-i", str(inventory), str(playbook), "-e", variables, home=directory / "keys")


def signed(directory: Path, name: str, option: str = "-verify_hostname") -> bool:
    """Return whether the page's certificate is a good one for a name, as OpenSSL sees it."""
    authority, certificate = directory / "keys/page_ca.pem", directory / "keys/pages/box.pem"
    words = ["openssl", "verify", "-CAfile", str(authority), option, name]
    return subprocess.run([*words, str(certificate)], capture_output=True).returncode == 0


def recorded(directory: Path) -> list[str]:
    """Return the names that the agent is told to answer to."""
    return (directory / "keys/node_names").read_text().strip().split(",")


def test_the_page_has_the_names_of_the_machine_and_of_its_owner(tmp_path: Path) -> None:
    run = make(tmp_path, "Twin.example.org")
    assert run.returncode == 0, run.stdout
    names = ["box", "box.fritz.box", "box.home.arpa", OWN, f"{OWN}.local", "twin.example.org"]
    assert set(names) <= set(recorded(tmp_path))
    assert [name for name in names if not signed(tmp_path, name)] == []
    assert not signed(tmp_path, "example.org")

    authority = (tmp_path / "keys/page_ca.pem").read_bytes()
    assert make(tmp_path, "later.example.org", "tv.lan", ask=False).returncode == 0
    assert (tmp_path / "keys/page_ca.pem").read_bytes() == authority
    assert {"later.example.org", "tv.lan", f"{OWN}.local"} <= set(recorded(tmp_path))
    assert signed(tmp_path, "tv.lan")
    assert not signed(tmp_path, "later.example.org")
    assert signed(tmp_path, f"{OWN}.local")  # a name too many would spoil the certificate for all


def test_what_is_no_name_is_refused(tmp_path: Path) -> None:
    run = make(tmp_path, "http://twin.example.org:8000")
    assert run.returncode != 0
    assert "page_names has http://twin.example.org:8000" in " ".join(run.stdout.split())
    assert not (tmp_path / "keys/page_ca.pem").exists()


def test_a_lab_with_public_addresses_has_a_page_too(tmp_path: Path) -> None:
    assert make(tmp_path, address="203.0.113.8").returncode == 0
    assert signed(tmp_path, "203.0.113.8", "-verify_ip")
    assert signed(tmp_path, "box.lan")

    # The authority was made for the address of then: the new one must not spoil the names.
    assert make(tmp_path, address="203.0.113.9").returncode == 0
    assert not signed(tmp_path, "203.0.113.9", "-verify_ip")
    assert signed(tmp_path, "box.lan")
    assert make(tmp_path, address="10.1.2.3").returncode == 0
    assert signed(tmp_path, "10.1.2.3", "-verify_ip")

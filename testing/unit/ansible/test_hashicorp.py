"""A program from an address is the one that its checksum names, whatever an earlier run left."""

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest

from testing.unit.ansible.test_playbooks import ANSIBLE, REPOSITORY, play
from testing.unit.ansible.test_reset import named

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: hashicorp
        tasks_from: url
      vars:
        hashicorp_name: consul
        hashicorp_program: {program}
        hashicorp_cache: {cache}
        hashicorp_url: file://{archive}
        hashicorp_checksum: sha256:{checksum}
  handlers:
    - name: Restart consul
      ansible.builtin.debug:
        msg: restarted
"""

TASKS = REPOSITORY / "ansible" / "roles" / "hashicorp" / "tasks"


def install(directory: Path, content: str) -> tuple[str, bool]:
    """Install an archive with a program; return the program, and whether it was started anew."""
    archive, program = directory / "consul_1_linux.zip", directory / "consul"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("LICENSE.txt", "free")
        file.writestr("consul", content)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    playbook = directory / "install.yaml"
    playbook.write_text(
        PLAYBOOK.format(
            program=program, cache=directory / "cache", archive=archive, checksum=checksum
        )
    )
    run = play(str(playbook), home=directory)
    assert run.returncode == 0, run.stdout
    return program.read_text(), re.search(r"msg: restarted", run.stdout) is not None


@pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="what is installed is root's")
def test_another_archive_is_another_program_whatever_was_unpacked_before(tmp_path: Path) -> None:
    assert install(tmp_path, "first") == ("first", True)
    assert (tmp_path / "consul").stat().st_mode & 0o777 == 0o755
    (tmp_path / "cache" / "consul").write_text("fi")  # as an unpacking that was cut short leaves it
    assert install(tmp_path, "first") == ("first", False)
    assert install(tmp_path, "second") == ("second", True)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["consul", "consul.zip"]


@pytest.mark.parametrize("name", ["consul", "nomad"])
def test_what_it_puts_on_a_machine_is_taken_away_with_the_program(name: str) -> None:
    written = re.findall(r"dest: (/etc/.+)", (TASKS / "apt.yml").read_text())
    assert len(written) == 3
    for path in written:
        assert path.replace("{{ hashicorp_name }}", name) in named(name)
    assert f"host_snapshot_packages: [{name}]" in named(name)

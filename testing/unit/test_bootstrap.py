"""./bootstrap.sh asks for what Ansible needs before it runs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534
ANSIBLE = """#!/bin/sh
[ "$1" = --version ] && echo "ansible-playbook [core 2.19.0]" && exit
echo "$@"
"""
NO_PASSWORD = "#!/bin/sh\n"
PASSWORD = "#!/bin/sh\nexit 1\n"
PASSWORD_GIVEN = """#!/bin/sh
case " $* " in *" -k "*) exit 1 ;; esac
"""
"""As sudo is in a terminal in which the password was given: -k, with a command, looks past that."""


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A place that an ordinary user may read, with bootstrap.sh and programs that it calls."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        shutil.copy(REPOSITORY / "bootstrap.sh", directory)
        program(directory, "ansible-playbook", ANSIBLE)
        yield directory


def program(directory: Path, name: str, text: str) -> None:
    path = directory / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def bootstrap(checkout: Path, *words: str) -> str:
    """Run it as an ordinary user, and return the words that it runs ansible-playbook with."""
    user = NOBODY if os.geteuid() == 0 else None
    run = subprocess.run(
        ["bash", checkout / "bootstrap.sh", *words],
        env={"PATH": f"{checkout / 'bin'}:/usr/bin:/bin"},
        user=user,
        group=user,
        extra_groups=[] if user else None,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("sudo", "asked"), [(NO_PASSWORD, False), (PASSWORD, True), (PASSWORD_GIVEN, True)]
)
def test_the_password_is_asked_for_unless_none_is_needed(
    checkout: Path, sudo: str, asked: bool
) -> None:
    program(checkout, "sudo", sudo)
    words = bootstrap(checkout, "-e", "nomad_install_method=file")
    assert words.startswith("-i local_inventory.ini playbook.yaml")
    assert words.endswith("-e nomad_install_method=file")
    assert ("--ask-become-pass" in words) is asked

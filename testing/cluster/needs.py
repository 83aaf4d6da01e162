"""What a trial needs of this machine: all of it is looked at before the trial begins."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from testing.cluster.experts import MODEL
from testing.cluster.shell import ClusterError

TOOLS = {"git": "git", "openssl": "openssl", "scp": "openssh-client", "ssh": "openssh-client"}
"""Commands that a trial runs here, beside those that make nodes, and their Debian packages."""

PROGRAMS = ("consul", "nomad")
MODULES = (
    "ansible.posix.sysctl",
    "community.crypto.x509_certificate",
    "community.general.consul_token",
)
"""A module of each collection that the roles use."""

VOICE = "en_US-joe-medium/*.onnx"
"""In the directory of models: the voice that questions are asked with."""


def check(playbook: str, models: Path, *, one_box: bool) -> dict[str, str]:
    """Look for everything, so that no trial ends in its middle for want of something.

    Args:
        playbook: The program ansible-playbook; one box brings its own.
        models: The directory of models.
        one_box: Whether the trial is that of one box.

    Returns:
        The paths of the Consul and the Nomad that the whole trial uses, by name: each is what
        CONSUL_BIN or NOMAD_BIN names, else the one on PATH.

    Raises:
        ClusterError: Something is missing or does not run; the message names all of it.
    """
    programs = {name: _program(name) for name in PROGRAMS}
    wrong = [reason for name, path in programs.items() if (reason := _unusable(name, path))]
    wrong += [*_missing_tools(), *_missing_models(models, one_box)]
    if not one_box:
        wrong += _missing_modules(playbook)
    if wrong:
        raise ClusterError("; ".join(wrong))
    return {name: str(Path(path).resolve()) for name, path in programs.items()}


def _program(name: str) -> str:
    return os.environ.get(f"{name.upper()}_BIN") or shutil.which(name) or ""


def _unusable(name: str, path: str) -> str:
    """Return why a program cannot be used, nothing where it can."""
    variable = f"{name.upper()}_BIN"
    if not path:
        return f"there is no {name}: set {variable}, or put it on PATH"
    if not Path(path).is_file() or not os.access(path, os.X_OK):
        return f"{variable}={path} is no program"
    if not _ends_well(path, "version"):
        return f"{path} version fails: is it a {name} for this processor?"
    return ""


def _ends_well(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _missing_tools() -> Iterator[str]:
    packages = {package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    if packages:
        yield f"missing here: apt-get install {' '.join(sorted(packages))}"


def _missing_models(models: Path, one_box: bool) -> Iterator[str]:
    wanted = {VOICE: "the voice to speak with"}
    if not one_box:
        wanted[f"{MODEL}/*.gguf"] = "the model of the expert that is deployed"
    for files, purpose in wanted.items():
        if not any(models.glob(files)):
            yield f"{models} has no {files}, {purpose}: see --models"


def _missing_modules(playbook: str) -> Iterator[str]:
    """Yield what keeps Ansible from running the playbooks here."""
    program = shutil.which(playbook)
    if program is None:
        yield f"there is no {playbook}: see --ansible-playbook"
        return
    asked = [str(Path(program).with_name("ansible-doc")), "--json", "--type", "module", *MODULES]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
        known = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        known = {}
    if missing := [name.rpartition(".")[0] for name in MODULES if name not in known]:
        yield f"{program} lacks the collections {', '.join(missing)}: apt-get install ansible"

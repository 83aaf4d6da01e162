"""Who may ask a real helper, and that it does nothing but its three things."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from .helper_process import helper

# Stands for a process of the agent, or of somebody else.
ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as helper:
    try:
        helper.connect(sys.argv[1])
    except OSError as error:
        sys.exit(type(error).__name__)
    helper.sendall(sys.stdin.buffer.read())
    print(helper.makefile().read(), end="")
"""
CHECK = b'{"call": "check", "arguments": {"tool": "ssh"}}\n'
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user's place")


@pytest.fixture
def directory() -> Iterator[Path]:
    # Unlike a test's own directory, this one lets others through.
    with tempfile.TemporaryDirectory(prefix="helper-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def path(directory: Path) -> Iterator[Path]:
    path = directory / "socket"
    with helper(path, PIPECATAPP_PLAYBOOKS=directory):
        path.chmod(0o660)
        yield path


def ask(path: Path, sent: bytes, user: int | None = None) -> tuple[str, str]:
    # The system's own: the one that runs the tests may lie where only root can read.
    python = "/usr/bin/python3" if user else sys.executable
    other: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    command = [python, "-c", ASK, str(path)]
    ran = subprocess.run(command, input=sent, capture_output=True, cwd="/", **other)
    return ran.stdout.decode(), ran.stderr.decode().strip()


def test_the_agents_user_is_answered(path: Path) -> None:
    assert ask(path, CHECK) == ('{"result": {"text": null}}\n', "")


@as_root
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs a Python for everybody")
def test_nobody_cannot_connect_and_is_refused_where_the_socket_is_open(path: Path) -> None:
    assert ask(path, CHECK, user=65534) == ("", "PermissionError")
    path.chmod(0o666)
    answer = ask(path, CHECK, user=65534)
    assert answer == ('{"error": "user 65534 may not use the helper"}\n', "")


@pytest.mark.parametrize(
    "request_",
    [
        {"call": "shell", "arguments": {"command": "touch {}"}},
        {"call": "run_python_code", "arguments": {"code": "1", "volumes": ["/:/host"]}},
        {"call": "run_python_code", "arguments": {"code": "1"}, "environment": {"DOCKER_HOST": ""}},
        {"call": "run_command", "arguments": {"host": "-oProxyCommand=touch {}", "command": "id"}},
        {"call": "run_command", "arguments": {"host": "localhost;touch {}", "command": "id"}},
        {"call": "run_command", "arguments": {"host": "a", "command": "id", "key": "/etc/shadow"}},
        {"call": "run_playbook", "arguments": {"playbook": "{}/../outside.yaml"}},
        {"call": "run_playbook", "arguments": {"playbook": "-e@{}"}},
        {"call": "run_playbook", "arguments": {"playbook": "a", "inventory": "{}"}},
        {"call": "__class__", "arguments": {}},
    ],
)
def test_nothing_else_is_done(path: Path, request_: dict[str, object]) -> None:
    mark = path.parent / "mark"
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    sent = json.dumps(request_).replace("{}", str(mark)) + "\n"
    answer, error = ask(path, sent.encode())
    assert list(json.loads(answer.splitlines()[-1])) == ["error"], (answer, error)
    assert not mark.exists()
    assert {process.pid for process in psutil.Process().children(recursive=True)} == before


def test_it_lives_through_what_is_no_call(path: Path) -> None:
    for sent in (b"", b"\n", b"\x00" * 100_000, b"[" * 100_000 + b"\n", b"x" * (2**23 + 1)):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(sent)
    assert ask(path, CHECK)[0] == '{"result": {"text": null}}\n'


def test_it_holds_no_more_than_its_socket(directory: Path) -> None:
    with helper(directory / "socket") as process:
        assert ask(directory / "socket", CHECK)[0]
        running = psutil.Process(process.pid)
        assert running.net_connections("inet") == []
        assert running.open_files() == []
        assert {name for name in running.environ() if name.startswith("TWIN")} == set()

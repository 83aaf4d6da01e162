"""`ssh.run_command` against a real sshd."""

import asyncio
import io
import logging
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import paramiko
import psutil
import pytest
from loguru import logger

from pipecatapp.settings import Settings
from pipecatapp.tools import ssh
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import LONGEST_RESULT, Call, ToolError
from pipecatapp.twin.history.conversation import Conversation

from .helper_process import helper
from .sshd import MISSING, SshServer, fingerprint, new_key, public

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(MISSING is not None, reason=str(MISSING)),
]
ENDING_SECONDS = 20
# It ends by SIGPIPE when the connection does, so that nothing is left behind.
ENDLESS = "while echo still here; do sleep 0.1; done"
StartServer = Callable[..., SshServer]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    started: list[SshServer] = []

    def start(*options: str, host_keys: tuple[str, ...] = ("ed25519",)) -> SshServer:
        directory = tmp_path / f"sshd{len(started)}"
        directory.mkdir()
        server = SshServer(directory, *options, host_keys=host_keys)
        started.append(server)
        server.start()
        return server

    yield start
    for server in reversed(started):
        server.stop()


@pytest.fixture
def server(start_server: StartServer) -> SshServer:
    return start_server()


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the keys and the agent of whoever runs the tests out of them."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


async def call_tool(host: str, command: str, **settings: Any) -> str:
    """Run a command as the agent does."""
    toolset = ssh.SshTools(SimpleNamespace(settings=Settings(**settings)))
    assert await toolset.unavailable() is None
    (tool,) = tools_of(toolset)
    assert tool.name == "ssh.run_command"
    assert tool.sensitive
    return await tool.run(Call(Conversation("a")), {"host": host, "command": command})


def run(host: str, command: str, **settings: Any) -> str:
    """Run a command, and wait for the threads that serve calls."""
    return asyncio.run(call_tool(host, command, **settings))


def run_on(server: SshServer, known_hosts: Path, command: str) -> str:
    """Run a command on a server that is known, with its key."""
    known_hosts.write_text(server.known_hosts())
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    return run(server.address, command, **settings)


def assert_connections_end() -> None:
    """See that no thread serves a connection any more."""
    for thread in threading.enumerate():
        if isinstance(thread, paramiko.Transport):
            thread.join(ENDING_SECONDS)
            assert not thread.is_alive()


def test_a_command_runs_and_its_streams_are_told_apart(
    server: SshServer, known_hosts: Path
) -> None:
    command = "echo to stdout; echo to stderr >&2; exit 3"
    result = run_on(server, known_hosts, command)
    assert result == "exit code 3\nstdout:\nto stdout\nstderr:\nto stderr"
    assert_connections_end()


def test_a_silent_command_says_so(server: SshServer, known_hosts: Path) -> None:
    assert run_on(server, known_hosts, "true") == "exit code 0\nno output"


def test_a_command_gets_no_input_and_no_terminal(server: SshServer, known_hosts: Path) -> None:
    result = run_on(server, known_hosts, "cat; tty; echo the end")
    assert result == "exit code 0\nstdout:\nnot a tty\nthe end"


def test_what_a_terminal_would_obey_is_not_passed_on(server: SshServer, known_hosts: Path) -> None:
    command = r"printf '\033[31mred\033[0m \033]0;title\007plain \377\b'"
    assert run_on(server, known_hosts, command) == "exit code 0\nstdout:\nred plain \ufffd"


def test_a_command_that_a_signal_ends_has_no_exit_code(
    server: SshServer, known_hosts: Path
) -> None:
    result = run_on(server, known_hosts, "echo before; kill -9 $$")
    assert result.startswith("no exit code: a signal ended the command")
    assert result.endswith("stdout:\nbefore")


def test_large_output_is_taken_to_its_end_but_not_kept(
    server: SshServer, known_hosts: Path
) -> None:
    size = 20_000_000
    command = f"yes out | head -c {size}; yes err | head -c {size} >&2; exit 4"
    result = run_on(server, known_hosts, command)
    assert result.startswith("exit code 4\nstdout:\nout\nout\n")
    assert "\nout\nstderr:\nerr\n" in result
    assert result.endswith("\nerr")
    notes = re.findall(r"\[\.\.\. (\d+) characters in \d+ lines left out \.\.\.\]", result)
    assert len(notes) == 2
    assert all(size - 4000 < int(note) < size for note in notes)
    assert len(result) < LONGEST_RESULT


def test_an_endless_command_is_given_up(
    server: SshServer, known_hosts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh, "COMMAND_SECONDS", 0.5)
    with pytest.raises(ToolError, match=r"did not end .* within 0\.5 seconds"):
        run_on(server, known_hosts, ENDLESS)
    assert_connections_end()
    assert psutil.wait_procs(server.sessions(), ENDING_SECONDS)[1] == []


def test_a_cancelled_call_ends_the_connection_and_the_command(
    server: SshServer, known_hosts: Path, tmp_path: Path
) -> None:
    known_hosts.write_text(server.known_hosts())
    started = tmp_path / "started"
    os.mkfifo(started)
    command = f"echo $$ > {started}; {ENDLESS}"

    async def cancel_when_started() -> psutil.Process:
        settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
        task = asyncio.create_task(call_tool(server.address, command, **settings))
        remote = psutil.Process(int(await asyncio.to_thread(started.read_text)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.shutdown_default_executor(), ENDING_SECONDS)
        return remote

    remote = asyncio.run(cancel_when_started())
    assert_connections_end()
    remote.wait(ENDING_SECONDS)


def test_a_machine_that_does_not_greet_is_given_up(
    known_hosts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ToolError, match=r"did not finish the login within 0\.3 seconds"):
            run(f"127.0.0.1:{port}", "true", ssh_known_hosts=known_hosts)
        assert_connections_end()


def test_a_machine_that_speaks_something_else_is_refused(known_hosts: Path) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP \x1b[31m\r\n" * 200)
        writer.close()

    async def talk() -> str:
        async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
            port = other.sockets[0].getsockname()[1]
            return await call_tool(f"127.0.0.1:{port}", "true", ssh_known_hosts=known_hosts)

    with pytest.raises(ToolError, match="does not answer as SSH does") as error:
        asyncio.run(talk())
    assert str(error.value).isprintable()


def test_a_refused_connection_and_an_unknown_name_are_said(known_hosts: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ToolError, match=r"Cannot connect to .*: Connection refused"):
            run(f"localhost:{port}", "true", ssh_known_hosts=known_hosts)
    with pytest.raises(ToolError, match=r"No machine is called nowhere\.invalid"):
        run("nowhere.invalid", "true", ssh_known_hosts=known_hosts)


def test_an_unknown_machine_is_refused_and_can_then_be_trusted_as_told(
    server: SshServer, known_hosts: Path
) -> None:
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    with pytest.raises(ToolError, match="is not a known machine") as error:
        run(server.address, "true", **settings)
    assert f"ED25519 {fingerprint(server.host_keys['ed25519'])}" in str(error.value)
    assert not known_hosts.exists()
    advice = str(error.value).split("run `")[1].rstrip("`")
    assert advice == f"ssh-keyscan -t ed25519 -p {server.port} 127.0.0.1 >> {known_hosts}"
    subprocess.run(advice, shell=True, check=True, capture_output=True)
    assert run(server.address, "echo in", **settings) == "exit code 0\nstdout:\nin"


def test_a_changed_host_key_is_refused_and_never_replaced(
    server: SshServer, known_hosts: Path, tmp_path: Path
) -> None:
    former = new_key(tmp_path / "former")
    known = f"[127.0.0.1]:{server.port} {public(former).read_text()}"
    known_hosts.write_text(known)
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    with pytest.raises(ToolError, match=r"^WARNING: .* has changed") as error:
        run(server.address, "true", **settings)
    assert f"known is ED25519 {fingerprint(former)}" in str(error.value)
    assert f"shows ED25519 {fingerprint(server.host_keys['ed25519'])}" in str(error.value)
    assert known_hosts.read_text() == known
    assert "Accepted" not in server.log.read_text()


def test_a_revoked_host_key_is_refused(server: SshServer, known_hosts: Path) -> None:
    known_hosts.write_text(f"{server.known_hosts()}@revoked {server.known_hosts()}")
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    with pytest.raises(ToolError, match="is revoked"):
        run(server.address, "true", **settings)


@pytest.mark.parametrize("kinds", [("rsa",), ("ecdsa",), ("rsa", "ecdsa")])
def test_the_type_of_host_key_that_is_known_is_agreed_on(
    start_server: StartServer, known_hosts: Path, kinds: tuple[str, ...]
) -> None:
    server = start_server(host_keys=("ed25519", "rsa", "ecdsa"))
    known_hosts.write_text(server.known_hosts(*kinds))
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    assert run(server.address, "true", **settings) == "exit code 0\nno output"


def test_hashed_known_hosts_work(server: SshServer, known_hosts: Path) -> None:
    known_hosts.write_text(server.known_hosts())
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", known_hosts], check=True, capture_output=True)
    assert "127.0.0.1" not in known_hosts.read_text()
    settings = {"ssh_known_hosts": known_hosts, "ssh_key_file": server.client_key}
    assert run(server.address, "true", **settings) == "exit code 0\nno output"


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_the_user_s_own_keys_serve_where_none_is_set(
    server: SshServer, known_hosts: Path, own_home: Path, kind: str
) -> None:
    known_hosts.write_text(server.known_hosts())
    with pytest.raises(ToolError, match="no key or password to log in with"):
        run(server.address, "true", ssh_known_hosts=known_hosts)
    key = new_key(own_home / ".ssh" / f"id_{kind}", kind)
    with pytest.raises(ToolError, match=r"refused to log in .* with the keys of this user"):
        run(server.address, "true", ssh_known_hosts=known_hosts)
    shutil.copyfile(public(key), public(server.client_key))
    assert "exit code 0" in run(server.address, "true", ssh_known_hosts=known_hosts)


def test_the_keys_of_ssh_agent_serve(
    server: SshServer, known_hosts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("ssh-agent"):
        pytest.skip("needs ssh-agent, of Debian's openssh-client")
    place = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", place], stdout=subprocess.PIPE)
    try:
        # It announces itself when it listens.
        assert agent.stdout
        agent.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
        subprocess.run(["ssh-add", "-q", server.client_key], check=True, capture_output=True)
        known_hosts.write_text(server.known_hosts())
        assert "exit code 0" in run(server.address, "true", ssh_known_hosts=known_hosts)
    finally:
        agent.terminate()
        agent.communicate()


def test_a_wrong_key_is_refused_in_one_line(
    server: SshServer, known_hosts: Path, tmp_path: Path
) -> None:
    known_hosts.write_text(server.known_hosts())
    other = new_key(tmp_path / "other")
    with pytest.raises(ToolError, match=f"refused to log in me with the key {other}") as error:
        run(f"me@{server.address}", "true", ssh_known_hosts=known_hosts, ssh_key_file=other)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("setting", ["ssh_key_file", "ssh_password_file"])
def test_a_file_of_a_secret_that_cannot_be_used_is_said(
    server: SshServer, known_hosts: Path, tmp_path: Path, setting: str
) -> None:
    known_hosts.write_text(server.known_hosts())
    file = tmp_path / "secret"
    settings = {"ssh_known_hosts": known_hosts, setting: file}
    with pytest.raises(ToolError, match=f"Cannot read {file} .*No such file"):
        run(server.address, "true", **settings)
    file.write_bytes(b"hush \xff")
    for mode in (0o640, 0o604, 0o700):
        file.chmod(mode)
        with pytest.raises(ToolError, match=rf"\(mode {mode:04o}\): run `chmod 600 {file}`"):
            run(server.address, "true", **settings)
    file.chmod(0o400)
    with pytest.raises(ToolError, match=r"is not text in UTF-8|is not a private key") as error:
        run(server.address, "true", **settings)
    assert "hush" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(
    server: SshServer, known_hosts: Path
) -> None:
    command = ["ssh-keygen", "-q", "-p", "-N", "passphrase", "-f", str(server.client_key)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ToolError, match="need no passphrase"):
        run_on(server, known_hosts, "true")


def test_a_second_factor_is_refused_and_nobody_is_asked(
    start_server: StartServer, known_hosts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(
        "AuthenticationMethods publickey,keyboard-interactive",
        "KbdInteractiveAuthentication yes",
        "UsePAM yes",
        "LogLevel VERBOSE",
    )
    terminal = io.StringIO("answer\n")
    monkeypatch.setattr(sys, "stdin", terminal)
    with pytest.raises(ToolError, match="refused to log in"):
        run_on(server, known_hosts, "true")
    assert "Partial publickey" in server.log.read_text()
    assert terminal.read() == "answer\n"


def test_a_machine_without_sessions_runs_no_commands(
    start_server: StartServer, known_hosts: Path
) -> None:
    server = start_server("MaxSessions 0")
    with pytest.raises(ToolError, match="but runs no commands"):
        run_on(server, known_hosts, "true")


@pytest.fixture
def account() -> Iterator[tuple[str, str]]:
    """A user of this machine and its password, for the time of a test."""
    if os.geteuid() != 0 or not shutil.which("useradd"):
        pytest.skip("only root makes users")
    name, password = f"twin{os.getpid()}", secrets.token_urlsafe(16)
    options = ["--no-create-home", "--home-dir", "/", "--shell", "/bin/sh"]
    subprocess.run(["useradd", *options, name], check=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{password}", text=True, check=True)
        yield name, password
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


def test_a_password_logs_in_and_a_wrong_one_is_never_shown(
    account: tuple[str, str],
    start_server: StartServer,
    known_hosts: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = start_server("PasswordAuthentication yes")
    known_hosts.write_text(server.known_hosts())
    user, password = account
    file = tmp_path / "password"
    file.write_text(f"{password}\n")
    file.chmod(0o600)
    settings = {
        "ssh_known_hosts": known_hosts,
        "ssh_password_file": file,
        "ssh_user": user,
    }
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), diagnose=True, backtrace=False)
    try:
        with caplog.at_level(logging.DEBUG, logger="paramiko"):
            assert run(server.address, "id -un", **settings) == f"exit code 0\nstdout:\n{user}"
            wrong = secrets.token_urlsafe(16)
            file.write_text(wrong)
            with pytest.raises(ToolError, match="refused to log in") as error:
                run(server.address, "id -un", **settings)
        logger.opt(exception=error.value).error("failed")
    finally:
        logger.remove(sink)
    assert "failed" in "".join(lines)
    assert "Auth" in caplog.text
    told = f"{error.value} {caplog.text} {''.join(lines)}"
    assert password not in told
    assert wrong not in told


@pytest.fixture
def helped(server: SshServer, known_hosts: Path, tmp_path: Path) -> Iterator[Path]:
    """A helper that knows the server and has its key; the agent has neither."""
    known_hosts.write_text(server.known_hosts())
    path = tmp_path / "socket"
    with helper(path, SSH_KEY_FILE=server.client_key, SSH_KNOWN_HOSTS=known_hosts):
        yield path


def test_a_helper_runs_commands_with_the_same_limits(
    server: SshServer, start_server: StartServer, helped: Path
) -> None:
    def through(host: str, command: str) -> str:
        return run(host, command, helper_socket=helped)

    result = through(server.address, "echo to stdout; echo to stderr >&2; exit 3")
    assert result == "exit code 3\nstdout:\nto stdout\nstderr:\nto stderr"
    assert len(through(server.address, "yes | head -c 1000000")) < LONGEST_RESULT
    with pytest.raises(ToolError, match="not shown"):
        through(server.address, "id \x1b[8m")
    with pytest.raises(ToolError, match="is not a known machine"):
        through(start_server().address, "id")
    with pytest.raises(ToolError, match="is not a machine"):
        through("-oProxyCommand=id", "id")


def test_a_helper_closes_the_connection_of_a_call_that_is_cancelled(
    server: SshServer, helped: Path
) -> None:
    begun = helped.with_name("begun")

    def runs() -> bool:
        return begun.exists()

    async def cancelled() -> None:
        command = f"touch {begun}; {ENDLESS}"
        call = asyncio.create_task(call_tool(server.address, command, helper_socket=helped))
        while not call.done():
            if runs():
                break
            await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(cancelled())
    _, alive = psutil.wait_procs(server.sessions(), ENDING_SECONDS)
    assert alive == []

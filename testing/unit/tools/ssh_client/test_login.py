import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

from pipecatapp.settings import Settings
from pipecatapp.tools.ssh_client.login import NOTHING_TO_SHOW, log_in
from pipecatapp.tools.ssh_client.target import Target
from pipecatapp.tools.tool import ToolError

HOST_KEY, USER_KEY, OTHER_KEY = (paramiko.ECDSAKey.generate() for _ in range(3))
NODE = Target("me", "node2", 22)
Connect = Callable[..., paramiko.Transport]


@dataclass
class Machine(paramiko.ServerInterface):
    """An SSH server that lets in one user by key or password, and notes who tried."""

    tried: list[str] = field(default_factory=list)

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._judge("key", username == "me" and key == USER_KEY)

    def check_auth_password(self, username: str, password: str) -> int:
        return self._judge("password", (username, password) == ("me", "open sesame"))

    def _judge(self, way: str, accepted: bool) -> int:
        self.tried.append(way)
        return AUTH_SUCCESSFUL if accepted else AUTH_FAILED


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings of a user who has no keys and trusts the machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    known = tmp_path / "known_hosts"
    known.write_text(f"node2 {HOST_KEY.get_name()} {HOST_KEY.get_base64()}\n")
    return Settings(ssh_known_hosts=known)


@pytest.fixture
def connect(machine: Machine) -> Iterator[Connect]:
    """Yield what logs in to the machine and returns the connection."""
    opened: list[paramiko.Transport | socket.socket] = []

    def connect(settings: Settings, target: Target = NODE) -> paramiko.Transport:
        ours, theirs = socket.socketpair()
        server, client = paramiko.Transport(theirs), paramiko.Transport(ours)
        opened.extend((client, server, ours, theirs))
        server.add_server_key(HOST_KEY)
        server.start_server(event=threading.Event(), server=machine)
        log_in(client, target, settings)
        return client

    yield connect
    for connection in opened:
        connection.close()


def private(path: Path, content: str | paramiko.PKey) -> Path:
    """Write a secret that only its owner can read."""
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
    else:
        content.write_private_key_file(str(path))
    path.chmod(0o600)
    return path


def test_the_key_of_the_settings_logs_in(
    connect: Connect, settings: Settings, machine: Machine, tmp_path: Path
) -> None:
    key = private(tmp_path / "key", USER_KEY)
    assert connect(settings.model_copy(update={"ssh_key_file": key})).is_authenticated()
    assert set(machine.tried) == {"key"}


def test_the_password_of_the_settings_logs_in(
    connect: Connect, settings: Settings, machine: Machine, tmp_path: Path
) -> None:
    password = private(tmp_path / "password", "open sesame\n")
    assert connect(settings.model_copy(update={"ssh_password_file": password})).is_authenticated()
    assert machine.tried == ["password"]


def test_without_settings_the_keys_of_the_user_log_in(
    connect: Connect, settings: Settings, tmp_path: Path
) -> None:
    private(tmp_path / ".ssh" / "id_ed25519", "a key that cannot be read")
    private(tmp_path / ".ssh" / "id_ecdsa", USER_KEY)
    assert connect(settings).is_authenticated()


def test_without_any_key_it_says_what_to_set(connect: Connect, settings: Settings) -> None:
    with pytest.raises(ToolError) as error:
        connect(settings)
    assert str(error.value) == NOTHING_TO_SHOW


def test_a_machine_that_is_not_known_is_shown_nothing(
    connect: Connect, settings: Settings, machine: Machine, tmp_path: Path
) -> None:
    settings.ssh_known_hosts.write_text("")
    key = private(tmp_path / "key", USER_KEY)
    with pytest.raises(ToolError, match="node2 is not a known machine"):
        connect(settings.model_copy(update={"ssh_key_file": key}))
    assert machine.tried == []


@pytest.mark.parametrize(
    ("name", "content", "shown", "remedy"),
    [
        ("ssh_key_file", OTHER_KEY, "the key ", "add it to authorized_keys there"),
        ("ssh_password_file", "wrong", "the password of ", "correct it, or set SSH_KEY_FILE"),
    ],
)
def test_a_refusal_says_what_was_shown_and_what_to_do(
    connect: Connect,
    settings: Settings,
    tmp_path: Path,
    name: str,
    content: str | paramiko.PKey,
    shown: str,
    remedy: str,
) -> None:
    path = private(tmp_path / "secret", content)
    with pytest.raises(ToolError) as error:
        connect(settings.model_copy(update={name: path}))
    said = str(error.value)
    assert said.startswith(f"node2 refused to log in me with {shown}{path}: {remedy}")
    assert "wrong" not in said


def test_refused_keys_of_the_user_are_said_to_be_theirs(
    connect: Connect, settings: Settings, tmp_path: Path
) -> None:
    private(tmp_path / ".ssh" / "id_ecdsa", OTHER_KEY)
    with pytest.raises(ToolError, match=r"with the keys of this user: set SSH_KEY_FILE or"):
        connect(settings)


def test_another_user_is_refused(connect: Connect, settings: Settings, tmp_path: Path) -> None:
    key = private(tmp_path / "key", USER_KEY)
    with pytest.raises(ToolError, match="refused to log in root"):
        connect(settings.model_copy(update={"ssh_key_file": key}), Target("root", "node2", 22))


@pytest.mark.parametrize(
    ("update", "content", "mode", "why"),
    [
        ("ssh_key_file", None, 0, r"^Cannot read .*SSH_KEY_FILE.*No such file"),
        ("ssh_key_file", "no key", 0o600, "is not a private key that can be used"),
        ("ssh_key_file", "x", 0o640, r"can be read by others \(mode 0640\): run `chmod 600 "),
        ("ssh_password_file", None, 0, r"^Cannot read .*SSH_PASSWORD_FILE.*No such file"),
        ("ssh_password_file", "open sesame", 0o604, r"\(mode 0604\)"),
        ("ssh_password_file", "\n", 0o600, "is empty: write the password into it"),
        ("ssh_password_file", "\udcff", 0o600, "is not text in UTF-8"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_not_quoted(
    connect: Connect,
    settings: Settings,
    tmp_path: Path,
    update: str,
    content: str | None,
    mode: int,
    why: str,
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_text(content, encoding="utf-8", errors="surrogateescape")
        path.chmod(mode)
    with pytest.raises(ToolError, match=why) as error:
        connect(settings.model_copy(update={update: path}))
    assert "open sesame" not in str(error.value)


def test_a_key_with_a_passphrase_is_refused(
    connect: Connect, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    USER_KEY.write_private_key_file(str(path), password="of the test")  # pragma: allowlist secret
    path.chmod(0o600)
    with pytest.raises(ToolError, match="need no passphrase"):
        connect(settings.model_copy(update={"ssh_key_file": path}))


def test_what_is_no_ssh_server_is_said(settings: Settings) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        theirs.shutdown(socket.SHUT_WR)
        client = paramiko.Transport(ours)
        try:
            with pytest.raises(ToolError, match=r"^node2 does not answer as SSH does: '"):
                log_in(client, NODE, settings)
        finally:
            client.close()

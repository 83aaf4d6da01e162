"""Logs in to a machine with a key file, else a password, else the user's own keys."""

import contextlib
import shlex
import stat
from collections.abc import Generator, Iterator
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.auth_strategy import AuthSource, InMemoryPrivateKey, Password
from paramiko.pkey import UnknownKeyType

from pipecatapp.settings import Settings
from pipecatapp.tools.ssh_client.known_hosts import KnownHosts
from pipecatapp.tools.ssh_client.target import Target
from pipecatapp.tools.tool import ToolError

_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
NOTHING_TO_SHOW = (
    "There is no key or password to log in with: set SSH_KEY_FILE or SSH_PASSWORD_FILE"
)
_PRIVATE = stat.S_IRUSR | stat.S_IWUSR
_UNREADABLE_KEY = (
    OSError,
    ValueError,
    TypeError,  # a passphrase is missing
    UnknownKeyType,
    UnsupportedAlgorithm,
    paramiko.SSHException,
)


def log_in(transport: paramiko.Transport, target: Target, settings: Settings) -> None:
    """Exchange keys, verify the machine, then authenticate.

    Blocks until the machine has answered or another thread closes the transport.

    Raises:
        ToolError: The machine cannot be trusted, refuses the login or does not speak SSH.
    """
    known = KnownHosts(settings.ssh_known_hosts, target)
    options = transport.get_security_options()
    options.key_types = known.prefer(tuple(options.key_types))
    try:
        transport.start_client()
        presented = transport.get_remote_server_key()
    # Paramiko re-raises what its own thread met: after a malformed packet that can be any type.
    except Exception as error:
        reason = " ".join(str(error).split()) or "it closed the connection"
        raise ToolError(f"{target.known_as} does not answer as SSH does: {reason!a}") from error
    known.verify(presented)
    # SSHClient could do the rest, but it asks for a second factor on the terminal.
    with contextlib.closing(_sources(target.user, settings)) as sources:
        tried = _authenticate(transport, sources)
    if not transport.is_authenticated():
        raise ToolError(_refusal(target, settings) if tried else NOTHING_TO_SHOW)


def _authenticate(transport: paramiko.Transport, sources: Iterator[AuthSource]) -> int:
    """Try each source until one is accepted or the machine hangs up; return how many were tried."""
    tried = 0
    for tried, source in enumerate(sources, start=1):  # noqa: B007 - the last number is the result
        # The state of the transport tells how it ended.
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            source.authenticate(transport)
        if transport.is_authenticated() or not transport.is_active():
            break
    return tried


def _sources(user: str, settings: Settings) -> Generator[AuthSource]:
    """Yield the ways to log in; each is made only after the previous one was refused."""
    if settings.ssh_key_file:
        yield InMemoryPrivateKey(user, _read_key(settings.ssh_key_file))
    elif settings.ssh_password_file:
        password = _read_password(settings.ssh_password_file)
        yield Password(user, lambda: password)
    else:
        yield from (InMemoryPrivateKey(user, key) for key in _own_keys())


def _own_keys() -> Iterator[paramiko.PKey]:
    """Yield the keys of ssh-agent, if it runs, then those of the user's key files."""
    with contextlib.suppress(paramiko.SSHException), contextlib.closing(paramiko.Agent()) as agent:
        yield from agent.get_keys()
    for path in (Path.home() / ".ssh" / name for name in _DEFAULT_KEYS):
        # A key with a passphrase cannot be used here; ssh-agent may have offered it already.
        with contextlib.suppress(*_UNREADABLE_KEY):
            yield paramiko.PKey.from_path(path)


def _read_key(path: Path) -> paramiko.PKey:
    _require_private(path, "SSH_KEY_FILE")
    try:
        return paramiko.PKey.from_path(path)
    except _UNREADABLE_KEY as error:
        raise ToolError(
            f"{path} (SSH_KEY_FILE) is not a private key that can be used: it must be of type "
            "ed25519, ecdsa or rsa and need no passphrase"
        ) from error


def _read_password(path: Path) -> str:
    _require_private(path, "SSH_PASSWORD_FILE")
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ToolError(f"Cannot read {path} (SSH_PASSWORD_FILE): {error.strerror}") from error
    except UnicodeDecodeError:
        # The error holds the password, which must not get into a log.
        raise ToolError(f"{path} (SSH_PASSWORD_FILE) is not text in UTF-8") from None
    if not password:
        raise ToolError(f"{path} (SSH_PASSWORD_FILE) is empty: write the password into it")
    return password


def _require_private(path: Path, setting: str) -> None:
    """Check that only its owner can read a secret.

    Raises:
        ToolError: The file is missing, or others can read it.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise ToolError(f"Cannot read {path} ({setting}): {error.strerror}") from error
    if mode & ~_PRIVATE:
        raise ToolError(
            f"{path} ({setting}) can be read by others (mode {mode:04o}): run `chmod 600 "
            f"{shlex.quote(str(path))}`"
        )


def _refusal(target: Target, settings: Settings) -> str:
    if settings.ssh_key_file:
        shown, remedy = f"the key {settings.ssh_key_file}", "add it to authorized_keys there"
    elif settings.ssh_password_file:
        shown = f"the password of {settings.ssh_password_file}"
        remedy = "correct it, or set SSH_KEY_FILE"
    else:
        shown, remedy = "the keys of this user", "set SSH_KEY_FILE or SSH_PASSWORD_FILE"
    return (
        f"{target.known_as} refused to log in {target.user} with {shown}: {remedy}, or say "
        "user@machine for another user"
    )

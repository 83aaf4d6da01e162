"""A real sshd on loopback, that lives in a directory of its own."""

import getpass
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MISSING = None if SSHD else "needs sshd, of Debian's openssh-server"
STARTING_SECONDS = 20
# What sshd of Debian insists on when root starts it; systemd makes it otherwise. It is left
# behind, empty: another sshd that was started meanwhile needs it for each connection.
PRIVILEGE_SEPARATION = Path("/run/sshd")


class SshServer:
    """An sshd that lets the current user in by `client_key`.

    Args:
        directory: Where its files go; empty.
        options: Further lines of sshd_config, which come first and so take precedence.
        host_keys: Types of its host keys.
        port: Where it listens; None takes a free one.
    """

    def __init__(
        self,
        directory: Path,
        *options: str,
        host_keys: tuple[str, ...] = ("ed25519",),
        port: int | None = None,
    ) -> None:
        self.user = getpass.getuser()
        self.directory = directory
        self.client_key = new_key(directory / "client_key")
        self.host_keys = {kind: new_key(directory / f"host_{kind}", kind) for kind in host_keys}
        self.port = port or _free_port()
        self.log = directory / "sshd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.config = directory / "sshd_config"
        lines = [
            *options,
            "ListenAddress 127.0.0.1",
            f"Port {self.port}",
            *(f"HostKey {key}" for key in self.host_keys.values()),
            f"AuthorizedKeysFile {public(self.client_key)}",
            "PidFile none",
            "PermitRootLogin yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            # Where the tests keep their files is for others to choose.
            "StrictModes no",
            "UsePAM no",
        ]
        self.config.write_text("\n".join(lines) + "\n")

    @property
    def address(self) -> str:
        """What the tool is told."""
        return f"127.0.0.1:{self.port}"

    def known_hosts(self, *kinds: str) -> str:
        """Return the lines for known_hosts, of the host keys of some types or of all."""
        keys = [self.host_keys[kind] for kind in kinds or self.host_keys]
        return "".join(f"[127.0.0.1]:{self.port} {public(key).read_text()}" for key in keys)

    def start(self) -> None:
        """Start, and wait until it greets."""
        if os.geteuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        assert SSHD
        self._process = subprocess.Popen([SSHD, "-D", "-f", self.config, "-E", self.log])
        for _ in range(STARTING_SECONDS * 20):
            with (
                suppress(ConnectionRefusedError),
                socket.create_connection(("127.0.0.1", self.port)) as connection,
            ):
                assert connection.recv(4) == b"SSH-"
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
                break
        raise AssertionError(f"sshd does not answer: {self.log.read_text()}")

    def stop(self) -> None:
        """End the server and the sessions that it still has."""
        if self._process:
            family = [*self.sessions(), psutil.Process(self._process.pid)]
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.terminate()
            self._process.wait(STARTING_SECONDS)
            psutil.wait_procs(family, STARTING_SECONDS)

    def sessions(self) -> list[psutil.Process]:
        """Return the processes of open connections and what runs in them."""
        assert self._process
        return psutil.Process(self._process.pid).children(recursive=True)


def new_key(path: Path, kind: str = "ed25519") -> Path:
    """Make a pair of keys without a passphrase, and return the path of the private one."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def public(key: Path) -> Path:
    return key.with_name(f"{key.name}.pub")


def fingerprint(key: Path) -> str:
    """Return `SHA256:...` as `ssh-keygen -lf` prints it."""
    command = ["ssh-keygen", "-lf", str(public(key))]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return ran.stdout.split()[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

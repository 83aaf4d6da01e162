"""Verifies host keys by OpenSSH's known_hosts; it never adds one.

Paramiko's own reader stops at a malformed line, and knows neither several keys of a type nor
revoked ones.
"""

import base64
import binascii
import hashlib
import hmac
import shlex
from dataclasses import dataclass
from pathlib import Path

from paramiko import PKey

from pipecatapp.tools.ssh_client.target import SSH_PORT, Target
from pipecatapp.tools.tool import ToolError

_RSA_SIGNATURES = frozenset({"rsa-sha2-512", "rsa-sha2-256"})


@dataclass(frozen=True)
class HostKey:
    """The public key of a machine.

    Attributes:
        type: The type, such as `ssh-ed25519`.
        blob: The key in SSH's wire format.
        revoked: Whether known_hosts marks it as revoked.
    """

    type: str
    blob: bytes
    revoked: bool = False

    def __str__(self) -> str:
        """Return type and fingerprint as `ssh-keygen -lf` prints them."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")
        return f"{self.short_type.upper()} SHA256:{digest}"

    @property
    def short_type(self) -> str:
        """The type as key files and ssh-keyscan name it, such as `ed25519`."""
        return self.type.removeprefix("ssh-").partition("-")[0]


class KnownHosts:
    """The entries of known_hosts for one machine.

    Args:
        path: The file; if it does not exist, no machine is known.
        target: The machine.

    Raises:
        ToolError: The file cannot be read.
    """

    def __init__(self, path: Path, target: Target) -> None:
        self._path = path
        self._target = target
        try:
            text = path.read_text(errors="replace")
        except FileNotFoundError:
            text = ""
        except OSError as error:
            raise ToolError(f"Cannot read {path} (SSH_KNOWN_HOSTS): {error.strerror}") from error
        found = [key for line in text.splitlines() if (key := _parse(line, target.known_as))]
        self._trusted = [key for key in found if not key.revoked]
        self._revoked = {key.blob for key in found if key.revoked}

    def prefer(self, algorithms: tuple[str, ...]) -> tuple[str, ...]:
        """Return the algorithms, starting with those of which a key is known.

        A machine has keys of several types. If it presented another type than the known one, its
        key would seem to have changed.
        """
        known = {key.type for key in self._trusted}
        if "ssh-rsa" in known:
            known |= _RSA_SIGNATURES
        return tuple(sorted(algorithms, key=lambda algorithm: algorithm not in known))

    def verify(self, presented: PKey) -> None:
        """Check that the machine's key is trusted.

        Raises:
            ToolError: The key is unknown, changed or revoked; nothing may be sent to this machine.
        """
        key = HostKey(presented.get_name(), presented.asbytes())
        if key.blob in self._revoked:
            raise ToolError(
                f"{self._target.known_as} shows the host key {key}, which {self._path} says is "
                "revoked. Do not log in there; find out why its key was revoked"
            )
        if key.blob in {trusted.blob for trusted in self._trusted}:
            return
        if self._trusted:
            raise ToolError(self._changed(key))
        raise ToolError(
            f"{self._target.known_as} is not a known machine: its host key is {key}. "
            f"{self._how_to_trust(key)}"
        )

    def _changed(self, key: HostKey) -> str:
        known = ", ".join(str(trusted) for trusted in self._trusted)
        name, path = shlex.quote(self._target.known_as), shlex.quote(str(self._path))
        return (
            f"WARNING: the host key of {self._target.known_as} has changed: known is {known}, but "
            f"it shows {key}. Somebody may be posing as this machine, so nothing was sent. If it "
            f"was installed anew, forget the old key (`ssh-keygen -R {name} -f {path}`). "
            f"{self._how_to_trust(key)}"
        )

    def _how_to_trust(self, key: HostKey) -> str:
        port = "" if self._target.port == SSH_PORT else f" -p {self._target.port}"
        scan = f"ssh-keyscan -t {key.short_type}{port} {self._target.host}"
        return (
            f"Compare with `ssh-keygen -lf /etc/ssh/ssh_host_{key.short_type}_key.pub` on that "
            f"machine; if they agree, run `{scan} >> {shlex.quote(str(self._path))}`"
        )


def _parse(line: str, name: str) -> HostKey | None:
    """Return the key of a line, or None if the line is malformed or about another machine."""
    fields = line.split()
    marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
    if marker not in ("", "@revoked") or len(fields) < 3:
        return None
    names, key_type, encoded = fields[:3]
    try:
        if any(_is_name(pattern, name) for pattern in names.split(",")):
            return HostKey(key_type, base64.b64decode(encoded), marker == "@revoked")
    except binascii.Error:
        return None
    return None


def _is_name(pattern: str, name: str) -> bool:
    if not pattern.startswith("|1|"):
        return pattern.lower() == name
    salt, _, digest = pattern.removeprefix("|1|").partition("|")
    expected = hmac.digest(base64.b64decode(salt), name.encode(), "sha1")
    return hmac.compare_digest(expected, base64.b64decode(digest))

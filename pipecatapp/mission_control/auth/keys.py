"""API keys: those that people add, those of the settings, and the command line's own."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.digests import digest, find_digest, new_secret
from pipecatapp.mission_control.auth.private_files import (
    locked,
    private_directory,
    read_records,
    write_json,
    write_private,
)

LOCAL_KEY_NAME = "local"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN = 4


@dataclass(frozen=True)
class ApiKey:
    """The record of a key; the key itself is shown once and not stored.

    Attributes:
        name: Chosen by the person who added it, unique.
        created: ISO 8601, UTC.
        sha256: The key's digest in hexadecimal.
        last: The key's last letters, by which its owner recognizes it.
    """

    name: str
    created: str
    sha256: str
    last: str


class KeyStore:
    """The keys that may use the API.

    The file is read again when it has changed, so that a running agent heeds a key that the
    command line added or revoked at once.
    """

    def __init__(self, home: Path, configured: str = "") -> None:
        """Prepare the store; files are read when they are needed.

        Args:
            home: The agent's state directory.
            configured: Comma-separated SHA-256 sums of further keys, from the settings.

        Raises:
            UserError: A configured sum is not 64 hexadecimal digits.
        """
        self._path = home / "auth" / "keys.json"
        self._local_path = home / "auth" / "local.key"
        self._configured = _parse_sums(configured)
        self._stamp: tuple[int, int] | None = None
        self._keys: list[ApiKey] = []

    def add(self, name: str) -> str:
        """Create a key and return it; this is the only time that it can be seen.

        Raises:
            UserError: The name is malformed or taken.
        """
        if not _NAME.fullmatch(name) or name == LOCAL_KEY_NAME:
            raise UserError(
                f"{name!r} cannot name a key: use up to 64 letters, digits, '.', '_' or '-', "
                f"and not {LOCAL_KEY_NAME!r}."
            )
        with locked(self._path):
            keys = self._read()
            if any(key.name == name for key in keys):
                raise UserError(f"A key named {name!r} exists. Revoke it or choose another name.")
            secret = new_secret()
            created = datetime.now(UTC).isoformat(timespec="seconds")
            keys.append(ApiKey(name, created, digest(secret), secret[-_SHOWN:]))
            self._write(keys)
        return secret

    def entries(self) -> list[ApiKey]:
        """Return the keys that were added, oldest first."""
        return self._read()

    def revoke(self, name: str) -> None:
        """Delete a key.

        Raises:
            UserError: No key has this name.
        """
        with locked(self._path):
            keys = self._read()
            kept = [key for key in keys if key.name != name]
            if len(kept) == len(keys):
                raise UserError(f"No key is named {name!r}. See `pipecatapp keys list`.")
            self._write(kept)

    def find(self, secret: str) -> str | None:
        """Return the name of the key that this secret is, or None."""
        wanted = digest(secret)
        self._refresh()
        found = find_digest(wanted, [key.sha256 for key in self._keys])
        if found:
            return next(key.name for key in self._keys if key.sha256 == found)
        found = find_digest(wanted, self._configured)
        return _configured(found) if found else None

    def has(self, name: str) -> bool:
        """Return whether a key that `find` named is still valid."""
        self._refresh()
        return name in {key.name for key in self._keys} | set(map(_configured, self._configured))

    def is_local(self, secret: str) -> bool:
        """Return whether this is the command line's own key."""
        local = self.read_local()
        return local is not None and find_digest(digest(secret), [digest(local)]) is not None

    def read_local(self) -> str | None:
        """Return the command line's own key, or None if no agent has made one yet.

        Raises:
            UserError: The key belongs to another user.
        """
        try:
            return self._local_path.read_text().strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(
                f"Cannot read {self._local_path}: run this as the user that runs the agent."
            ) from error

    def ensure_local(self) -> None:
        """Make the command line's own key if it is missing, and keep it private."""
        private_directory(self._local_path.parent)
        if self.read_local() is None:
            write_private(self._local_path, new_secret().encode())
        self._local_path.chmod(0o600)

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_ino, status.st_mtime_ns)
        except FileNotFoundError:
            stamp = None
        if stamp is None or stamp != self._stamp:
            self._keys = self._read()
            self._stamp = stamp

    def _read(self) -> list[ApiKey]:
        try:
            return [ApiKey(**record) for record in read_records(self._path)]
        except TypeError as error:
            raise UserError(f"{self._path} holds no keys. Restore it, or delete it.") from error

    def _write(self, keys: list[ApiKey]) -> None:
        write_json(self._path, [vars(key) for key in keys])


def _configured(sha256: str) -> str:
    """Return the name of a key of the settings."""
    return f"configured-{sha256[:12]}"


def _parse_sums(configured: str) -> list[str]:
    sums = [part.strip().lower() for part in configured.split(",") if part.strip()]
    if not all(_SHA256.fullmatch(item) for item in sums):
        raise UserError(
            "PIPECAT_API_KEYS must be SHA-256 sums of keys, 64 hexadecimal digits each, "
            "separated by commas (printf %s KEY | sha256sum)."
        )
    return sums

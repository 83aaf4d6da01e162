"""The secrets of the credentials directory while they are rotated.

A new secret begins in next/, under the name that it is to have. When everybody accepts it, it takes
its name, and the previous one goes to old/. When that is refused everywhere it is in revoked/,
until the rotation has ended. So where a file is says how far its rotation has come, whenever it was
interrupted; every function here may be called again.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
import uuid
from collections.abc import Iterator
from pathlib import Path

KINDS = ("gossip", "certificates", "tokens", "ssh", "authorities")
DEFAULT = ("gossip", "certificates", "tokens", "ssh")
NEXT, OLD, REVOKED = "next", "old", "revoked"
RECORD = "rotation.json"
JOB_KEYS = ("llama_api_key", "state_copy_key")
# The file that shows, in old/ or revoked/, that a kind has been replaced.
AUTHORITY, CERTIFICATE, SSH_KEY = "ca.key", "cli.key", "helper_ssh.key"
PAIRED = (".key", ".pem", ".csr", ".pub")
END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"


class RotationError(Exception):
    """What is wrong, and what to do about it."""


def wanted(asked: str | list[str]) -> list[str]:
    """Return the kinds of secrets that somebody asks for, in the order of `KINDS`.

    Args:
        asked: Kinds, as a list or with commas between; "default", "all". Authorities take the
            certificates that they signed with them.

    Raises:
        RotationError: There is no such kind.
    """
    words = asked.replace(",", " ").split() if isinstance(asked, str) else asked
    kinds: set[str] = set()
    for word in words:
        if word not in (*KINDS, "all", "default"):
            raise RotationError(
                f"rotate={word}: it is a list of {', '.join(KINDS)}; or all; or default, which is "
                f"{', '.join(DEFAULT)}."
            )
        kinds |= set({"all": KINDS, "default": DEFAULT}.get(word, (word,)))
    if "authorities" in kinds:
        kinds.add("certificates")
    if not kinds:
        raise RotationError(f"rotate is empty: it is a list of {', '.join(KINDS)}.")
    return [kind for kind in KINDS if kind in kinds]


def recorded(directory: Path) -> list[str]:
    """Return the kinds of a rotation that was begun and has not ended, or an empty list."""
    try:
        text = (directory / RECORD).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    kinds: list[str] = json.loads(text)["rotate"]
    return kinds


def begin(directory: Path, kinds: list[str]) -> list[str]:
    """Record a rotation, make what needs nobody else, and return what is still to be made.

    Returns:
        Which of authorities, certificates and ssh have to be made in next/ by others.
    """
    if not (directory / RECORD).exists():
        finish(directory)  # what an earlier one left that was interrupted while it tidied up
        write(directory / RECORD, json.dumps({"rotate": kinds}) + "\n")
    for place in (NEXT, OLD, REVOKED):
        for part in ("", "nodes", "pages"):
            (directory / place / part).mkdir(mode=0o700, exist_ok=True)
    if "gossip" in kinds:
        for name in ("consul.gossip", "nomad.gossip"):
            _make(directory, name, base64.b64encode(secrets.token_bytes(32)).decode())
    if "tokens" in kinds:
        for path in sorted(directory.glob("consul_*.token")):
            _make(directory, path.name, str(uuid.uuid4()))
        for name in JOB_KEYS:
            letters = string.ascii_letters + string.digits
            _make(directory, name, "".join(secrets.choice(letters) for _ in range(48)))
    if "certificates" in kinds and "authorities" not in kinds:
        _lend_authorities(directory)
    return [
        kind
        for kind, file in (
            ("authorities", AUTHORITY),
            ("certificates", CERTIFICATE),
            ("ssh", SSH_KEY),
        )
        if kind in kinds and (directory / file).exists() and not replaced(directory, file)
    ]


def replaced(directory: Path, name: str) -> bool:
    """Tell whether a secret has been replaced already in this rotation."""
    return any((directory / place / name).exists() for place in (OLD, REVOKED))


def trust(directory: Path) -> bool:
    """Have ca.pem name all authorities that are trusted now, the one that signs first.

    Returns:
        Whether it named others.
    """
    file = directory / "ca.pem"
    trusted = [_first(file)]
    for place in (NEXT, OLD):
        other = directory / place / "ca.pem"
        if other.exists() and not other.is_symlink() and _first(other) not in trusted:
            trusted.append(_first(other))
    if file.read_text(encoding="utf-8") == "".join(trusted):
        return False
    write(file, "".join(trusted))
    return True


def resume(directory: Path) -> list[str]:
    """Complete what `activate` had begun with pairs of a key and a certificate.

    One without the other is of no use, not even to reach the cluster.
    """
    if any(path.suffix in PAIRED for path in _files(directory / OLD)):
        return activate(directory, PAIRED)
    return []


def activate(directory: Path, suffixes: tuple[str, ...] = ()) -> list[str]:
    """Give what is in next/ its name, keep in old/ what had it, and return these names.

    Args:
        directory: The credentials.
        suffixes: Only files that end so; none: all.
    """
    done = []
    for new in _files(directory / NEXT):
        if suffixes and new.suffix not in suffixes:
            continue
        name = new.relative_to(directory / NEXT)
        if new.is_symlink() or new.suffix == ".tmp":
            new.unlink()
            continue
        current, old = directory / name, directory / OLD / name
        if name == Path("ca.pem"):
            _activate_authority(directory, new)
        else:
            if current.exists() and not replaced(directory, str(name)):
                os.link(current, old)
            new.replace(current)  # there is one at any moment
        done.append(str(name))
    return done


def withdraw(directory: Path) -> bool:
    """Move what nobody is to accept any more out of old/; return whether anything was there."""
    moved = False
    for path in _files(directory / OLD):
        path.replace(directory / REVOKED / path.relative_to(directory / OLD))
        moved = True
    return trust(directory) or moved


def finish(directory: Path) -> None:
    """End a rotation: delete its record, then what it leaves."""
    (directory / RECORD).unlink(missing_ok=True)
    for place in (NEXT, OLD, REVOKED):
        for path in _files(directory / place):
            path.unlink()
        for part in ("nodes", "pages", ""):
            if (directory / place / part).is_dir():
                (directory / place / part).rmdir()


def read(path: Path) -> str:
    """Return a secret's text."""
    return path.read_text(encoding="utf-8").strip()


def write(path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all."""
    new = path.with_name(path.name + ".tmp")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _make(directory: Path, name: str, secret: str) -> None:
    """Write a new secret for one that there is, unless that has been done."""
    new = directory / NEXT / name
    if (directory / name).exists() and not new.exists() and not replaced(directory, name):
        write(new, secret + "\n")


def _lend_authorities(directory: Path) -> None:
    """Let certificates be signed in next/ by the authorities that stay."""
    for name in ("ca.pem", "ca.key", "page_ca.pem", "page_ca.key", "page_ca.csr"):
        link = directory / NEXT / name
        if not link.is_symlink():
            link.symlink_to(Path("..") / name)


def _activate_authority(directory: Path, new: Path) -> None:
    before, old = _first(directory / "ca.pem"), directory / OLD / "ca.pem"
    if before != _first(new) and not replaced(directory, "ca.pem"):
        write(old, before)
    write(directory / "ca.pem", _first(new) + (_first(old) if old.exists() else ""))
    new.unlink()


def _first(path: Path) -> str:
    """Return the first certificate of a file."""
    text = path.read_text(encoding="utf-8")
    if END_OF_CERTIFICATE not in text:
        raise RotationError(f"{path} is not a certificate: put its copy back, then run this again.")
    return text.split(END_OF_CERTIFICATE)[0] + END_OF_CERTIFICATE


def _files(directory: Path) -> Iterator[Path]:
    yield from sorted(path for path in directory.rglob("*") if path.is_symlink() or path.is_file())

"""Packs the files of a checkout into one tar file, the same files always into the same bytes.

Usage: pack_checkout.py CHECKOUT DIRECTORY. Prints where it is and what it is called, as JSON.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

# Without git everything is packed but these.
LEFT_OUT = {".git", ".venv", ".ansible-venv", "node_modules", "__pycache__"}
DIGITS = 16
TIME = 315532800  # 1980: not every format knows earlier times


def left_out(name: str) -> bool:
    """Whether a directory is no part of the agent, where git cannot say so."""
    return name in LEFT_OUT or name.endswith(".egg-info")


def files_of(checkout: Path) -> list[str]:
    """Return the names of the checkout's files, those that git knows where it is there."""
    if (checkout / ".git").exists():
        command = ["git", "-c", f"safe.directory={checkout}", "-C", str(checkout), "ls-files", "-z"]
        known = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        names = [name for name in known.split("\0") if name]
    else:
        names = []
        for directory, below, here in os.walk(checkout):
            below[:] = [
                name for name in below if name not in LEFT_OUT and not name.endswith(".egg-info")
            ]
            names += [str((Path(directory) / name).relative_to(checkout)) for name in here]
    return sorted(name for name in names if (checkout / name).is_file())


def packed(checkout: Path) -> bytes:
    """Return the tar file: files owned by root, read by everybody."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in files_of(checkout):
            data = (checkout / name).read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), TIME
            member.mode = 0o755 if os.access(checkout / name, os.X_OK) else 0o644
            tar.addfile(member, io.BytesIO(data))
    return content.getvalue()


def environment_id(checkout: Path) -> str:
    """Return what the Python environment depends on beside Python itself, as a short sum."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((checkout / name).read_bytes())
    return digest.hexdigest()[:DIGITS]


def main() -> None:
    """Pack, and remove what was packed before."""
    checkout, directory = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    content = packed(checkout)
    name = hashlib.sha256(content).hexdigest()[:DIGITS]
    archive = directory / f"app-{name}.tar"
    directory.mkdir(parents=True, exist_ok=True)
    if not archive.exists():
        beside = directory / f".app-{name}.{os.getpid()}"
        beside.write_bytes(content)
        beside.replace(archive)
    for old in directory.glob("app-*.tar"):
        if old != archive:
            old.unlink()
    found = {"hash": name, "archive": str(archive), "environment": environment_id(checkout)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""The read-only layers that all nodes boot from: Debian, and what the host adds to it."""

import contextlib
import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from testing.cluster import host
from testing.cluster.model import ADMIN, cache
from testing.cluster.shell import run

# A minimal Debian with the SSH server. What the roles need beyond that, they install.
PACKAGES = (
    "ca-certificates,curl,dbus,iproute2,iputils-ping,kmod,libpam-systemd,netbase,openssh-server,"
    "procps,python3,sudo,systemd,systemd-sysv,tzdata"
)
MORE_PACKAGES = {"bookworm": "", "trixie": ",linux-sysctl-defaults"}
"""What else a suite of Debian has from the start."""
# systemd-nspawn mounts them read-only; Docker and Nomad's exec driver make cgroups in them.
CGROUPS_UNIT = """\
[Unit]
Description=Cgroups of the test node that may be written to
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for d in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$d" || :; done'
[Install]
WantedBy=sysinit.target
"""


def prepare(suite: str) -> list[str]:
    """Make the layers where they are missing, and return their paths, uppermost first.

    Args:
        suite: Of Debian, a key of `MORE_PACKAGES`.
    """
    packages = PACKAGES + MORE_PACKAGES[suite]
    directory = cache()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several clusters may be started at once
        base = directory / f"base-{_digest(suite, packages)}"
        if not base.is_dir():
            _debootstrap(base, suite, packages)
        contents = _files(suite)
        layer = directory / f"layer-{_digest(base.name, json.dumps(contents), SETUP)}"
        if not layer.is_dir():
            _add_layer(base, layer, contents)
    return [str(layer), str(base)]


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def _debootstrap(base: Path, suite: str, packages: str) -> None:
    new = base.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    mirror = host.mirrors()[0]
    run("debootstrap", "--variant=minbase", f"--include={packages}", suite, new, mirror)
    shutil.rmtree(new / "var/cache/apt/archives", ignore_errors=True)
    new.rename(base)


def _files(suite: str) -> dict[str, str]:
    debian, security = host.mirrors()
    environment = host.environment()
    keep = " ".join(environment)
    files = {
        "etc/apt/sources.list": f"deb {debian} {suite} main\n"
        f"deb {debian} {suite}-updates main\n"
        f"deb {security} {suite}-security main\n",
        "etc/apt/apt.conf.d/99host": host.apt_settings(),
        "etc/environment": "".join(f'{name}="{value}"\n' for name, value in environment.items()),
        "etc/sudoers.d/environment": f'Defaults env_keep += "{keep}"\n' if keep else "",
        "etc/pip.conf": host.pip_settings(),
        "etc/resolv.conf": host.name_servers(),
        "etc/systemd/system/test-cgroups.service": CGROUPS_UNIT,
    }
    for name, text in host.certificates().items():
        files[f"usr/local/share/ca-certificates/{name}"] = text
    return {path: text for path, text in files.items() if text}


SETUP = f"""\
set -e
update-ca-certificates
useradd --create-home --shell /bin/bash --groups sudo {ADMIN}
echo {ADMIN}:{ADMIN} | chpasswd
rm -f /etc/ssh/ssh_host_* /etc/machine-id /etc/hostname
systemctl enable systemd-networkd test-cgroups
systemctl mask systemd-modules-load
"""


def _add_layer(base: Path, layer: Path, contents: dict[str, str]) -> None:
    new = layer.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with _mounted(base, new) as root:
        for path, text in contents.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            file.write_text(text)
            file.chmod(0o440 if "sudoers.d" in path else 0o644)
        run("chroot", root, "/bin/sh", "-c", SETUP)
    new.rename(layer)


@contextlib.contextmanager
def _mounted(base: Path, upper: Path) -> Iterator[Path]:
    work, root = upper.with_suffix(".work"), upper.with_suffix(".root")
    for directory in (work, root):
        directory.mkdir(exist_ok=True)
    options = f"lowerdir={base},upperdir={upper},workdir={work}"
    run("mount", "-t", "overlay", "overlay", "-o", options, root)
    try:
        yield root
    finally:
        run("umount", root)
        shutil.rmtree(work)
        root.rmdir()

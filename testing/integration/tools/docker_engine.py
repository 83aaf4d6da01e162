"""A Docker engine for tests: the one that runs, or one of their own that leaves nothing behind."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from pipecatapp.tools.sandbox.engine import BUILD

STARTING_SECONDS = 60
STOPPING_SECONDS = 30
CGROUPS = Path("/sys/fs/cgroup")


def answers(host: str) -> bool:
    try:
        if host.startswith("unix://"):
            # The client would leave the socket of a failed connection open.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(host.removeprefix("unix://"))
        docker.DockerClient(host, timeout=5).close()
    except (DockerException, OSError):
        return False
    return True


@contextmanager
def engine_host() -> Iterator[str]:
    """Give what DOCKER_HOST has to be for an engine that runs, or skip with the reason."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if answers(host):
        yield host
        return
    dockerd = shutil.which("dockerd") or shutil.which("dockerd", path="/usr/sbin:/sbin")
    if dockerd is None or os.geteuid() != 0:
        pytest.skip("No Docker engine answers, and only root with dockerd can start one.")
    with tempfile.TemporaryDirectory(prefix="engine.") as name, own_engine(dockerd, Path(name)):
        yield f"unix://{name}/socket"


@contextmanager
def own_engine(dockerd: str, directory: Path) -> Iterator[None]:
    group = directory.name
    command = [dockerd, "--bridge=none", "--iptables=false", "--ip6tables=false"]
    command += [f"--data-root={directory}/data", f"--exec-root={directory}/exec"]
    command += [f"--pidfile={directory}/pid", f"--host=unix://{directory}/socket"]
    command += [f"--cgroup-parent=/{group}"]
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_it_answers(process, f"unix://{directory}/socket", log)
        yield
    finally:
        process.terminate()
        process.wait(STOPPING_SECONDS)
        unmount_below(directory)
        for empty in CGROUPS.glob(f"*/{group}"):
            empty.rmdir()
        if (CGROUPS / group).is_dir():
            (CGROUPS / group).rmdir()


@contextmanager
def sandbox_image(host: str, name: str) -> Iterator[None]:
    """Have the sandbox's image under a name of its own, or skip with the reason."""
    if shutil.which("debootstrap", path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        pytest.skip("The image cannot be built: apt install debootstrap")
    if not Path(BUILD).stat().st_mode & 0o100:
        pytest.fail(f"{BUILD} is not executable")
    built = build(host, name)
    if built.returncode and "sudo" in built.stderr:
        pytest.skip("The image is built by root only.")
    assert built.returncode == 0, built.stderr
    yield
    client = docker.DockerClient(host)
    client.images.remove(name)
    client.close()


def build(host: str, name: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DOCKER_HOST": host}
    return subprocess.run([BUILD, name], env=environment, capture_output=True, text=True)


def wait_until_it_answers(process: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while not answers(host):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.skip(f"dockerd does not start here: {log.read_text(errors='replace')[-500:]}")
        # Nothing tells that a socket opened; asking again is the only way to know.
        time.sleep(0.2)


def unmount_below(directory: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mounted in sorted((m for m in mounts if m.startswith(f"{directory}/")), reverse=True):
        subprocess.run(["umount", mounted], check=True)

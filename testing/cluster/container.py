"""One node: its file system, its power switch."""

import contextlib
import os
import shlex
import shutil
import signal
import time
import uuid
from pathlib import Path

from testing.cluster import cgroups, network
from testing.cluster.access import ssh
from testing.cluster.model import Cluster, Node
from testing.cluster.shell import ClusterError, run, succeeds

BOOTING_SECONDS = 90
STOPPING_SECONDS = 60
POWER_OFF = signal.SIGRTMIN + 4  # what systemd takes for "power off"
NETWORK = """\
[Match]
Name=host0
[Network]
Address={address}/24
Gateway={gateway}
LinkLocalAddressing=no
[Link]
MTUBytes={mtu}
"""


def create(cluster: Cluster, node: Node) -> None:
    """Make the file system of a new node: the common layers below, its own on top."""
    for name in ("upper", "work", "root", "docker"):
        Path(node.directory, name).mkdir(parents=True)
    mount(cluster, node)
    files = {
        "etc/hostname": f"{node.name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {node.name}\n",
        "etc/machine-id": f"{uuid.uuid4().hex}\n",
        "etc/systemd/network/10-host0.network": NETWORK.format(
            address=node.address, gateway=cluster.gateway, mtu=network.uplink_mtu()
        ),
    }
    for path, text in files.items():
        (node.root / path).write_text(text)


def mount(cluster: Cluster, node: Node) -> None:
    """Put the layers together, where that is not done."""
    if os.path.ismount(node.root):
        return
    upper, work = Path(node.directory, "upper"), Path(node.directory, "work")
    options = f"lowerdir={':'.join(cluster.layers)},upperdir={upper},workdir={work}"
    run("mount", "-t", "overlay", "overlay", "-o", options, node.root)


def start(cluster: Cluster, node: Node) -> None:
    """Switch a node on; `wait_for` tells when it is there."""
    if is_running(node):
        raise ClusterError(f"{node.name} runs already.")
    mount(cluster, node)
    groups = cgroups.make(node.machine)
    entering = "".join(f"echo $$ >{shlex.quote(str(procs))}; " for procs in groups)
    nspawn = shlex.join(_nspawn(cluster, node))
    console = shlex.quote(f"{node.directory}/console.log")
    # A node that reboots ends systemd-nspawn with 133, and wants to be started again.
    booting = shlex.quote(f"while :; do {nspawn}; [ $? -eq 133 ] || exit 0; done")
    # The first shell ends at once, so that the node belongs to nobody and outlives this process.
    command = f"{entering} setsid /bin/sh -c {booting} </dev/null >>{console} 2>&1 & echo $!"
    environment = {"PATH": os.environ["PATH"], "TERM": "dumb"}
    node.pid = int(run("/bin/sh", "-ec", command, environment=environment))
    cluster.save()


def _nspawn(cluster: Cluster, node: Node) -> list[str]:
    binds = [f"--bind={node.directory}/docker:/var/lib/docker"]
    binds += [f"--bind={bind}" for bind in cluster.binds]
    binds += [f"--bind-ro={bind}" for bind in cluster.binds_ro]
    return [
        "systemd-nspawn",
        "--quiet",
        "--boot",
        f"--directory={node.root}",
        f"--machine={node.machine}",
        f"--hostname={node.name}",
        f"--network-bridge={cluster.bridge}",
        "--register=no",  # there may be no systemd on the host
        "--keep-unit",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=read-only",
        "--capability=all",
        "--system-call-filter=@keyring bpf",
        *binds,
    ]


def is_running(node: Node) -> bool:
    """Tell whether the node is switched on."""
    try:
        command = Path(f"/proc/{node.pid}/cmdline").read_bytes()
    except OSError:
        return False
    return f"--machine={node.machine}".encode() in command


def wait_for(cluster: Cluster, node: Node) -> None:
    """Wait until a user can log in."""
    deadline = time.monotonic() + BOOTING_SECONDS
    while not succeeds(*ssh(cluster, node, "true"), timeout=10):
        if not is_running(node) or time.monotonic() > deadline:
            console = Path(node.directory, "console.log").read_text(errors="replace")
            raise ClusterError(f"{node.name} does not come up:\n{console[-2000:]}")
        time.sleep(0.3)


def kill(node: Node) -> None:
    """Take the power away: nothing in the node gets to say goodbye."""
    _signal(node, signal.SIGKILL)
    _gone(node)


def stop(node: Node) -> None:
    """Shut a node down as its owner would."""
    _signal(node, POWER_OFF)
    _gone(node)


def remove(node: Node) -> None:
    """Leave nothing of a node behind."""
    with contextlib.suppress(ClusterError):  # it may be off, or hang
        kill(node)
    cgroups.remove(node.machine)
    if os.path.ismount(node.root):
        run("umount", node.root)
    shutil.rmtree(node.directory, ignore_errors=True)


def _signal(node: Node, number: int) -> None:
    # The first process inside takes all others with it. systemd-nspawn itself must not be killed:
    # it would leave broken mounts behind.
    if not is_running(node):
        raise ClusterError(f"{node.name} does not run.")
    for _ in range(50):
        inside = _first_inside(node.pid)
        if inside:
            os.kill(inside, number)
            return
        time.sleep(0.1)
    raise ClusterError(f"{node.name} has not started anything.")


def _first_inside(pid: int) -> int:
    """Return the node's own process 1, or 0: the child of systemd-nspawn below `pid`."""
    with contextlib.suppress(OSError):
        is_nspawn = Path(f"/proc/{pid}/comm").read_text().strip() == "systemd-nspawn"
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(child) if is_nspawn else _first_inside(int(child))
    return 0


def _gone(node: Node) -> None:
    deadline = time.monotonic() + STOPPING_SECONDS
    while is_running(node):
        if time.monotonic() > deadline:
            raise ClusterError(f"{node.name} does not stop.")
        time.sleep(0.05)

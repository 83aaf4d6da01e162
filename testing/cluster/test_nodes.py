"""One node, from nothing to nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.cluster import nodes
from testing.cluster.model import ADMIN, cache

NAME, SUBNET = "pytest", "10.79.0"
SECONDS = 200


def call(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "testing.cluster.nodes", words[0], "--name", NAME, *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def done(*words: str) -> str:
    called = call(*words)
    assert called.returncode == 0, called.stdout + called.stderr
    return called.stdout


def traces() -> list[str]:
    """Return what there is of the cluster on this machine: nothing, but while it is up."""
    found = [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/test-node-{NAME}-*")]
    for command in ("ip -oneline link", "ip -4 -oneline address", "iptables-save", "mount"):
        printed = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
        found += [line for line in printed.splitlines() if SUBNET in line or f"-{NAME}" in line]
        found += [line for line in printed.splitlines() if f"clusters/{NAME}/" in line]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command_line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"--machine={NAME}-" in command_line:
            found.append(command_line)
    if (cache() / "clusters" / NAME).exists():
        found.append(str(cache() / "clusters" / NAME))
    return found


@pytest.fixture
def node() -> Iterator[str]:
    reason = nodes.obstacle()
    if reason:
        pytest.skip(reason)
    root = subprocess.run(
        [sys.executable, "-m", "testing.cluster.nodes", "root"], capture_output=True, text=True
    )
    if root.returncode != 0:
        pytest.skip(f"What nodes boot from cannot be made here: {root.stderr.strip()[-300:]}")
    if traces():  # of a run that was broken off
        call("down")
    assert traces() == []
    done("up", "--count", "1", "--subnet", SUBNET)
    yield "node1"
    call("down")


@pytest.mark.integration
def test_a_node_boots_works_loses_power_and_leaves_no_trace(node: str) -> None:
    def in_node(command: str) -> str:
        return done("ssh", node, command)

    def as_root(command: str) -> str:
        return in_node(f"echo {ADMIN} | sudo -S -p '' {command}")

    assert in_node("hostname; id -un; . /etc/os-release; echo $VERSION_ID").split() == [
        node,
        "admin",
        "13",
    ]
    in_node(f"ping -c 1 -W 2 {SUBNET}.1")
    in_node("grep -q nameserver /etc/resolv.conf")
    assert as_root("id -u").strip() == "0"
    as_root("apt-get --quiet check")
    # Docker and Nomad's exec driver make cgroups.
    as_root("sh -c 'cd /sys/fs/cgroup/memory || cd /sys/fs/cgroup; mkdir made'")
    assert call("ssh", node, "sudo -n true").returncode != 0  # it asks for the password

    in_node("echo kept >note; sync")
    done("cut", node)
    assert call("ssh", node, "true").returncode != 0
    done("join", node)
    assert in_node("cat note").strip() == "kept"

    done("kill", node)
    assert call("ssh", node, "true").returncode != 0
    done("start", node)
    assert in_node("cat note").strip() == "kept"
    assert in_node("systemctl --failed --no-legend").strip() == ""

    done("down")
    assert traces() == []

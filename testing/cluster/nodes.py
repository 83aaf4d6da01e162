"""Makes Debian nodes inside this machine and takes them away: see README.md beside this file."""

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from testing.cluster import access, container, network, root
from testing.cluster.model import BECOME, Cluster, Node, cache, clusters, load
from testing.cluster.shell import ClusterError

CANNOT = 77  # the exit code for "cannot be tried here"
RIGHTS = 1 << 12 | 1 << 21  # CAP_NET_ADMIN, CAP_SYS_ADMIN
TOOLS = {
    "systemd-nspawn": "systemd-container",
    "debootstrap": "debootstrap",
    "ssh-keygen": "openssh-client",
    "ip": "iproute2",
    "iptables": "iptables",
}


def obstacle() -> str:
    """Return why no node can be made here, or nothing."""
    if os.geteuid() != 0:
        return "Nodes need root."
    missing = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
    if missing:
        return f"Missing here: apt-get install {' '.join(missing)}."
    rights = re.search(r"^CapEff:\s+(\w+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    if rights is None or int(rights[1], 16) & RIGHTS != RIGHTS:
        return "This root may not mount or make networks: it is in a container."
    return ""


def up(cluster: Cluster) -> None:
    """Make a cluster's nodes and wait until each can be logged in to."""
    if cluster.directory.exists():
        raise ClusterError(f"There is a cluster {cluster.name} already: run `down` first.")
    cluster.layers = root.prepare(cluster.suite)
    cluster.save()
    try:
        network.up(cluster)
        cluster.save()
        access.make_key(cluster)
        with cluster.known_hosts.open("w") as known_hosts:
            for node in cluster.nodes:
                container.create(cluster, node)
                known_hosts.write(access.let_in(cluster, node))
        access.write_inventory(cluster)
        for node in cluster.nodes:
            container.start(cluster, node)
        for node in cluster.nodes:
            container.wait_for(cluster, node)
    except BaseException:
        down(cluster)
        raise


def down(cluster: Cluster) -> None:
    """Take a cluster away, whatever state it is in."""
    for node in cluster.nodes:
        container.remove(node)
    network.down(cluster)
    shutil.rmtree(cluster.directory)
    with contextlib.suppress(OSError):
        cluster.directory.parent.rmdir()


def start(cluster: Cluster, node: Node) -> None:
    """Switch a node on again and wait for it."""
    container.start(cluster, node)
    container.wait_for(cluster, node)


def describe(cluster: Cluster) -> str:
    """Return a cluster's nodes and how they are, one a line."""
    lines = [f"{cluster.name}  inventory: {cluster.inventory}"]
    for node in cluster.nodes:
        running = "runs" if container.is_running(node) else "is off"
        lines.append(f"  {node.name}  {node.address}  {running}")
    return "\n".join(lines)


def add_suite(parser: argparse.ArgumentParser) -> None:
    """Have a command line take the suite of Debian that nodes boot."""
    suites = sorted(root.MORE_PACKAGES)
    parser.add_argument("--suite", choices=suites, default="trixie", help="of Debian (trixie)")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="testing.cluster.nodes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("up", help="make a cluster")
    making.add_argument("--count", type=int, default=1, help="nodes (1)")
    making.add_argument("--controllers", type=int, default=1, help="how many of them lead (1)")
    making.add_argument("--subnet", default="10.77.0", help="of a /24 (10.77.0)")
    making.add_argument(
        "--become",
        choices=BECOME,
        default="inventory",
        help="sudo asks for a password, which the inventory gives or not; or it asks for none",
    )
    making.add_argument("--bind", action="append", default=[], help="HOST[:NODE] to mount")
    making.add_argument("--bind-ro", action="append", default=[], help="the same, read-only")
    commands.add_parser("list", help="all clusters on this machine")
    boot = commands.add_parser("root", help="make what nodes boot from, and nothing else")
    for command in (making, boot):
        add_suite(command)
    others = [making, commands.add_parser("down", help="take a cluster away")]
    for name, meaning in {
        "kill": "power loss",
        "stop": "shut down",
        "start": "switch on",
        "cut": "pull the network cable",
        "join": "plug it in",
        "ssh": "run a command",
    }.items():
        command = commands.add_parser(name, help=f"{meaning}, one node")
        command.add_argument("node")
        others.append(command)
    for command in others:
        command.add_argument("--name", default="test", help="of the cluster (test)")
    commands.choices["ssh"].add_argument("remote", nargs=argparse.REMAINDER)
    return parser


def _make(options: argparse.Namespace) -> None:
    if not 1 <= options.controllers <= options.count:
        raise ClusterError("There are as many --controllers as nodes, or fewer, and at least 1.")
    cluster = Cluster(
        name=options.name,
        subnet=options.subnet,
        controllers=options.controllers,
        become=options.become,
        suite=options.suite,
        binds=options.bind,
        binds_ro=options.bind_ro,
    )
    cluster.add_nodes(options.count)
    up(cluster)
    print(describe(cluster))


def _one_node(options: argparse.Namespace) -> int:
    cluster = load(options.name)
    node = cluster.node(options.node)
    if options.command == "ssh":
        return subprocess.run(access.ssh(cluster, node, *options.remote), check=False).returncode
    if options.command == "start":
        start(cluster, node)
    elif options.command == "join":
        network.join(cluster, node)
    else:
        {"kill": container.kill, "stop": container.stop, "cut": network.cut}[options.command](node)
    return 0


def main(words: list[str]) -> int:
    """Run one command and return the exit status."""
    options = _arguments().parse_args(words)
    reason = obstacle()
    if reason:
        print(reason, file=sys.stderr)
        return CANNOT
    try:
        if options.command == "up":
            _make(options)
        elif options.command == "root":
            print("\n".join(root.prepare(options.suite)))
        elif options.command == "down":
            down(load(options.name))
        elif options.command == "list":
            print("\n".join(describe(cluster) for cluster in clusters()) or f"None in {cache()}.")
        else:
            return _one_node(options)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

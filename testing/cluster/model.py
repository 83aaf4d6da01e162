"""What a cluster of test nodes is, and where it is kept."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from testing.cluster.shell import ClusterError

ADMIN = "admin"  # the user on the nodes, and what sudo asks for
BECOME = ("inventory", "ask", "nopasswd")
FIRST_ADDRESS = 11


def cache() -> Path:
    """Return the directory of the roots and of all clusters."""
    return Path(os.environ.get("TWIN_TEST_NODES", "/var/cache/twin-test-nodes"))


@dataclass
class Node:
    """One node; `machine` names it on the host, where clusters must not clash."""

    name: str
    machine: str
    address: str
    directory: str
    pid: int = 0  # of what keeps it running, 0 where it was never started

    @property
    def root(self) -> Path:
        """The file system that it boots from."""
        return Path(self.directory, "root")

    @property
    def link(self) -> str:
        """The host's end of its network cable, named by systemd-nspawn."""
        return f"vb-{self.machine}"


@dataclass
class Cluster:
    """All that is needed to start its nodes again, and to take them away."""

    name: str
    subnet: str = "10.77.0"
    controllers: int = 1
    become: str = "inventory"
    suite: str = "trixie"  # of Debian
    binds: list[str] = field(default_factory=list)
    binds_ro: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    ip_forward_was_off: bool = False
    nodes: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse what would not fit into the name of an interface, or is no network."""
        if not re.fullmatch("[a-z][a-z0-9]{0,7}", self.name):
            raise ClusterError("A name is up to 8 small letters and digits, a letter first.")
        if not re.fullmatch(r"\d{1,3}\.\d{1,3}\.\d{1,3}", self.subnet):
            raise ClusterError("A subnet is the first three numbers, such as 10.78.0.")

    @property
    def directory(self) -> Path:
        """Where everything of this cluster is, the inventory too."""
        return cache() / "clusters" / self.name

    @property
    def bridge(self) -> str:
        """The name of its bridge."""
        return f"tw-{self.name}"

    @property
    def gateway(self) -> str:
        """The host's address on the bridge."""
        return f"{self.subnet}.1"

    @property
    def inventory(self) -> Path:
        """The inventory for Ansible."""
        return self.directory / "inventory.yaml"

    @property
    def key(self) -> Path:
        """The SSH key that the nodes accept."""
        return self.directory / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The nodes' host keys."""
        return self.directory / "known_hosts"

    def add_nodes(self, count: int) -> None:
        """Name `count` nodes."""
        if not 1 <= count <= 200:
            raise ClusterError("A cluster has 1 to 200 nodes.")
        for number in range(1, count + 1):
            self.nodes.append(
                Node(
                    name=f"node{number}",
                    machine=f"{self.name}-{number}",
                    address=f"{self.subnet}.{FIRST_ADDRESS + number - 1}",
                    directory=str(self.directory / f"node{number}"),
                )
            )

    def node(self, name: str) -> Node:
        """Return the node of that name."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise ClusterError(f"No node {name}: there are {', '.join(n.name for n in self.nodes)}.")

    def save(self) -> None:
        """Write it down, whole or not at all."""
        self.directory.mkdir(parents=True, exist_ok=True)
        new = self.directory / "cluster.json.new"
        new.write_text(json.dumps(asdict(self), indent=2) + "\n")
        new.replace(self.directory / "cluster.json")


def load(name: str) -> Cluster:
    """Return the cluster of that name."""
    path = cache() / "clusters" / name / "cluster.json"
    if not path.is_file():
        raise ClusterError(f"There is no cluster {name}.")
    values = json.loads(path.read_text())
    nodes = [Node(**node) for node in values.pop("nodes")]
    return Cluster(**values, nodes=nodes)


def clusters() -> Iterator[Cluster]:
    """Return all clusters on this machine."""
    for path in sorted(cache().glob("clusters/*/cluster.json")):
        yield load(path.parent.name)

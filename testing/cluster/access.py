"""How the nodes are logged in to: keys, known hosts, and Ansible's inventory."""

import os
import shlex

from testing.cluster.model import ADMIN, Cluster, Node
from testing.cluster.shell import run

ADMIN_ID = 1000  # the first user of a Debian


def make_key(cluster: Cluster) -> None:
    """Make the key that this cluster's nodes accept."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", cluster.key)


def let_in(cluster: Cluster, node: Node) -> str:
    """Make the node accept the key, and return its line for known_hosts."""
    home = node.root / "home" / ADMIN / ".ssh"
    home.mkdir(mode=0o700)
    keys = home / "authorized_keys"
    keys.write_text(cluster.key.with_suffix(".pub").read_text())
    for path in (home, keys):
        os.chown(path, ADMIN_ID, ADMIN_ID)
    if cluster.become == "nopasswd":
        sudoers = node.root / "etc/sudoers.d/admin"
        sudoers.write_text(f"{ADMIN} ALL=(ALL) NOPASSWD: ALL\n")
        sudoers.chmod(0o440)
    host_key = node.root / "etc/ssh/ssh_host_ed25519_key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", node.name, "-f", host_key)
    kind, key, _ = host_key.with_suffix(".pub").read_text().split()
    return f"{node.address} {kind} {key}\n"


def ssh_options(cluster: Cluster) -> list[str]:
    """Return what ssh needs to know beside the address: it checks the host key."""
    return [
        "-o",
        f"UserKnownHostsFile={cluster.known_hosts}",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "IdentitiesOnly=yes",
    ]


def ssh(cluster: Cluster, node: Node, *command: str) -> list[str]:
    """Return the command that runs another one on a node."""
    options = [*ssh_options(cluster), "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
    return ["ssh", *options, "-i", str(cluster.key), f"{ADMIN}@{node.address}", "--", *command]


def write_inventory(cluster: Cluster) -> None:
    """Write the inventory: the first nodes are controllers, the others workers."""
    settings = {
        "ansible_user": ADMIN,
        "ansible_ssh_private_key_file": str(cluster.key),
        "ansible_ssh_common_args": shlex.join(ssh_options(cluster)),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    if cluster.become == "inventory":
        settings["ansible_become_password"] = ADMIN
    controllers = cluster.nodes[: cluster.controllers]
    workers = cluster.nodes[cluster.controllers :]
    cluster.inventory.write_text(
        "all:\n  children:\n"
        + _group("controller_nodes", controllers)
        + _group("worker_nodes", workers)
        + "  vars:\n"
        + "".join(f'    {name}: "{value}"\n' for name, value in settings.items())
    )


def _group(name: str, nodes: list[Node]) -> str:
    if not nodes:
        return f"    {name}:\n      hosts: {{}}\n"
    hosts = (f"        {n.name}:\n          ansible_host: {n.address}\n" for n in nodes)
    return f"    {name}:\n      hosts:\n" + "".join(hosts)

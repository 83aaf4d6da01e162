"""The home network of the nodes: a bridge, the way out, and cables that can be pulled."""

import json
import re
from pathlib import Path

from testing.cluster.model import Cluster, Node, clusters
from testing.cluster.shell import ClusterError, run, succeeds

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def up(cluster: Cluster) -> None:
    """Make the bridge and let its nodes out."""
    if succeeds("ip", "link", "show", cluster.bridge):
        raise ClusterError(f"The bridge {cluster.bridge} is there already: run `down` first.")
    if cluster.gateway in re.findall(r"inet (\S+)/", run("ip", "-4", "addr")):
        raise ClusterError(f"{cluster.subnet}.0/24 is in use here: choose another --subnet.")
    run("ip", "link", "add", cluster.bridge, "type", "bridge")
    run("ip", "address", "add", f"{cluster.gateway}/24", "dev", cluster.bridge)
    run("ip", "link", "set", cluster.bridge, "mtu", str(uplink_mtu()), "up")
    cluster.ip_forward_was_off = FORWARDING.read_text().strip() == "0"
    FORWARDING.write_text("1\n")
    for rule in _rules(cluster):
        _iptables("-I", rule)


def down(cluster: Cluster) -> None:
    """Take all of it away, what is already gone too."""
    for rule in _rules(cluster):
        while succeeds(*_iptables_words("-C", rule)):
            _iptables("-D", rule)
    if succeeds("ip", "link", "show", cluster.bridge):
        run("ip", "link", "delete", cluster.bridge)
    if cluster.ip_forward_was_off:
        _stop_forwarding(cluster)


def _stop_forwarding(cluster: Cluster) -> None:
    others = [other for other in clusters() if other.name != cluster.name]
    if not others:
        FORWARDING.write_text("0\n")
        return
    others[0].ip_forward_was_off = True  # the last one puts it back
    others[0].save()


def cut(node: Node) -> None:
    """Pull the network cable of a node."""
    run("ip", "link", "set", node.link, "nomaster")


def join(cluster: Cluster, node: Node) -> None:
    """Plug it in again."""
    run("ip", "link", "set", node.link, "master", cluster.bridge, "up")


def uplink_mtu() -> int:
    """Return the MTU of the way out.

    Larger packets of the nodes would be lost there: connections open, and then stall.
    """
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "default") or "[]")
    if not routes:
        return 1500
    return int(json.loads(run("ip", "-json", "link", "show", routes[0]["dev"]))[0]["mtu"])


def _rules(cluster: Cluster) -> list[list[str]]:
    net, bridge = f"{cluster.subnet}.0/24", cluster.bridge
    clamp = ["-p", "tcp", "--tcp-flags", "SYN,RST", "SYN", "-j", "TCPMSS", "--clamp-mss-to-pmtu"]
    return [
        # Before the rules of Docker and of firewalls, which drop what they do not know.
        ["filter", "INPUT", "-i", bridge, "-j", "ACCEPT"],
        ["filter", "FORWARD", "-i", bridge, "-j", "ACCEPT"],
        ["filter", "FORWARD", "-o", bridge, "-j", "ACCEPT"],
        ["mangle", "FORWARD", "-i", bridge, *clamp],
        ["mangle", "FORWARD", "-o", bridge, *clamp],
        ["nat", "POSTROUTING", "-s", net, "!", "-d", net, "-j", "MASQUERADE"],
    ]


def _iptables_words(action: str, rule: list[str]) -> list[str]:
    table, chain, *match = rule
    return ["iptables", "--wait", "--table", table, action, chain, *match]


def _iptables(action: str, rule: list[str]) -> None:
    run(*_iptables_words(action, rule))

"""The names and addresses by which this machine's agent is reached."""

import ipaddress
import socket
from collections.abc import Container

import psutil

from pipecatapp.settings import Settings

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
GATEWAY_PORT = 8000
"""Each node of a cluster forwards this port to the agent, wherever the agent runs."""
GATEWAY_HTTPS_PORT = 8443
"""The same over HTTPS, without which browsers do not give the microphone."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a listening address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ClusterHosts(Container[str]):
    """The hosts that a request through a cluster's gateways may name.

    This refuses a page whose DNS name is rebound to a node. Private addresses are allowed, as an
    address cannot be rebound.
    """

    def __init__(self, names: str) -> None:
        """Take the nodes' names, comma-separated."""
        self._names = LOOPBACK_NAMES | {
            name.strip().lower() for name in names.split(",") if name.strip()
        }

    def __contains__(self, host: object) -> bool:
        return host in self._names or _is_private(str(host))


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def allowed_hosts(settings: Settings) -> Container[str] | None:
    """Return the hosts that a request may name, or None for any host."""
    if settings.mode == "cluster":
        return ClusterHosts(f"{settings.public_hosts},{settings.host}")
    if not settings.lan and is_loopback(settings.host):
        return LOOPBACK_NAMES | {settings.host}
    return None


def lan_addresses() -> list[str]:
    """Return this machine's addresses in private networks, IPv4 first, in a stable order."""
    found: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    for interface in psutil.net_if_addrs().values():
        for entry in interface:
            if entry.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            address = ipaddress.ip_address(entry.address.partition("%")[0])
            if address.is_private and not address.is_loopback and not address.is_link_local:
                found.add(address)
    return [str(item) for item in sorted(found, key=lambda item: (item.version, int(item)))]


def outward_address() -> str | None:
    """Return the address of the interface that leads to the network's router, if there is one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only asks the routing table.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def base_url(settings: Settings, port: int) -> str:
    """Return the address to give to people.

    Args:
        settings: The agent's settings.
        port: The port that the server listens on; a cluster's gateways have a port of their own.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if settings.mode == "cluster":
        return f"http://{_bracketed(settings.host)}:{GATEWAY_PORT}"
    if settings.lan:
        known = lan_addresses()
        outward = outward_address()
        host = outward if outward in known else next(iter(known), "localhost")
        return f"https://{_bracketed(host)}:{port}"
    if settings.host in WILDCARDS:
        return f"http://{socket.gethostname()}:{port}"
    return f"http://{_bracketed(settings.host)}:{port}"


def secure_page(host: str) -> str:
    """Return the page's address by HTTPS, through the gateway of a cluster's node."""
    return f"https://{_bracketed(host)}:{GATEWAY_HTTPS_PORT}/"


def login_url(settings: Settings, port: int, token: str) -> str:
    """Return the link that logs a person in once."""
    return f"{base_url(settings, port)}/login?token={token}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

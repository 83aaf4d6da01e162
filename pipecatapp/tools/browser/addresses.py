"""Decides which hosts the browser may reach: public ones and those that the settings allow."""

import asyncio
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from pipecatapp.errors import UserError
from pipecatapp.tools.tool import ToolError

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], list[str]]

LOOKUP_SECONDS = 8
LOOKUP_THREADS = 4
"""A page may name many hosts whose lookup takes long; they must not use up other threads."""

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_DOCUMENTATION = IPv6Network("3fff::/20")  # Python 3.11 counts it as public


class AddressRefusedError(ToolError):
    """The browser may not reach a host."""


class UnknownHostError(ToolError):
    """A host has no address."""


class AddressGuard:
    """Judges a host by the addresses that its name has now, not by the name.

    Args:
        allow: Comma-separated addresses, networks and host names that may be reached although
            they are not public.
        resolve: Returns the addresses of a name; may block; raises `OSError`.

    Raises:
        UserError: `allow` is malformed.
    """

    def __init__(self, allow: str = "", resolve: Resolve | None = None) -> None:
        self._networks, self._names = _parse_allowed(allow)
        self._resolve = resolve or _look_up
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="web-lookup")

    def close(self) -> None:
        """Cancel the lookups that have not ended."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def allows_name(self, host: str) -> bool:
        """Return whether the settings name this host."""
        return host in self._names

    async def addresses(self, host: str) -> list[str]:
        """Return the addresses of a host that may be connected to, at least one.

        Args:
            host: A name or an address, an IPv6 one without brackets.

        Raises:
            AddressRefusedError: None of the host's addresses may be reached.
            UnknownHostError: The host has no address.
        """
        host = host.lower().removesuffix(".")
        found = await self._addresses_of(host)
        allowed = [str(it) for it in found if self.allows_name(host) or self._may_reach(it)]
        if allowed:
            return allowed
        where = f"{host} is" if host == str(found[0]) else f"{host} is at {found[0]},"
        raise AddressRefusedError(f"{where} a private address: allow it by WEB_BROWSER_ALLOW")

    async def _addresses_of(self, host: str) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        if len(host) > 253 or not _HOST.fullmatch(host):
            raise UnknownHostError(f"{host[:80]!r} is no name of a host")
        loop = asyncio.get_running_loop()
        try:
            looking_up = loop.run_in_executor(self._threads, self._resolve, host)
            found = await asyncio.wait_for(looking_up, LOOKUP_SECONDS)
            # A link-local address may carry a zone after a percent sign.
            addresses = [ip_address(item.partition("%")[0]) for item in found]
        except TimeoutError as error:
            raise UnknownHostError(f"Nothing told the address of {host} in time") from error
        except (OSError, ValueError) as error:
            raise UnknownHostError(f"There is no host named {host}, or no network") from error
        if not addresses:
            raise UnknownHostError(f"{host} has no address")
        return addresses

    def _may_reach(self, address: Address) -> bool:
        forms = {address, _embedded(address) or address}
        named = any(form in network for form in forms for network in self._networks)
        return named or is_public(address)


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the public Internet."""
    embedded = _embedded(address)
    if embedded is not None:
        return is_public(embedded)
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address in _DOCUMENTATION):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address is translated to, or None."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _parse_allowed(allow: str) -> tuple[list[IPv4Network | IPv6Network], set[str]]:
    networks, names = [], set()
    for item in filter(None, (part.strip().lower() for part in allow.split(","))):
        try:
            networks.append(ip_network(item, strict=False))
        except ValueError:
            if not _HOST.fullmatch(item) or item.rpartition(".")[2].isdecimal():
                raise UserError(
                    f"WEB_BROWSER_ALLOW: {item!r} is no address, network or host name. Write "
                    "such as 192.168.1.5, 192.168.1.0/24 or nas.local, separated by commas."
                ) from None
            names.add(item)
    return networks, names

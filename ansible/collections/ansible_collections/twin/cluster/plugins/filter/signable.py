"""Filter `signable`: which names an authority may sign."""

import ipaddress
from collections.abc import Callable


def signable(names: list[str], permitted: list[str]) -> list[str]:
    """Return those of `names` that name constraints permit, in their order.

    See RFC 5280, section 4.2.1.10. One name too many, and browsers refuse a whole certificate.

    Args:
        names: As in a certificate: `DNS:box.lan`, `IP:192.168.1.11`.
        permitted: Domains and networks: `DNS:lan`, `IP:192.168.0.0/16`.
    """
    return [name for name in names if any(_within(name, limit) for limit in permitted)]


def _within(name: str, limit: str) -> bool:
    kind, _, value = name.partition(":")
    limit_kind, _, limit_value = limit.partition(":")
    if kind != limit_kind:
        return False
    if kind == "IP":
        return ipaddress.ip_address(value) in ipaddress.ip_network(limit_value)
    return f".{value.lower()}".endswith(f".{limit_value.lower()}")


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        """Return the filter by its name."""
        return {"signable": signable}

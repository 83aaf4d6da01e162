"""Parses and checks the names of machines."""

import getpass
import ipaddress
import re
from dataclasses import dataclass

from pipecatapp.tools.tool import ToolError

SSH_PORT = 22
LONGEST_HOST = 320
"""Characters: a name of 253, the name of a user and a port."""
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}\$?")
_BRACKETS = re.compile(r"\[([^\[\]]+)\](?::([0-9]{1,5}))?")
_PLAIN = re.compile(r"([^:]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Target:
    """A machine to log in to.

    Attributes:
        user: The user to log in as.
        host: A name in lower case, or an address without brackets.
        port: TCP port.
    """

    user: str
    host: str
    port: int

    @property
    def known_as(self) -> str:
        """Its name in known_hosts: `host`, or `[host]:port` if the port is not 22."""
        return self.host if self.port == SSH_PORT else f"[{self.host}]:{self.port}"

    def __str__(self) -> str:
        return f"{self.user}@{self.known_as}"


def parse_target(text: str, default_user: str | None) -> Target:
    """Return the machine that `name`, `user@name`, `name:port` or `[address]:port` stands for.

    Args:
        text: The text of the model.
        default_user: The user to log in as if the text names none; None for the current user.

    Raises:
        ToolError: The text has none of these forms, or the current user has no name.
    """
    user, at, place = text.rpartition("@")
    # Speech recognition writes localhost in two words, and small models keep the first.
    place = "localhost" if place.lower() in ("local", "local host") else place
    host, port = _split(place)
    named = _NAME.fullmatch(host) or _is_address(host)
    valid = named and 0 < port < 2**16 and (not at or _USER.fullmatch(user))
    if not valid or len(text) > LONGEST_HOST:
        raise ToolError(
            f"{text[:LONGEST_HOST]!r} is not a machine: say a name or an address, such as node2, "
            "pi@node2.local, node2:2222 or [fd00::2]:22"
        )
    return Target(user or default_user or _current_user(), host, port)


def _split(place: str) -> tuple[str, int]:
    """Return host and port, or an empty host and port 0 if the text is malformed."""
    if _is_address(place):
        return place.lower(), SSH_PORT
    found = _BRACKETS.fullmatch(place) or _PLAIN.fullmatch(place)
    if not found or (place.startswith("[") and not _is_address(found[1])):
        return "", 0
    return found[1].lower(), int(found[2] or SSH_PORT)


def _is_address(text: str) -> bool:
    if not re.fullmatch(r"[0-9A-Za-z.:%_-]+", text):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _current_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise ToolError(
            "The user that runs the agent has no name: set SSH_USER, or say user@machine"
        ) from error

"""Heads of HTTP/1.1 messages, as a proxy has to read and rewrite them."""

import re
from dataclasses import dataclass

_PROXY_REQUEST = re.compile(rb"http://([^/?#]+)([^\s#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@/\s]+))(?::(\d{1,5}))?", re.IGNORECASE)
_ONE_HOP = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"proxy-authenticate")
) | {b"proxy-authorization", b"proxy-connection"}


@dataclass(frozen=True)
class RequestHead:
    """The first line of a message and its fields.

    Attributes:
        first: The first line, without its end.
        fields: Names, lower case, and whole lines.
    """

    first: bytes
    fields: list[tuple[bytes, bytes]]

    @property
    def method(self) -> bytes:
        """A request's method."""
        return self.first.split(b" ")[0]

    @property
    def target(self) -> bytes:
        """What a request asks for.

        Raises:
            ValueError: The line is none of a request.
        """
        _, target, _ = self.first.split(b" ")
        return target

    def value(self, name: bytes) -> bytes | None:
        """Return the value of the first field of a name, lower case."""
        for found, line in self.fields:
            if found == name:
                return line.partition(b":")[2].strip()
        return None

    def is_interim(self) -> bool:
        """Return whether this is a response that another one follows."""
        return self.first.split(b" ")[1:2] != [] and self.first.split(b" ")[1].startswith(b"1")

    def as_origin_request(self) -> tuple[bytes, bytes, int]:
        """Return the authority, the head for the server itself, and the length of the body.

        Raises:
            ValueError: This is no request to a proxy, or one with a body of unknown length.
        """
        match = _PROXY_REQUEST.fullmatch(self.target)
        length = self.value(b"content-length") or b"0"
        if not match or self.value(b"transfer-encoding") or not length.isdigit():
            raise ValueError("no request that this proxy knows")
        path = match[2] if match[2].startswith(b"/") else b"/" + match[2]
        return match[1], self._closing(b"%b %b HTTP/1.1" % (self.method, path)), int(length)

    def closing(self) -> bytes:
        """Return the head of a response after which the connection ends."""
        return self._closing(self.first)

    def _closing(self, first: bytes) -> bytes:
        lines = [line for name, line in self.fields if name not in _ONE_HOP]
        return b"\r\n".join([first, *lines, b"Connection: close", b"", b""])


def parse_head(data: bytes) -> RequestHead:
    """Return the head in `data`, which ends with an empty line."""
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    return RequestHead(first, [(line.partition(b":")[0].strip().lower(), line) for line in lines])


def parse_authority(authority: bytes, default_port: int | None) -> tuple[str, int]:
    """Return the host, without brackets, and the port.

    Raises:
        ValueError: It is malformed, or has no port and there is no default.
    """
    match = _AUTHORITY.fullmatch(authority.decode("ascii"))
    port = int(match[3]) if match and match[3] else default_port
    if not match or port is None or not 0 < port < 65536:
        raise ValueError("malformed authority")
    return match[1] or match[2], port

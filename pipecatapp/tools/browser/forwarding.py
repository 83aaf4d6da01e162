"""Requests and responses as a forward proxy passes them on."""

import re

import h11

_PROXY_TARGET = re.compile(rb"http://([^/?#]+)([^#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@/\s]+))(?::(\d{1,5}))?", re.IGNORECASE)
_ONE_HOP = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"proxy-authenticate")
) | {b"proxy-authorization", b"proxy-connection"}
"""Headers that are for the next hop and no further (RFC 9110, section 7.6.1)."""


def request_for_origin(request: h11.Request) -> tuple[bytes, h11.Request]:
    """Return the authority that a request to the proxy is for, and the request to send there.

    Raises:
        ValueError: The target is not an `http` URL, or the length of the body is unknown.
        h11.LocalProtocolError: The `Host` header is missing.
    """
    match = _PROXY_TARGET.fullmatch(request.target)
    if not match or header(request, b"transfer-encoding") is not None:
        raise ValueError("not a request that this proxy forwards")
    path = match[2] if match[2].startswith(b"/") else b"/" + match[2]
    return match[1], h11.Request(method=request.method, target=path, headers=_closing(request))


def response_for_browser(response: h11.Response) -> h11.Response:
    """Return a server's response as the last one on the browser's connection.

    Without that Chromium would send its next request, to whatever host, on this connection.
    """
    return h11.Response(
        status_code=response.status_code,
        reason=response.reason,
        headers=_closing(response),
    )


def header(message: h11.Request | h11.Response, name: bytes) -> bytes | None:
    """Return the value of the first header of a name, which is lower case, or None."""
    return next((value for found, value in message.headers if found == name), None)


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


def _closing(message: h11.Request | h11.Response) -> list[tuple[bytes, bytes]]:
    """Return the headers that go further, and one that has the connection closed afterwards."""
    headers = message.headers.raw_items()
    kept = [(name, value) for name, value in headers if name.lower() not in _ONE_HOP]
    return [*kept, (b"Connection", b"close")]

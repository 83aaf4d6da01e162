"""HTTP connections to model servers."""

import socket

import httpx2

from pipecatapp.runtime.health_check import NO_AUTHORITIES

CONNECT_SECS = 2.0
READ_SECS = 120.0
"""How long a server may read a prompt before its first token."""

KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]
"""A machine without power is noticed after 5 s, as its kernel does not answer these probes. That
of a slow machine does, however long llama-server reads."""


def http_client(url: str, *, external: bool) -> httpx2.AsyncClient:
    """Return a client for a server; nothing is connected yet.

    Connections are not kept: llama-server closes idle ones after five seconds, and a request on one
    that is just being closed is lost. Within a house a new connection costs nothing.

    Args:
        url: The address of the server, or one of its addresses if it moves.
        external: Whether the server is outside the house. A proxy that the environment names is
            used for such a server alone.
    """
    limits = httpx2.Limits(max_keepalive_connections=0)
    timeout = httpx2.Timeout(READ_SECS, connect=CONNECT_SECS)
    if external:
        return httpx2.AsyncClient(limits=limits, timeout=timeout)
    transport = httpx2.AsyncHTTPTransport(
        verify=NO_AUTHORITIES if url.startswith("http://") else True,
        limits=limits,
        socket_options=KEEPALIVE,
    )
    return httpx2.AsyncClient(transport=transport, timeout=timeout, trust_env=False)

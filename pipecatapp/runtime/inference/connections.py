"""HTTP connections to model servers."""

import socket
import ssl

import httpx2

CONNECT_SECS = 2.0
READ_SECS = 120.0
"""How long a server may read a prompt before its first token."""

KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]
"""A machine that loses its power says nothing: its kernel's silence is noticed after 5 s. One that
is only slow answers these probes however long it reads."""
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Reading those of the system holds up every conversation for 50 ms: plain HTTP needs none."""


def http_client(url: str, *, external: bool) -> httpx2.AsyncClient:
    """Return a client for a server; nothing is connected yet.

    Connections are not kept: llama-server closes idle ones after five seconds, and a request on one
    that is just being closed is lost. In one house a new one costs nothing.

    Args:
        url: Where the server is, or one of its addresses where it moves.
        external: Whether it is outside the house. Only such a one may be reached through a proxy
            of the environment's, which leads out of the house.
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

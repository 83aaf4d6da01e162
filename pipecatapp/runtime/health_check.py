"""Health checks: a server that can serve answers a GET with status 200, over plain HTTP."""

import ssl

import httpx2

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Reading the system's authorities holds up every conversation for 50 ms; plain HTTP needs none."""


def health_client() -> httpx2.AsyncClient:
    """Return a client for health checks, for plain HTTP only."""
    # A proxy that the environment names is for addresses outside the house.
    return httpx2.AsyncClient(trust_env=False, verify=NO_AUTHORITIES)


async def is_healthy(client: httpx2.AsyncClient, url: str, seconds: float) -> bool:
    """Return whether a server answers its health check; False too if it cannot be reached.

    Args:
        client: From `health_client`.
        url: Of the health check.
        seconds: How long each step of the request may take.
    """
    try:
        answer = await client.get(url, timeout=seconds)
    except httpx2.HTTPError:
        return False
    return answer.status_code == httpx2.codes.OK

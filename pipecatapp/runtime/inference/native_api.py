"""What only llama-server offers beside OpenAI's API: its properties, and slots on its disk."""

from typing import Any, Protocol

import httpx2

DISK_SECS = 30.0
"""Enough for an old disk to write some tens of MiB."""
PROPERTIES_SECS = 2.0


class Endpoint(Protocol):
    """The address and key of a server; both are read for each request."""

    @property
    def url(self) -> str:
        """Base URL without `/v1`; for an external server that of its API."""

    @property
    def api_key(self) -> str:
        """The key that it asks for."""


class NativeApi:
    """The endpoints of one llama-server that OpenAI's API does not have.

    Args:
        server: The server.
        http: The client for its requests.
    """

    def __init__(self, server: Endpoint, http: httpx2.AsyncClient):
        self._server = server
        self._http = http

    async def save_slot(self, slot: int, file: str) -> bool:
        """Save a slot's prompt on the server's disk, and return whether it was saved.

        Raises:
            httpx2.HTTPError: The server did not answer.
        """
        return await self._act("save", slot, file)

    async def restore_slot(self, slot: int, file: str) -> bool:
        """Restore a slot's prompt from the server's disk, and return whether there was one.

        Raises:
            httpx2.HTTPError: The server did not answer.
        """
        return await self._act("restore", slot, file)

    async def model(self) -> dict[str, Any]:
        """Return what the server says about its model: `id`, and `meta` about its file.

        Raises:
            httpx2.HTTPError: The server did not answer, or refused.
            LookupError: The server has no model.
        """
        models: list[dict[str, Any]] = (await self._get("/v1/models", DISK_SECS))["data"]
        return models[0]

    async def properties(self) -> dict[str, Any]:
        """Return what the server says about itself, such as `total_slots`.

        Raises:
            httpx2.HTTPError: The server did not answer, or refused.
            ValueError: The answer is no JSON.
        """
        found: dict[str, Any] = await self._get("/props", PROPERTIES_SECS)
        return found

    async def _act(self, action: str, slot: int, file: str) -> bool:
        answer = await self._http.post(
            f"{self._server.url}/slots/{slot}",
            params={"action": action},
            json={"filename": file},
            headers=self._headers,
            timeout=DISK_SECS,
        )
        return answer.status_code == httpx2.codes.OK

    async def _get(self, path: str, seconds: float) -> Any:
        url = f"{self._server.url}{path}"
        answer = await self._http.get(url, headers=self._headers, timeout=seconds)
        return answer.raise_for_status().json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._server.api_key}"}

"""The OpenAI client of a model server, which follows the server where it moves."""

import httpx2
from openai import AsyncOpenAI
from openai.resources.chat import AsyncCompletions

from pipecatapp.runtime.inference.model_server import ModelServer


class ModelClient:
    """A client that fails fast: a restart is waited for by its user, not by blind retries.

    Connections are not kept: llama-server closes idle ones after five seconds, and a request
    on a connection that is just being closed is lost. In one house a new one costs nothing.
    """

    def __init__(self, server: ModelServer):
        """Make a client; nothing is connected yet."""
        self._server = server
        self._client = AsyncOpenAI(
            api_key=server.api_key,
            base_url=f"{server.url}/v1",
            max_retries=0,
            http_client=httpx2.AsyncClient(
                timeout=httpx2.Timeout(120.0, connect=2.0),
                limits=httpx2.Limits(max_keepalive_connections=0),
                trust_env=False,
            ),
        )

    @property
    def completions(self) -> AsyncCompletions:
        """What completes chats, where the server is now."""
        self._client.base_url = f"{self._server.url}/v1"
        self._client.api_key = self._server.api_key
        return self._client.chat.completions

    async def close(self) -> None:
        """Release the connections."""
        await self._client.close()

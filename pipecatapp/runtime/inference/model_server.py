"""The interface of the server that runs the language model."""

from typing import Protocol


class ModelServer(Protocol):
    """An OpenAI-compatible llama-server, wherever it runs."""

    @property
    def url(self) -> str:
        """Base URL without `/v1`; it changes if the server moves."""

    @property
    def api_key(self) -> str:
        """The key that the server asks for."""

    @property
    def slots(self) -> int:
        """How many slots the server has, at least one."""

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until the server answers; one that has died is being restarted.

        Args:
            timeout: How many seconds to wait at most.

        Returns:
            Whether the server is healthy now.
        """

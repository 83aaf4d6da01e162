"""What the twin needs to know of the server that runs its model."""

from typing import Protocol


class ModelServer(Protocol):
    """An OpenAI-compatible llama-server, wherever it runs."""

    @property
    def url(self) -> str:
        """Base URL, without `/v1`; another one where the server has moved."""

    @property
    def api_key(self) -> str:
        """The key it asks for."""

    @property
    def slots(self) -> int:
        """How many prompts it keeps, at least one."""

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until it answers, having it started again where it died.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether it is healthy now.
        """

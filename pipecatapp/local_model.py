"""The llama-server that the agent runs itself, as the twin sees it."""

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.runtime.llama_server import LlamaServer
from pipecatapp.runtime.orchestrator import LocalOrchestrator

LLAMA_JOB = "llamacpp-rpc"
"""The default expert's job, named as in the cluster."""


class LocalModelServer:
    """A `ModelServer` whose process is a child of this one."""

    def __init__(self, server: LlamaServer, orchestrator: LocalOrchestrator):
        self._server = server
        self._orchestrator = orchestrator

    @property
    def url(self) -> str:
        """Base URL, without `/v1`."""
        return self._server.url

    @property
    def api_key(self) -> str:
        """The key it asks for."""
        return self._server.api_key

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until it answers again; the orchestrator restarts it by itself.

        Args:
            timeout: Seconds to wait at most.
        """
        try:
            await self._orchestrator.wait_healthy(LLAMA_JOB, timeout)
        except UserError as error:
            logger.warning(str(error))
            return False
        return True

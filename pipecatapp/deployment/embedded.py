"""Embedded mode: the agent fetches its models and runs llama-server as a child process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from loguru import logger

from pipecatapp.deployment.deployment import LLAMA_JOB, result_of
from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.added import AddedServers
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.slots import API_SLOTS, OTHER_SLOTS
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.setup import EmbeddedSetup, InstalledModels, set_up
from pipecatapp.settings import Settings
from pipecatapp.twin.history.personas import load_persona

STARTING_SECS = 300.0


class LocalModelServer:
    """A `ModelServer` that runs as a child of this process."""

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

    @property
    def slots(self) -> int:
        """How many prompts it keeps."""
        return self._server.slots

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - a bound, not a scope
        """Wait until it answers again; the orchestrator restarts it.

        Args:
            timeout: Seconds to wait at most.
        """
        try:
            await self._orchestrator.wait_healthy(LLAMA_JOB, timeout)
        except UserError as error:
            logger.warning(str(error))
            return False
        return True


class EmbeddedDeployment:
    """A `Deployment` with everything on this machine."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._prepared: EmbeddedSetup | None = None
        self._orchestrator: LocalOrchestrator | None = None
        self._experts: AddedServers | None = None

    async def prepare(self) -> InstalledModels:
        """Build and fetch what is missing.

        Raises:
            UserError: Building or fetching failed; the message says what to do.
        """
        # An unusable persona is reported before anything is built.
        load_persona(self.settings.prompts)
        self._prepared = await asyncio.to_thread(set_up, self.settings)
        return self._prepared

    async def start(self) -> ModelServer:
        """Start llama-server and supervise it from now on."""
        slots = self.settings.llm_slots + OTHER_SLOTS + API_SLOTS
        settings = self.settings.model_copy(update={"llm_slots": slots})
        server = LlamaServer(self._setup.llama, self._setup.llm.path, settings, name=LLAMA_JOB)
        self._orchestrator = LocalOrchestrator([server.spec()], self.settings.log_dir)
        await self._orchestrator.start(LLAMA_JOB)
        self._experts = AddedServers(self.settings, self._setup.llama)
        self._experts.start()
        return LocalModelServer(server, self._orchestrator)

    async def ready(self) -> None:
        """Wait until llama-server answers.

        Raises:
            UserError: It keeps ending, or does not answer in time.
        """
        await self._jobs.wait_healthy(LLAMA_JOB, STARTING_SECS)

    async def fresh_servers(self) -> AsyncIterator[None]:
        """Yield each time llama-server answers for the first time after a start."""
        restarts = -1
        while True:
            restarts = await self._wait_for_start(other_than=restarts)
            yield

    async def _wait_for_start(self, other_than: int) -> int:
        """Wait until llama-server is healthy with another count of restarts; return that."""
        status = await self._jobs.wait_for(
            LLAMA_JOB, lambda status: status.healthy and status.restarts != other_than
        )
        return status.restarts

    async def health(self) -> str | None:
        """Return None if llama-server answers, otherwise its state."""
        status = await self._jobs.status(LLAMA_JOB)
        return None if status.healthy else f"The language model is {status.state.value}."

    async def status_fields(self) -> dict[str, Any]:
        """Return the CPU's level, and the language model and its state."""
        job = await self._jobs.status(LLAMA_JOB)
        return {
            "cpu_level": self._setup.llama.level.value,
            "llm": {
                "model": self._setup.llm.name,
                "reason": self._setup.llm.reason,
                "state": job.state.value,
                "restarts": job.restarts,
            },
        }

    async def close(self) -> None:
        """Stop all llama-servers."""
        if self._experts:
            await self._experts.close()
        if self._orchestrator:
            await self._orchestrator.close()

    @property
    def _setup(self) -> EmbeddedSetup:
        return result_of("prepare", self._prepared)

    @property
    def _jobs(self) -> LocalOrchestrator:
        return result_of("start", self._orchestrator)

"""One machine: the agent has its models fetched, and runs llama-server as its child."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from loguru import logger

from pipecatapp.deployment.deployment import LLAMA_JOB, OTHER_SLOTS, result_of
from pipecatapp.deployment.slot_plan import CALLERS_SLOTS
from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.added import AddedServers
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.setup import Equipment, Prepared, set_up
from pipecatapp.settings import Settings
from pipecatapp.twin.history.personas import load_persona

STARTING_SECS = 300.0


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

    @property
    def slots(self) -> int:
        """How many prompts it keeps."""
        return self._server.slots

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


class EmbeddedDeployment:
    """A `Deployment` that has everything on this machine."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._prepared: Prepared | None = None
        self._orchestrator: LocalOrchestrator | None = None
        self._experts: AddedServers | None = None

    async def prepare(self) -> Equipment:
        """Build and fetch what is missing.

        Raises:
            UserError: Something cannot be had; the message says what to do.
        """
        # A persona that cannot be used is told of before anything is built.
        load_persona(self.settings.prompts)
        self._prepared = await asyncio.to_thread(set_up, self.settings)
        return self._prepared

    async def start(self) -> ModelServer:
        """Start llama-server; it is supervised from now on."""
        slots = self.settings.llm_slots + OTHER_SLOTS + CALLERS_SLOTS
        settings = self.settings.model_copy(update={"llm_slots": slots})
        server = LlamaServer(self._has.llama, self._has.llm.path, settings, name=LLAMA_JOB)
        self._orchestrator = LocalOrchestrator([server.spec()], self.settings.log_dir)
        await self._orchestrator.start(LLAMA_JOB)
        self._experts = AddedServers(self.settings, self._has.llama)
        self._experts.start()
        return LocalModelServer(server, self._orchestrator)

    async def ready(self) -> None:
        """Wait until llama-server answers.

        Raises:
            UserError: It keeps ending, or does not answer in time.
        """
        await self._runs.wait_healthy(LLAMA_JOB, STARTING_SECS)

    async def fresh_servers(self) -> AsyncIterator[None]:
        """Yield whenever llama-server answers for the first time after its start."""
        starts = -1
        while True:
            starts = await self._started_again(starts)
            yield

    async def _started_again(self, starts: int) -> int:
        """Wait until it answers after another start than that one, and return which."""
        status = await self._runs.wait_for(
            LLAMA_JOB, lambda status: status.healthy and status.restarts != starts
        )
        return status.restarts

    async def health(self) -> str | None:
        """Return None where llama-server answers, else how it is."""
        status = await self._runs.status(LLAMA_JOB)
        return None if status.healthy else f"The language model is {status.state.value}."

    async def shown(self) -> dict[str, Any]:
        """Return the processor's level, and how the language model is."""
        job = await self._runs.status(LLAMA_JOB)
        return {
            "cpu_level": self._has.llama.level.value,
            "llm": {
                "model": self._has.llm.name,
                "reason": self._has.llm.reason,
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
    def _has(self) -> Prepared:
        return result_of("prepare", self._prepared)

    @property
    def _runs(self) -> LocalOrchestrator:
        return result_of("start", self._orchestrator)

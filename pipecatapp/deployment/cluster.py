"""Cluster mode: Nomad runs the language model, Consul finds it, Ansible has brought the models."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from pipecatapp.deployment.cluster_model import ClusterModelServer
from pipecatapp.deployment.deployment import LLAMA_JOB, result_of
from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import live_members
from pipecatapp.runtime.cluster.nomad import ANSWER_SECS, NomadClient
from pipecatapp.runtime.cluster.prompt_mirror import PromptMirror
from pipecatapp.runtime.cpu import cpu_level, read_cpu_flags
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.slots import OTHER_SLOTS
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.speech import stt_candidates, tts_model, voice_file
from pipecatapp.runtime.process.job import JobStatus
from pipecatapp.runtime.setup import InstalledModels
from pipecatapp.settings import Settings
from pipecatapp.twin.history.personas import load_persona

NOT_THERE_YET = "The language model is not there yet."
ARRIVAL_SECS = 60.0
"""How long a language model may take to answer after Consul has found it."""


class ClusterDeployment:
    """A `Deployment` that finds the language model and the files of the others."""

    def __init__(self, settings: Settings):
        prompts = settings.home / "prompts"
        self.settings = settings.model_copy(update={"prompts": prompts})
        self._mirror = PromptMirror(settings, settings.prompts, prompts)
        self._nomad = NomadClient(settings)
        self._server: ClusterModelServer | None = None

    async def prepare(self) -> InstalledModels:
        """Fetch the personas from Consul and find the models; no model is downloaded.

        Raises:
            UserError: A model is missing, the persona is unusable, or the state directory cannot be
                written.
        """
        try:
            await asyncio.to_thread(self._mirror.open)
        except OSError as error:
            raise UserError(
                f"The personas cannot be kept in {self.settings.prompts} ({error.strerror})"
            ) from error
        load_persona(self.settings.prompts)
        return await asyncio.to_thread(find_installed_models, self.settings)

    async def start(self) -> ModelServer:
        """Begin to look for the language model.

        Raises:
            UserError: The key for it cannot be read.
        """
        self._server = ClusterModelServer(self.settings, self.settings.llm_slots + OTHER_SLOTS)
        await self._server.start()
        return self._server

    async def ready(self) -> None:
        """Return at once: the page does not wait for the language model."""

    async def fresh_servers(self) -> AsyncIterator[None]:
        """Yield each time the language model has started or moved, and answers."""
        async for _ in self._model_server.arrivals():
            if await self._model_server.wait_healthy(ARRIVAL_SECS):
                yield

    async def health(self) -> str | None:
        """Return None if the language model passes its checks, otherwise that it is not there."""
        return None if self._model_server.passing else NOT_THERE_YET

    async def status_fields(self) -> dict[str, Any]:
        """Return the state of the language model and the cluster, or what does not answer."""
        jobs, leader, members = await asyncio.gather(
            _or_not_reachable(self._jobs()),
            _or_not_reachable(self._nomad.leader()),
            _or_not_reachable(self._members()),
        )
        return {
            "cpu_level": cpu_level(read_cpu_flags()).value,
            "llm": self._llm(),
            "cluster": {"jobs": jobs, "nomad_leader": leader, "consul_members": members},
        }

    async def close(self) -> None:
        """Stop following Consul."""
        self._mirror.close()
        if self._server:
            self._server.close()

    def _llm(self) -> dict[str, Any]:
        server, instance = self._model_server, self._model_server.instance
        meta = instance.meta if instance else {}
        return {
            "model": meta.get("model"),
            "reason": f"served by the job {meta.get('job', LLAMA_JOB)}" if instance else None,
            "state": "healthy" if server.passing else "not there yet",
            "node": instance.node if instance else None,
            "slots": server.slots,
            # While Consul does not answer, its last answer stays in use.
            "stale": server.stale,
        }

    async def _jobs(self) -> list[dict[str, Any]]:
        return [_job(status) for status in await self._nomad.jobs()]

    async def _members(self) -> int:
        return await asyncio.to_thread(live_members, self.settings, ANSWER_SECS)

    @property
    def _model_server(self) -> ClusterModelServer:
        return result_of("start", self._server)


def find_installed_models(settings: Settings) -> InstalledModels:
    """Return the speech models and the embedder of this node.

    Raises:
        UserError: One of them is missing.
    """
    catalogue = Catalogue.load(settings.catalogue)
    stt = [model for model in stt_candidates(catalogue, settings) if _is_there(model, settings)]
    if not stt:
        raise _missing("speech recognition", stt_candidates(catalogue, settings)[-1], settings)
    tts = tts_model(catalogue, settings)
    embedder = catalogue.models("embedding")[0]
    for what, model in (("the voice", tts), ("sentence embedding", embedder)):
        if model and not _is_there(model, settings):
            raise _missing(what, model, settings)
    voice = voice_file(tts.directory(settings.models_dir)) if tts else None
    return InstalledModels(stt, voice, embedder.directory(settings.models_dir))


def _is_there(model: CatalogueModel, settings: Settings) -> bool:
    directory = model.directory(settings.models_dir)
    return all((directory / file.filename).is_file() for file in model.files)


def _missing(what: str, model: CatalogueModel, settings: Settings) -> UserError:
    return UserError(
        f"The model of {what}, {model.name}, is not in {settings.models_dir} (PIPECATAPP_MODELS): "
        "run `ansible-playbook playbook.yaml`, which brings it to every node."
    )


def _job(status: JobStatus) -> dict[str, Any]:
    return {"name": status.name, "state": status.state.value, "nodes": list(status.nodes)}


async def _or_not_reachable(answer: Awaitable[Any]) -> Any:
    """Return an answer, or "not reachable" if it does not come in time."""
    try:
        async with asyncio.timeout(ANSWER_SECS + 0.5):
            return await answer
    except (UserError, TimeoutError):
        return "not reachable"

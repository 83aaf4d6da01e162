"""Experts that `pipecatapp experts` added on this machine, whose servers the agent runs.

PIPECATAPP_HOME/experts/added/NAME.yaml names an expert's model. While its llama-server answers,
NAME.yaml one directory above says where, for `LocalDirectory`.
"""

import asyncio
import json
import re
from pathlib import Path

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.local import FOLDER
from pipecatapp.experts.expert import EXPERT_NAME, LONGEST_DESCRIPTION
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.quantize import ensure_quantized, gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.settings import Settings

SLOTS = 2
STARTING_SECS = 600.0
"""Enough for an old disk to read a model for the first time."""
LOOK_SECS = 1.0


class AddedExpert(BaseModel):
    """An expert that was added: the file of its name."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1, max_length=200)
    description: str | None = Field(None, min_length=1, max_length=LONGEST_DESCRIPTION)


class AddedExperts:
    """The files of the experts that were added.

    Args:
        home: The state directory.
    """

    def __init__(self, home: Path):
        self._folder = home / FOLDER / "added"

    def all(self) -> dict[str, AddedExpert]:
        """Return the experts by name; the log names files that cannot be used."""
        found = {}
        for path in sorted(self._folder.glob("*.yaml")):
            try:
                found[path.stem] = read_yaml(path, AddedExpert)
            except UserError as error:
                logger.error(f"{error} That expert is left out.")
        return found

    def add(self, name: str, added: AddedExpert) -> None:
        """Add an expert, or replace the one of that name.

        Raises:
            UserError: An expert cannot have that name.
        """
        if not re.fullmatch(EXPERT_NAME, name) or name in ("main", "router"):
            raise UserError(
                f"An expert cannot be called {name!r}: small letters, digits, - and _, such as "
                "creative; main and router are the twin itself"
            )
        text = json.dumps(added.model_dump(exclude_none=True))  # JSON is YAML, too
        write_atomic(self._folder / f"{name}.yaml", text + "\n")

    def remove(self, name: str) -> None:
        """Remove an expert.

        Raises:
            UserError: No expert of that name was added.
        """
        try:
            (self._folder / f"{name}.yaml").unlink()
        except FileNotFoundError:
            names = ", ".join(self.all()) or "none"
            raise UserError(f"No expert {name!r} was added here: there is {names}") from None


class AddedServers:
    """Runs the llama-servers of the experts that were added, from `start` to `close`.

    Args:
        settings: The directories of models and state.
        llama: The build of llama.cpp to run.
    """

    def __init__(self, settings: Settings, llama: LlamaCpp):
        self._settings = settings
        self._llama = llama
        self._added = AddedExperts(settings.home)
        self._running: dict[str, tuple[AddedExpert, asyncio.Task[None]]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch the files."""
        self._task = asyncio.create_task(self._watch(), name="added experts")

    async def close(self) -> None:
        """End all servers."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
        for name in list(self._running):
            await self._end(name)

    async def _watch(self) -> None:
        while True:
            wanted = await asyncio.to_thread(self._added.all)
            for name, (added, _) in list(self._running.items()):
                if wanted.get(name) != added:
                    await self._end(name)
            for name, added in wanted.items():
                if name not in self._running:
                    task = asyncio.create_task(self._run(name, added), name=f"expert {name}")
                    self._running[name] = (added, task)
            await asyncio.sleep(LOOK_SECS)

    async def _end(self, name: str) -> None:
        _, task = self._running.pop(name)
        task.cancel()
        await asyncio.wait({task})

    async def _run(self, name: str, added: AddedExpert) -> None:
        """Run an expert's server until this is cancelled; its supervisor restarts it."""
        entry = self._settings.home / FOLDER / f"{name}.yaml"
        try:
            gguf = await asyncio.to_thread(self._fetched, added.model)
            settings = self._settings.model_copy(update={"llm_slots": SLOTS, "llm_port": 0})
            job = f"expert-{name}"
            server = LlamaServer(self._llama, gguf, settings, name=job, alias=added.model)
            async with LocalOrchestrator([server.spec()], settings.log_dir) as jobs:
                await jobs.start(job)
                await jobs.wait_healthy(job, STARTING_SECS)
                await asyncio.to_thread(write_atomic, entry, self._entry(server, added))
                logger.info(f"The {name} expert answers with {added.model}")
                await asyncio.Event().wait()
        except UserError as error:
            logger.error(f"The {name} expert does not run: {error}")
            await asyncio.Event().wait()  # until its file changes
        finally:
            entry.unlink(missing_ok=True)

    def _fetched(self, name: str) -> Path:
        model, progress = Catalogue.load(self._settings.catalogue).get(name), Progress()
        gguf = gguf_of(model, ensure_model(model, self._settings, progress))
        return ensure_quantized(gguf, self._llama, progress)

    def _entry(self, server: LlamaServer, added: AddedExpert) -> str:
        instance = {"url": server.url, "slots": server.slots, "key_file": str(server.key_file)}
        about = {"model": added.model, "context": self._settings.llm_context}
        if added.description:
            about["description"] = added.description
        return json.dumps({**about, "instances": [instance]}) + "\n"

"""The llama-server job: one model behind an OpenAI-compatible API on 127.0.0.1."""

import secrets
import socket
from pathlib import Path

from pipecatapp.runtime.cpu import physical_cores
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.process.job import JobSpec
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.settings import Settings

HOST = "127.0.0.1"
# For prompts that are in no slot now; llama-server's own default is 8 GiB.
PROMPT_CACHE_MIB = 256
# After the history was cut, runs of at least so many tokens are shifted instead of prefilled.
REUSED_RUN_TOKENS = 64


class LlamaServer:
    """llama-server with one model; port and API key stay the same when it is restarted.

    Args:
        llama: The build to run.
        model: The GGUF file.
        settings: Context per slot, number of slots, port (0: any free one) and state directory.
        name: The job's name.
        alias: The model's name in the API; by default the file's name without its ending.
        mmproj: The file of the projector that brings images into a vision model.
    """

    def __init__(
        self,
        llama: LlamaCpp,
        model: Path,
        settings: Settings,
        *,
        name: str = "llama-server",
        alias: str | None = None,
        mmproj: Path | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.alias = alias or model.stem
        self.port = settings.llm_port or free_port()
        self.api_key = secrets.token_urlsafe(32)
        self._mmproj = mmproj
        self._llama = llama
        self._settings = settings
        self.key_file = settings.home / "run" / f"{name}.key"
        self._saved = settings.home / "prefixes"

    @property
    def url(self) -> str:
        """Base URL of the server; its OpenAI-compatible API is below /v1."""
        return f"http://{HOST}:{self.port}"

    @property
    def slots(self) -> int:
        """How many prompts it keeps."""
        return self._settings.llm_slots

    def spec(self) -> JobSpec:
        """Write the API key to a file that only this user can read, and return the job."""
        # In a file, as every user of the machine can read the arguments of a process.
        write_atomic(self.key_file, self.api_key + "\n", mode=0o600)
        self._saved.mkdir(mode=0o700, parents=True, exist_ok=True)
        return JobSpec(self.name, tuple(self._command()), f"{self.url}/health")

    def _command(self) -> list[str]:
        slots = self.slots
        threads = str(physical_cores())
        options = {
            "--model": str(self.model),
            "--alias": self.alias,
            "--host": HOST,
            "--port": str(self.port),
            "--api-key-file": str(self.key_file),
            "--ctx-size": str(self._settings.llm_context * slots),
            "--parallel": str(slots),
            "--threads": threads,
            "--threads-batch": threads,
            "--flash-attn": "auto",
            "--cache-ram": str(PROMPT_CACHE_MIB),
            "--cache-reuse": str(REUSED_RUN_TOKENS),
            "--fit": "off",
            "--log-colors": "off",
            "--slot-save-path": str(self._saved),
        }
        switches = ["--metrics", "--slots", "--no-webui", "--offline"]
        if self._mmproj:
            options["--mmproj"] = str(self._mmproj)
            options["--cache-ram"] = "0"  # no two pictures are the same
            # Moondream2's template is only the word "vicuna". As a Jinja template that would be the
            # whole prompt, without the image, and the request would fail.
            switches.append("--no-jinja")
        else:
            switches.append("--jinja")
        pairs = [word for option in options.items() for word in option]
        return [str(self._llama.server), *pairs, *switches]


def free_port() -> int:
    """Return a TCP port of the loopback interface that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port

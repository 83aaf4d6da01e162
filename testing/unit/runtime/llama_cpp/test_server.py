import stat
from itertools import pairwise
from pathlib import Path

import pytest

from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.server import LlamaServer, free_port
from pipecatapp.settings import Settings

LLAMA = LlamaCpp("1", CpuLevel.CORE2, Path("/opt/llama/bin"))
MODEL = Path("/models/small/small-q4_0.gguf")


def options(server: LlamaServer) -> dict[str, str]:
    """Return the options of the command that have a value."""
    command = server.spec().command
    return {name: value for name, value in pairwise(command) if name.startswith("--")}


def test_the_context_is_for_all_slots_and_the_key_is_in_a_private_file(settings: Settings) -> None:
    server = LlamaServer(
        LLAMA, MODEL, settings.model_copy(update={"llm_slots": 5, "llm_context": 2048})
    )
    given = options(server)
    assert (given["--ctx-size"], given["--parallel"]) == ("10240", "5")
    assert (given["--host"], given["--port"]) == ("127.0.0.1", str(server.port))
    assert (given["--model"], given["--alias"]) == (str(MODEL), "small-q4_0")
    assert server.api_key not in server.spec().command
    key_file = Path(given["--api-key-file"])
    assert key_file.read_text() == f"{server.api_key}\n"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(given["--slot-save-path"]).stat().st_mode) == 0o700


def test_the_job_is_called_and_checked_as_the_server_is(settings: Settings) -> None:
    server = LlamaServer(LLAMA, MODEL, settings, name="expert-biology", alias="biology")
    job = server.spec()
    assert job.name == "expert-biology"
    assert job.health_url == f"{server.url}/health"
    assert job.command[0] == "/opt/llama/bin/llama-server"
    assert options(server)["--alias"] == "biology"


def test_a_vision_model_has_its_projector_and_no_template(settings: Settings) -> None:
    projector = Path("/models/moondream/mmproj.gguf")
    server = LlamaServer(LLAMA, MODEL, settings, mmproj=projector)
    assert options(server)["--mmproj"] == str(projector)
    assert "--no-jinja" in server.spec().command
    assert "--jinja" in LlamaServer(LLAMA, MODEL, settings).spec().command


@pytest.mark.parametrize("port", [0, 18080])
def test_a_port_that_is_set_is_used(settings: Settings, port: int) -> None:
    server = LlamaServer(LLAMA, MODEL, settings.model_copy(update={"llm_port": port}))
    assert server.port == port if port else server.port > 0


def test_a_free_port_can_be_used() -> None:
    assert 1024 <= free_port() <= 65535

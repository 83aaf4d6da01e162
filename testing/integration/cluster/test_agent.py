"""A whole agent in cluster mode: a real Consul, a real llama-server that comes late and moves."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipecatapp.deployment.cluster_model import SERVICE
from pipecatapp.runtime.cluster.prompt_mirror import PREFIX
from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import Consul, Program, until
from testing.integration.conftest import RunningAgent

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

MODEL = "smollm2-135m-instruct"
KEY = "a-key-of-the-cluster"
ROUTER = Settings().prompts / "router.txt"
META = {"model": MODEL, "ctx": "4096", "job": "llamacpp-rpc", "slots": "3"}


@pytest.fixture
def llama_server(tmp_path: Path) -> Iterator[Callable[[], int]]:
    """Starts a llama-server as the cluster's job does, and returns its port."""
    prepared = Settings()
    servers = sorted(prepared.llama_dir.glob("*/bin/llama-server"))
    models = sorted((prepared.models_dir / MODEL).glob("*.gguf"))
    if not servers or not models:
        pytest.skip(f"There is no llama-server, or no {MODEL}: `pipecatapp setup`")
    key_file = tmp_path / "llama.key"
    key_file.write_text(KEY)
    running: list[Program] = []

    def start() -> int:
        for program in running:
            program.stop(kill=True)
        port = free_port()
        command = [str(servers[-1]), "--model", str(models[0]), "--host", "127.0.0.1"]
        command += ["--port", str(port), "--api-key-file", str(key_file), "--parallel", "3"]
        command += ["--ctx-size", "12288", "--threads", "2", "--jinja", "--no-webui", "--slots"]
        url = f"http://127.0.0.1:{port}"
        program = Program(command, url, "/health", tmp_path / "llama.log")
        running.append(program)
        program.start()
        return port

    yield start
    for program in running:
        program.stop(kill=True)


@pytest.fixture
def cluster_agent(
    consul: Consul, start_agent: Callable[..., RunningAgent], tmp_path: Path
) -> RunningAgent:
    key_file = tmp_path / "llama.key"
    key_file.write_text(KEY)
    for path in ROUTER.parent.iterdir():
        consul.write(PREFIX + path.name, path.read_bytes())
    home = tmp_path / "home"
    home.mkdir()
    return start_agent(
        home=home,
        PIPECATAPP_MODE="cluster",
        PIPECATAPP_MODELS=str(Settings().models_dir),
        PIPECATAPP_PUBLIC_URL="http://node1:8000",
        PIPECATAPP_PUBLIC_HOSTS="node1,node2",
        CONSUL_HTTP_ADDR=consul.address,
        LLAMA_API_KEY_FILE=str(key_file),
        STT_MODEL="faster-whisper-tiny.en",
    )


def health(agent: RunningAgent) -> dict[str, Any]:
    answer = httpx.get(agent.url + "/health", trust_env=False)
    assert answer.status_code == 200
    return dict(answer.json())


def chat(agent: RunningAgent, text: str) -> str:
    run = subprocess.run(
        [Path(sys.executable).with_name("pipecatapp"), "chat", text],
        env={**os.environ, "PIPECATAPP_HOME": str(agent.home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_page_comes_first_the_model_later_and_where_it_moves_it_is_followed(
    cluster_agent: RunningAgent, consul: Consul, llama_server: Callable[[], int]
) -> None:
    agent = cluster_agent
    assert health(agent) == {
        "status": "waiting",
        "reason": "The language model is not there yet.",
    }
    key = agent.new_key()
    status = agent.ask("/api/status", key)
    assert status["llm"]["state"] == "not there yet"
    assert status["cluster"] == {
        "jobs": "not reachable", "nomad_leader": "not reachable", "consul_members": 1
    }  # fmt: skip
    assert agent.children() == []
    # A turn is answered all the same, with a sentence that says so.
    assert chat(agent, "Hello, who are you?").strip()

    check: dict[str, Any] = {"Interval": "1s", "Timeout": "1s"}
    for _ in range(2):
        port = llama_server()
        url = f"http://127.0.0.1:{port}"
        consul.register(SERVICE, port, META, HTTP=f"{url}/health", **check)
        until(lambda: health(agent) == {"status": "ok"}, 30.0)
        assert chat(agent, "Hello, who are you?").strip()
        shown = agent.ask("/api/status", key)["llm"]
        assert (shown["model"], shown["state"], shown["slots"]) == (MODEL, "healthy", 3)
        answered = httpx.get(
            f"{url}/slots", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False
        ).json()
        assert any(slot.get("id_task", -1) != -1 for slot in answered), answered
    assert_link_names_the_gateway(agent)
    agent.assert_untroubled()
    agent.stop()


def assert_link_names_the_gateway(agent: RunningAgent) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("pipecatapp"), "login-link"],
        env={**os.environ, "PIPECATAPP_HOME": str(agent.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("http://node1:8000/login?token=")
    assert not any("token=" in line for line in agent.lines)


def test_a_model_that_is_missing_is_one_line(consul: Consul, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    run = subprocess.run(
        [Path(sys.executable).with_name("pipecatapp"), "run"],
        env={
            **os.environ,
            "PIPECATAPP_HOME": str(tmp_path / "home"),
            "PIPECATAPP_PORT": "0",
            "PIPECATAPP_MODE": "cluster",
            "PIPECATAPP_MODELS": str(tmp_path / "models"),
            "CONSUL_HTTP_ADDR": consul.address,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert "playbook.yaml" in run.stderr.strip().splitlines()[-1]
    assert "Traceback" not in run.stderr

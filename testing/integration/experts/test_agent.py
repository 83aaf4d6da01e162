"""A running agent hands questions to an expert on its own llama-server, and gets by without it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.quantize import gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.settings import Settings
from testing.integration.conftest import SMALL_MODEL, RunningAgent
from testing.integration.experts.conftest import patient
from testing.integration.room import Room, connect

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

SOON = 180.0


@dataclass
class CodingServer:
    """A llama-server that belongs to the coding expert."""

    server: LlamaServer
    process: subprocess.Popen[bytes]
    home: Path

    def listed(self) -> str:
        """Return what its file says."""
        key_file = self.home / "run" / f"{self.server.name}.key"
        return (
            f"model: {SMALL_MODEL}\ncontext: 2048\ninstances:\n"
            f"  - url: {self.server.url}\n    slots: 2\n    key_file: {key_file}\n"
        )

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.server.url}/health", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def read(self) -> int:
        """Return how many tokens it has read so far."""
        headers = {"Authorization": f"Bearer {self.server.api_key}"}
        text = httpx.get(f"{self.server.url}/metrics", headers=headers, trust_env=False).text
        (line,) = (li for li in text.splitlines() if li.startswith("llamacpp:prompt_tokens_total"))
        return int(float(line.split()[1]))


def until(condition: Callable[[], Any], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.fixture
def coding(llama: LlamaCpp, tmp_path: Path) -> Iterator[CodingServer]:
    catalogue, settings = Catalogue.load(Settings().catalogue), Settings()
    model = next(m for m in catalogue.models("llm") if m.name == SMALL_MODEL)
    path = gguf_of(model, ensure_model(model, settings, Progress()))
    here = Settings(home=tmp_path, llm_context=2048, llm_slots=2)
    server = LlamaServer(llama, path, here, name="coding")
    process = subprocess.Popen(patient(server.spec()).command, stdout=subprocess.DEVNULL)
    running = CodingServer(server, process, tmp_path)
    until(running.answers, 120)
    yield running
    process.kill()
    process.wait()


async def ask(room: Room, words: str) -> tuple[str, dict[str, Any]]:
    """Type something; return the answer, and what it came to."""
    said, answered = len(room.reply()), len(room.told("timings"))
    await room.send("send-text", content=words, options={"audio_response": False})
    await room.until(lambda: len(room.told("timings")) > answered, SOON)
    return room.reply()[said:], room.told("action")[-1]["action"]


def experts(agent: RunningAgent, key: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in agent.ask("/api/status", key)["experts"]}


async def test_a_coding_question_goes_to_its_expert_and_the_next_one_does_not(
    agent: RunningAgent, key: str, coding: CodingServer
) -> None:
    file = agent.home / "experts" / "coding.yaml"
    write_atomic(file, coding.listed())
    until(lambda: experts(agent, key)["coding"]["addresses"], 5)
    async with connect(agent.url, key) as room:
        said, action = await ask(room, "Write a Python function that reverses a string.")
        assert action == {"kind": "expert", "name": "coding"}
        assert "def " in said
        assert coding.read() > 50
        # What people are shown later has the code as well, line by line.
        (kept,) = (p.read_text() for p in (agent.home / "conversations").glob("*.json") if key)
        logged = [entry["text"] for entry in json.loads(kept)["log"]][-1]
        assert "def " in logged
        assert "\n" in logged
        _, action = await ask(room, "and what is the capital of France")
        assert action == {"kind": "answer", "name": None}
        read = coding.read()
        # Its server dies: whoever is asked just now says so, and the twin answers.
        coding.process.kill()
        said, action = await ask(room, "Write a Python function that adds two numbers.")
        assert action == {"kind": "expert", "name": "coding"}
        assert said.strip()
        assert read > 50
        # Then the main server stands in, as before there was one of its own.
        until(lambda: experts(agent, key)["coding"]["shared"], 5)
        said, action = await ask(room, "Write a Python function that counts words.")
        assert action == {"kind": "expert", "name": "coding"}
        assert said.strip()
    file.unlink()
    agent.assert_untroubled()


async def test_an_expert_that_is_added_answers_and_one_that_is_removed_does_not(
    agent: RunningAgent, key: str
) -> None:
    run_cli(agent, "experts", "add", "poet", "--models", "smoke_models", "--description", "poems")
    until(lambda: experts(agent, key).get("poet", {}).get("addresses"), 60)
    body = {"model": "poet", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=SOON, trust_env=False, headers=headers) as client:
        answer = await client.post(f"{agent.url}/v1/chat/completions", json=body)
    assert answer.raise_for_status().json()["choices"][0]["message"]["content"]
    # Its persona is on the disk, for its next start.
    until(lambda: list((agent.home / "prefixes").glob("poet-*.prefix")), 30)
    run_cli(agent, "experts", "remove", "poet")
    until(lambda: "poet" not in experts(agent, key), 30)
    agent.assert_untroubled()


def run_cli(agent: RunningAgent, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pipecatapp.cli", *words],
        env={**os.environ, "PIPECATAPP_HOME": str(agent.home)},
        check=True,
        timeout=120,
    )

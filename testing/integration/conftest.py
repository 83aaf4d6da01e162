"""A real agent, with real models and a real llama-server, on the models of a prepared home.

The prepared home is PIPECATAPP_HOME, or the default one; what the tests write goes elsewhere.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.settings import Settings

SMALL_MODEL = "qwen2.5-coder-0.5b-instruct"
READY = "The twin is ready"
STARTING_SECONDS = 240
STOPPING_SECONDS = 30
SHARED = ("models", "llama.cpp", "state")


@dataclass
class RunningAgent:
    """A `pipecatapp run` of its own."""

    home: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)
    judged: int = 0

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self.read_log, daemon=True)

    def read_log(self) -> None:
        """Collect the log until the process ends; in a thread of its own."""
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line)
                if READY in line:
                    self.ready.set()
        self.ready.set()

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    @property
    def url(self) -> str:
        return (self.home / "auth" / "agent.url").read_text().strip()

    def new_key(self) -> str:
        """Return an API key, whose conversation is its own."""
        return KeyStore(self.home).add(f"test-{uuid4().hex[:12]}")

    def ask(self, path: str, key: str) -> Any:
        answer = httpx.get(self.url + path, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def llama_server(self) -> psutil.Process:
        (server,) = (p for p in self.children() if p.name() == "llama-server")
        return server

    def assert_untroubled(self) -> None:
        """See that the log tells of nothing unforeseen since this was last seen to."""
        signs = ("traceback", "| error ", "dangling")
        new, self.judged = self.lines[self.judged :], len(self.lines)
        found = [i for i, line in enumerate(new) if any(s in line.lower() for s in signs)]
        assert not found, "".join(new[max(0, found[0] - 3) : found[0] + 60])

    def stop(self) -> None:
        """Press Ctrl-C, and see that everything ends."""
        children = self.children()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(STOPPING_SECONDS) == 0, "".join(self.lines[-30:])
        # What has ended and only waits for init to take note of it counts as gone.
        assert [p for p in children if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


@pytest.fixture(scope="session")
def start_agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningAgent]]:
    prepared = Settings().home
    assert (prepared / "models").is_dir(), f"nothing is prepared in {prepared}: `pipecatapp setup`"
    started: list[RunningAgent] = []

    def start(*options: str, home: Path | None = None, **environment: str) -> RunningAgent:
        if home is None:
            home = tmp_path_factory.mktemp("home")
            for name in SHARED:
                (home / name).symlink_to(prepared / name, target_is_directory=True)
        process = subprocess.Popen(
            [Path(sys.executable).with_name("pipecatapp"), "run", *options],
            env={
                **os.environ,
                "PIPECATAPP_HOME": str(home),
                "PIPECATAPP_PORT": "0",
                "LLM_MODEL": SMALL_MODEL,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        agent = RunningAgent(home, process)
        started.append(agent)
        agent.reader.start()
        assert agent.ready.wait(STARTING_SECONDS), "".join(agent.lines[-30:])
        assert process.poll() is None, "".join(agent.lines[-30:])
        return agent

    yield start
    for agent in started:
        if agent.process.poll() is None:
            agent.process.kill()
            agent.process.wait()
        agent.reader.join()


@pytest.fixture(scope="session")
def agent(start_agent: Callable[..., RunningAgent]) -> Iterator[RunningAgent]:
    running = start_agent()
    yield running
    running.stop()


@pytest.fixture
def key(agent: RunningAgent) -> str:
    return agent.new_key()

"""People of a test cluster: they come through the port 8000 of any node, and talk."""

import asyncio
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from testing.cluster import access, container
from testing.cluster.model import ADMIN, Cluster, Node
from testing.cluster.shell import ClusterError, run
from testing.integration.person import Person, log_in
from testing.integration.room import connect
from testing.speaking import speech

HOME = "/var/lib/pipecatapp"
PATIENCE = 180
"""Seconds for an answer: all nodes share the cores of one machine."""


def agent_node(cluster: Cluster) -> Node:
    """Return the node that the agent runs on now, by the process that is there."""
    found = agent_nodes(cluster)
    if not found:
        raise ClusterError("The agent runs on no node.")
    return found[0]


def agent_nodes(cluster: Cluster) -> list[Node]:
    """Return all nodes that have a process of the agent."""
    return [
        node
        for node in cluster.nodes
        if container.is_running(node) and b"pipecatapp.cli run" in _processes(cluster, node)
    ]


def agent_process(cluster: Cluster) -> str:
    """Return the number of the agent's process on its node: another one after a restart."""
    words = access.ssh(cluster, agent_node(cluster), "pgrep -f 'pipecatapp.cli[ ]run'")
    return run(*words).split()[0]


def new_key(cluster: Cluster, name: str) -> str:
    """Return a new API key of the agent."""
    return command(cluster, f"keys add {name}").splitlines()[0].split()[-1]


def new_person(cluster: Cluster, node: Node) -> Person:
    """Return somebody who has logged in through a node, by a link of the agent's."""
    return log_in(f"http://{node.address}:8000", command(cluster, "login-link"))


def command(cluster: Cluster, words: str) -> str:
    """Return what the agent's command line prints on the node that the agent runs on."""
    typed = f"echo {ADMIN} | sudo -S pipecatapp {words}"
    return run(*access.ssh(cluster, agent_node(cluster), typed))


def state(cluster: Cluster, node: Node, file: str) -> str:
    """Return what is in a file of a node's state directory; nothing where it is not there."""
    words = access.ssh(cluster, node, f"echo {ADMIN} | sudo -S cat {HOME}/{file}")
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=30).stdout


def healthy(node: Node) -> bool:
    """Tell whether the twin can answer, asked through a node."""
    try:
        with urllib.request.urlopen(f"http://{node.address}:8000/health", timeout=3) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, ValueError, urllib.error.URLError):
        return False


def wait(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until something holds and return how many seconds that took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise ClusterError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.5)  # it can only be asked for
    return time.monotonic() - begin


def ask(node: Node, key: str, words: str) -> str:
    """Type something into the page of a node and return the reply."""
    return asyncio.run(_ask(node, key, words=words))


def ask_aloud(node: Node, key: str, words: str, models: Path) -> tuple[str, str]:
    """Say something into the microphone of a node's page; return what was heard and the reply."""
    reply = asyncio.run(_ask(node, key, words=words, models=models))
    heard, _, answer = reply.partition("\n")
    return heard, answer


async def _ask(node: Node, key: str, *, words: str, models: Path | None = None) -> str:
    spoken = speech(models, words) if models else None  # which takes a while
    async with connect(f"http://{node.address}:8000", key) as room:
        if spoken is None:
            await room.send("send-text", content=words, options={"audio_response": False})
            await room.until(lambda: room.told("timings"), PATIENCE)
            return room.reply()
        await room.say(spoken)
        await room.until(lambda: room.told("timings") and room.last_audio, PATIENCE)
        heard = [d["text"] for d in room.told("user-transcription") if d.get("final")]
        return f"{' '.join(heard)}\n{room.reply()}"


def _processes(cluster: Cluster, node: Node) -> bytes:
    words = access.ssh(cluster, node, "ps -eo args")
    return subprocess.run(words, capture_output=True, check=False, timeout=30).stdout

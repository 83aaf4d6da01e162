"""An expert of one's own in the cluster: deployed, spoken to, shared by nodes, hurt."""

import asyncio
import functools
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

from testing.cluster import access, talk, usage
from testing.cluster.model import ADMIN
from testing.cluster.shell import ClusterError
from testing.cluster.trial import REPOSITORY, Trial
from testing.integration.room import connect
from testing.speaking import speech

TYPED = (
    "job_name=creative-expert service_name=prima-api-creative namespace=creative "
    "model_list={{ creative_writing_models }} worker_count=2"
)
MODEL = "qwen2.5-coder-0.5b-instruct"
POET = "poet"
"""The model's name in the trial: one that no playbook has brought."""
FOUND_SECONDS = 60
TOLD_SECONDS = 10
WHOLE_SECONDS = 120


def deploy(trial: Trial) -> None:
    """Type what docs/experts.md says, with a list whose model a server on this machine has."""
    _deploy(trial, TYPED)
    if (groups := _groups(trial)) != ["llama"]:
        raise ClusterError(f"Nobody is to share a model that fits one node: {groups}")
    took = talk.wait(lambda: bool(_addresses(trial)), FOUND_SECONDS, "the agent has found it")
    print(f"the agent knew it {took:.1f} s after the playbook had ended")


def shared(trial: Trial) -> None:
    """Have nodes share a model, and kill one in mid-answer: that is said at once, and mended."""
    _deploy(trial, f"{TYPED} force_rpc=true")
    if (groups := _groups(trial)) != ["llama", "workers"]:
        raise ClusterError(f"Somebody is to share it: {groups}")
    talk.wait(lambda: bool(_addresses(trial)), FOUND_SECONDS, "the agent has found it")
    usage.strangers(trial)
    took, last = _broken(trial)
    print(f"{took:.1f} s after a worker was killed: {last!r}")
    if took > TOLD_SECONDS or '"error"' not in last:
        raise ClusterError(f"nobody said that it broke off: {last!r}")
    took = talk.wait(lambda: _answers(trial), WHOLE_SECONDS, "somebody answers as it")
    took += talk.wait(lambda: bool(_addresses(trial)), WHOLE_SECONDS, "its own server is there")
    print(f"by its own server again {took:.1f} s later, at the latest")


def spoken(trial: Trial) -> None:
    """Ask aloud for a program, a poem, and what the twin answers itself."""
    node = trial.reachable()[-1]
    for words, expert, told in (
        ("Write a Python function that adds two numbers.", "coding", "def"),
        ("Write a short poem about the ocean.", "creative", ""),
        ("And what is the capital of France?", None, "paris"),
    ):
        heard, action, reply = asyncio.run(_converse(trial, node.address, words))
        print(f"{heard!r} -> {action} -> {reply!r}")
        if action.get("name") != expert or told not in reply.lower():
            raise ClusterError(f"{heard!r} went to {action}: {reply!r}")


def _broken(trial: Trial) -> tuple[float, str]:
    """Kill the workers while the expert writes; return when that was told, and how."""
    with _asked(trial, "Count from 1 to 300, one number after the other.", 600) as answer:
        events = (line for line in answer if line.startswith(b"data: "))
        for _ in range(5):
            next(events)
        begin = time.monotonic()
        for node in trial.reachable():
            command = f"echo {ADMIN} | sudo -S pkill -KILL -x ggml-rpc-server"
            words = access.ssh(trial.cluster, node, command)
            subprocess.run(words, check=False, capture_output=True, timeout=60)
        last = list(events)[-1].decode()
    return time.monotonic() - begin, last


def _answers(trial: Trial) -> bool:
    """Tell whether somebody answers as the expert: its own server, or the main one meanwhile."""
    try:
        with _asked(trial, "Hello", 4) as answer:
            ended: bool = answer.read().endswith(b"data: [DONE]\n\n")
            return ended
    except urllib.error.HTTPError:
        return False


def _asked(trial: Trial, words: str, tokens: int) -> Any:
    """Return the stream of an answer of the expert's, by the API."""
    body = {
        "model": "creative",
        "messages": [{"role": "user", "content": words}],
        "max_tokens": tokens,
        "stream": True,
    }
    request = urllib.request.Request(
        f"http://{trial.reachable()[0].address}:8000/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {trial.key}", "Content-Type": "application/json"},
    )
    return urllib.request.urlopen(request, timeout=talk.PATIENCE)


def _groups(trial: Trial) -> list[str]:
    """Return the groups of the expert's job that run."""
    words = ["nomad", "job", "allocs", "-json", "-namespace", "creative", "creative-expert"]
    allocations = json.loads(trial.type(*words))
    return sorted(one["TaskGroup"] for one in allocations if one["ClientStatus"] == "running")


def _addresses(trial: Trial) -> list[str]:
    """Return where the agent knows servers of the expert's own."""
    request = urllib.request.Request(
        f"http://{trial.reachable()[0].address}:8000/api/status",
        headers={"Authorization": f"Bearer {trial.key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        experts = json.load(answer)["experts"]
    found: list[str] = next((e["addresses"] for e in experts if e["name"] == "creative"), [])
    return found


async def _converse(trial: Trial, address: str, words: str) -> tuple[str, dict[str, Any], str]:
    async with connect(f"http://{address}:8000", trial.key) as room:
        await room.say(speech(trial.models, words))
        await room.until(lambda: room.told("timings") and room.last_audio, talk.PATIENCE)
        heard = [told["text"] for told in room.told("user-transcription") if told.get("final")]
        return " ".join(heard), room.told("action")[-1]["action"], room.reply()


def _deploy(trial: Trial, typed: str) -> None:
    with _served(trial) as url:
        models = {"creative_writing_models": [_entry(url)]}
        trial.play("deploy_expert.yaml", "-e", json.dumps(models), "-e", typed, inventory=False)


def _entry(url: str) -> dict[str, Any]:
    """Return the catalogue's entry of a small model, under another name and from another place."""
    catalogue = yaml.safe_load((REPOSITORY / "group_vars/models.yaml").read_text())
    entry = next(each for each in catalogue["llm_models"] if each["name"] == MODEL)
    source = {"url": f"{url}/{MODEL}/{entry['filename']}"}
    return {**entry, "name": POET, "sources": [source]}


@contextmanager
def _served(trial: Trial) -> Iterator[str]:
    """Serve this machine's models to the nodes, as a publisher would."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(trial.models))
    with ThreadingHTTPServer((trial.cluster.gateway, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{trial.cluster.gateway}:{server.server_port}"
        server.shutdown()

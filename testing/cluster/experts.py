"""An expert of one's own in the cluster: deployed, spoken to, shared by nodes, hurt."""

import asyncio
import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

from testing.cluster import talk
from testing.cluster.shell import ClusterError
from testing.cluster.trial import REPOSITORY, Trial
from testing.integration.room import connect, speech

TYPED = (
    "job_name=creative-expert service_name=prima-api-creative namespace=creative "
    "model_list={{ creative_writing_models }} worker_count=2"
)
MODEL = "qwen2.5-coder-0.5b-instruct"
POET = "poet"
"""The model's name in the trial: one that no playbook has brought."""
FOUND_SECONDS = 60


def deploy(trial: Trial) -> None:
    """Type what the README says, with a list whose model comes from a server on this machine."""
    _deploy(trial, TYPED)
    allocations = json.loads(
        trial.type("nomad", "job", "allocs", "-json", "-namespace", "creative", "creative-expert")
    )
    groups = [each["TaskGroup"] for each in allocations if each["ClientStatus"] == "running"]
    if groups != ["llama"]:
        raise ClusterError(f"Nobody is to share a model that fits one node: {groups}")


def spoken(trial: Trial) -> None:
    """Ask aloud for a program, a poem, and what the twin answers itself."""
    node = trial.reachable()[-1]
    for words, expert, told in (
        ("Write a Python function that adds two numbers.", "coding", "def"),
        ("Write a short poem about the sea.", "creative", ""),
        ("And what is the capital of France?", None, "paris"),
    ):
        heard, action, reply = asyncio.run(_converse(trial, node.address, words))
        print(f"{heard!r} -> {action} -> {reply!r}")
        if action.get("name") != expert or told not in reply.lower():
            raise ClusterError(f"{heard!r} went to {action}: {reply!r}")


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

"""What people do with a cluster, and what strangers try."""

import hashlib
import json
import re
import socket
import ssl
import urllib.request

from testing.cluster import access, talk
from testing.cluster.model import Node
from testing.cluster.shell import ClusterError, run
from testing.cluster.trial import Trial, unchanged

CLOSED = (4647, 4648, 8008, 8300, 8301, 8302, 8500, 8600)
"""Ports that a machine of the home network that is no node does not even reach."""
CERTIFICATE_ONLY = (4646, 8501)
"""Ports that answer nobody who has no certificate of the cluster."""

BENCHMARK_SECONDS = 300


def speak(trial: Trial) -> None:
    """Ask aloud through a node on which the agent does not run, where there is one."""
    trial.key = trial.key or talk.new_key(trial.cluster, "trial")
    agent = talk.agent_node(trial.cluster)
    other = next((node for node in reversed(trial.cluster.nodes) if node != agent), agent)
    heard, reply = talk.ask_aloud(other, trial.key, "What is the capital of France?", trial.models)
    print(f"the agent is on {agent.name}; through {other.name}: {heard!r} -> {reply!r}")
    if "paris" not in reply.lower():
        raise ClusterError(f"heard {heard!r}, replied {reply!r}")
    talk.ask(other, trial.key, "Please remember that the bins go out on Tuesday.")


def strangers(trial: Trial) -> None:
    """Try every port from a machine of the network that is no node and has no certificate."""
    for node in trial.cluster.nodes:
        for port in (*CLOSED, *_dynamic_ports(trial, node)):
            if _connects(node, port):
                raise ClusterError(f"{node.name}:{port} lets a stranger connect")
        for port in CERTIFICATE_ONLY:
            if (node in trial.cluster.nodes[: trial.cluster.controllers] or port == 8501) and (
                answer := _tls_answer(node, port)
            ):
                raise ClusterError(f"{node.name}:{port} tells a stranger {answer!r}")


def _trusted(trial: Trial) -> None:
    """Do what a phone does: take the authority from /trust, then open the page by HTTPS."""
    for node in trial.cluster.nodes:
        address = f"http://{node.address}:8000"
        with urllib.request.urlopen(f"{address}/ca.crt", timeout=10) as answer:
            authority = answer.read().decode()
        with urllib.request.urlopen(f"{address}/trust", timeout=10) as answer:
            page = answer.read().decode()
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(authority.strip())).hexdigest().upper()
        if ":".join(re.findall("..", digest)) not in page:
            raise ClusterError(f"{address}/trust shows another fingerprint than {digest}")
        context = ssl.create_default_context(cadata=authority)
        secure = f"https://{node.address}:8443/"
        if secure not in page:
            raise ClusterError(f"{address}/trust does not lead to {secure}")
        with urllib.request.urlopen(secure, timeout=10, context=context) as answer:
            if b"Mission Control" not in answer.read():
                raise ClusterError(f"{secure} does not show the page")


def heal_well(trial: Trial) -> None:
    """Heal a cluster that is well: nothing is changed."""
    unchanged(trial.play("heal_cluster.yaml", inventory=False))


def heal_purged(trial: Trial) -> None:
    """Take both jobs away, and heal: what was remembered is there again."""
    for job in ("llamacpp-rpc", "pipecat-app"):
        trial.type("nomad", "job", "stop", "-purge", job)
    trial.play("heal_cluster.yaml", inventory=False)
    remembers(trial)


def remembers(trial: Trial) -> None:
    """Ask for what was told, through the last node that is on."""
    reply = talk.ask(trial.reachable()[-1], trial.key, "When do the bins go out?")
    print(reply)
    if "tuesday" not in reply.lower():
        raise ClusterError(f"It has forgotten: {reply!r}")


def typed(trial: Trial) -> None:
    """Type what people type to look at a cluster, and measure the default model."""
    if "/login?token=" not in talk.command(trial.cluster, "login-link --name Anna"):
        raise ClusterError("pipecatapp login-link prints no link")
    _trusted(trial)
    ready = trial.type("nomad", "node", "status")
    if ready.count(" ready") != len(trial.cluster.nodes):
        raise ClusterError(ready)
    running = trial.type("nomad", "job", "status")
    if not all(re.search(rf"{job}.*running", running) for job in ("llamacpp-rpc", "pipecat-app")):
        raise ClusterError(running)
    allocations = json.loads(trial.type("nomad", "job", "allocs", "-json", "pipecat-app"))
    (running_id,) = [each["ID"] for each in allocations if each["ClientStatus"] == "running"]
    if "The twin is ready" not in trial.type("nomad", "alloc", "logs", running_id):
        raise ClusterError("nomad alloc logs does not show the agent's log")
    trial.type("nomad", "job", "run", f"{trial.jobs}/benchmark.nomad")
    talk.wait(lambda: "dead" in _benchmark(trial), BENCHMARK_SECONDS, "the benchmark has ended")
    table = trial.type("nomad", "alloc", "logs", "-job", "llama-benchmark")
    print(table)
    if not re.search(r"tg\d+ *\| *[\d.]+ ± ", table):
        raise ClusterError(f"no tokens per second: {table}")


def _benchmark(trial: Trial) -> str:
    status = trial.type("nomad", "job", "status", "llama-benchmark")
    return next(line for line in status.splitlines() if line.startswith("Status"))


def _dynamic_ports(trial: Trial, node: Node) -> list[int]:
    """Return the ports of the agent and of llama-server on a node."""
    sockets = run(*access.ssh(trial.cluster, node, "ss -Hltn"))
    ports = {int(line.split()[3].rsplit(":", 1)[1]) for line in sockets.splitlines()}
    return sorted(port for port in ports if 20000 <= port <= 32000)


def _connects(node: Node, port: int) -> bool:
    try:
        with socket.create_connection((node.address, port), timeout=1):
            return True
    except OSError:
        return False


def _tls_answer(node: Node, port: int) -> bytes:
    """Return what a server says to a request over TLS without a certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((node.address, port), timeout=3) as plain,
            context.wrap_socket(plain) as secured,
        ):
            secured.sendall(b"GET /v1/agent/members HTTP/1.0\r\n\r\n")
            return secured.recv(1000)
    except OSError:
        return b""

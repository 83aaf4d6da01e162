"""What breaks at home: processes, machines, the power of the whole house."""

import subprocess

from testing.cluster import access, container, nodes, talk, usage
from testing.cluster.model import ADMIN, Node
from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial

ELSEWHERE_SECONDS = 120
"""In which the agent is to answer elsewhere when its node has died."""
COPY_SECONDS = 60
"""The greatest age of the memory that it goes on with then."""
POWER_SECONDS = 300


def agent_killed(trial: Trial) -> None:
    """Kill the agent's process: Nomad starts it again."""
    node = talk.agent_node(trial.cluster)
    command = f"echo {ADMIN} | sudo -S pkill -KILL -f 'pipecatapp.cli run'"
    subprocess.run(access.ssh(trial.cluster, node, command), check=False, timeout=60)
    talk.wait(lambda: not talk.healthy(node), 30, "the agent is down")
    took = talk.wait(lambda: talk.healthy(node), ELSEWHERE_SECONDS, "the agent is there again")
    print(f"there again after {took:.0f} s")
    usage.remembers(trial)


def node_lost(trial: Trial) -> None:
    """Switch off the agent's node: with three servers it goes on elsewhere."""
    if trial.cluster.controllers < 3:
        print("one or two servers: nobody is left to decide; not tried")
        return
    node = talk.agent_node(trial.cluster)
    newest = f'"epoch": {_epoch(trial)}'
    others = [other for other in trial.cluster.nodes if other != node]
    talk.wait(
        lambda: all(newest in _state(trial, other, "copy/copy.json") for other in others),
        COPY_SECONDS,
        "copies",
    )
    container.kill(node)
    took = talk.wait(
        lambda: all(talk.healthy(other) for other in others), ELSEWHERE_SECONDS, "elsewhere"
    )
    print(f"{node.name} is off; the agent answers through the others after {took:.0f} s")
    usage.remembers(trial)
    nodes.start(trial.cluster, node)


def all_lost(trial: Trial) -> None:
    """Switch off every node at once, and on again: the cluster comes back by itself."""
    for node in trial.cluster.nodes:
        container.kill(node)
    for node in trial.cluster.nodes:
        nodes.start(trial.cluster, node)
    took = talk.wait(
        lambda: all(talk.healthy(node) for node in trial.cluster.nodes), POWER_SECONDS, "all back"
    )
    print(f"all nodes lead to the agent {took:.0f} s after they could be logged in to")
    usage.remembers(trial)


def _epoch(trial: Trial) -> int:
    node = talk.agent_node(trial.cluster)
    text = _state(trial, node, "state/lineage.json")
    digits = "".join(filter(str.isdigit, text))
    if not digits:
        raise ClusterError(f"{node.name} has no epoch: {text!r}")
    return int(digits)


def _state(trial: Trial, node: Node, file: str) -> str:
    """Return what is in a file of a node's state directory; nothing where it is not there."""
    words = access.ssh(trial.cluster, node, f"echo {ADMIN} | sudo -S cat {talk.HOME}/{file}")
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=30).stdout

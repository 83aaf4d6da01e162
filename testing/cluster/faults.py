"""What breaks at home: processes, machines, the power of the whole house."""

import json
import re
import subprocess
import time

from testing.cluster import access, container, network, nodes, talk, usage
from testing.cluster.model import ADMIN
from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial

ELSEWHERE_SECONDS = 120
"""In which the agent is to answer elsewhere when its node has died."""
COPY_SECONDS = 60
"""The greatest age of the memory that it goes on with then."""
POWER_SECONDS = 300
SERVER_SECONDS = 60
CUT_SECONDS = 60


def agent_killed(trial: Trial) -> None:
    """Kill the agent's process: Nomad starts it again."""
    node = talk.agent_node(trial.cluster)
    command = f"echo {ADMIN} | sudo -S pkill -KILL -f 'pipecatapp.cli[ ]run'"
    subprocess.run(access.ssh(trial.cluster, node, command), check=False, timeout=60)
    talk.wait(lambda: not talk.healthy(node), 30, "the agent is down")
    took = talk.wait(
        lambda: all(map(talk.healthy, trial.reachable())),
        ELSEWHERE_SECONDS,
        "the agent is there again, through every node",
    )
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
        lambda: all(
            newest in talk.state(trial.cluster, other, "copy/copy.json") for other in others
        ),
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


def server_killed(trial: Trial) -> None:
    """Kill a Nomad server: what it ran goes on, the page answers, and it comes back."""
    node = talk.agent_node(trial.cluster)
    before = talk.agent_process(trial.cluster)
    command = f"echo {ADMIN} | sudo -S systemctl kill --kill-whom=main --signal=KILL nomad"
    subprocess.run(access.ssh(trial.cluster, node, command), check=False, timeout=60)
    usage.remembers(trial)
    took = talk.wait(lambda: _votes(trial), SERVER_SECONDS, "all servers vote")
    after = talk.agent_process(trial.cluster)
    print(
        f"all servers vote again after {took:.0f} s; the agent's process was {before}, is {after}"
    )
    if before != after:
        raise ClusterError("the agent was started anew")


def network_cut(trial: Trial) -> None:
    """Cut the agent's node off for a minute: with three servers the twin goes on elsewhere."""
    if trial.cluster.controllers < 3:
        print("one or two servers: nobody is left to decide; not tried")
        return
    talk.wait(lambda: _votes(trial), SERVER_SECONDS, "all servers vote")
    node = talk.agent_node(trial.cluster)
    others = [other for other in trial.cluster.nodes if other != node]
    begin = time.monotonic()
    network.cut(node)
    try:
        took = talk.wait(
            lambda: all(talk.healthy(other) for other in others), ELSEWHERE_SECONDS, "elsewhere"
        )
        print(f"{node.name} is cut off; the agent answers through the others after {took:.0f} s")
        talk.ask(others[0], trial.key, "Please remember that the spare key is under the green pot.")
        talk.wait(lambda: time.monotonic() - begin > CUT_SECONDS, CUT_SECONDS, "a minute")
    finally:
        network.join(trial.cluster, node)
    took = talk.wait(lambda: _alone(trial), ELSEWHERE_SECONDS, "one agent, through every node")
    print(f"one agent, and through {node.name} too, {took:.0f} s after its cable was plugged in")
    reply = talk.ask(node, trial.key, "Where is the spare key?")
    print(reply)
    if "pot" not in reply.lower():
        raise ClusterError(f"What was told meanwhile is forgotten: {reply!r}")


def switch_off(trial: Trial) -> None:
    """Cut every node off for a minute, as a switch without power does: the twin is there again."""
    begin = time.monotonic()
    for node in trial.cluster.nodes:
        network.cut(node)
    try:
        talk.wait(lambda: time.monotonic() - begin > CUT_SECONDS, 2 * CUT_SECONDS, "a minute")
    finally:
        for node in trial.cluster.nodes:
            network.join(trial.cluster, node)
    took = talk.wait(lambda: _alone(trial), ELSEWHERE_SECONDS, "one agent, through every node")
    print(f"the twin is there {took:.0f} s after the cables were plugged in")
    usage.remembers(trial)


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


def _alone(trial: Trial) -> bool:
    """Tell whether one agent runs, and every node leads to it."""
    one = len(talk.agent_nodes(trial.cluster)) == 1
    return one and all(map(talk.healthy, trial.cluster.nodes))


def _votes(trial: Trial) -> bool:
    """Tell whether every controller has a vote in Consul and in Nomad.

    One that comes back has none for a while, in which no other may be lost.
    """
    try:
        peers = trial.type("consul", "operator", "raft", "list-peers")
        health = json.loads(trial.type("nomad", "operator", "autopilot", "health", "-json"))
    except ClusterError:
        return False
    found = (len(re.findall(r"\strue\s", peers)), sum(one["Voter"] for one in health["Servers"]))
    return found == (trial.cluster.controllers, trial.cluster.controllers)


def _epoch(trial: Trial) -> int:
    node = talk.agent_node(trial.cluster)
    text = talk.state(trial.cluster, node, "state/lineage.json")
    digits = "".join(filter(str.isdigit, text))
    if not digits:
        raise ClusterError(f"{node.name} has no epoch: {text!r}")
    return int(digits)

"""Puts the whole cluster on fresh nodes, step by step, and says how long each step took."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from testing.cluster import access, faults, nodes, usage
from testing.cluster.model import Cluster
from testing.cluster.shell import ClusterError, run
from testing.cluster.trial import REPOSITORY, Trial

MODELS_HERE = "/srv/models-here"


def up(trial: Trial) -> None:
    nodes.up(trial.cluster)
    print(nodes.describe(trial.cluster))


def install(trial: Trial) -> None:
    trial.play("playbook.yaml")


def install_again(trial: Trial) -> None:
    changed = trial.play("playbook.yaml")
    if not changed or any(changed.values()):
        raise ClusterError(f"The second run changed something: {changed}")


def verify(trial: Trial) -> None:
    for node in trial.cluster.nodes:
        failed = run(*access.ssh(trial.cluster, node, "systemctl --failed --plain --no-legend"))
        if failed.strip():
            raise ClusterError(f"{node.name}: {failed}")


# Name and action, in order. A step that raises ends the trial; the nodes are taken down always.
STEPS: list[tuple[str, Callable[[Trial], None]]] = [
    ("nodes boot", up),
    ("playbook", install),
    ("playbook again, nothing changes", install_again),
    ("verify", verify),
    ("a spoken question, through another node", usage.speak),
    ("strangers get nothing", usage.strangers),
    ("heal when all is well", usage.heal_well),
    ("heal after both jobs were purged", usage.heal_purged),
    ("the agent is killed", faults.agent_killed),
    ("the agent's node loses its power", faults.node_lost),
    ("all nodes lose their power", faults.all_lost),
]


def attempt(trial: Trial, keep: bool) -> list[tuple[str, float, str]]:
    """Run the steps and return what came of each: name, seconds, what went wrong."""
    table = []
    try:
        for name, action in STEPS:
            print(f"== {name}", flush=True)
            table.append(timed(name, partial(action, trial)))
            if table[-1][2]:
                break
    finally:
        if trial.cluster.directory.exists() and not keep:
            table.append(timed("nodes go", partial(nodes.down, trial.cluster)))
    return table


def timed(name: str, action: Callable[[], None]) -> tuple[str, float, str]:
    begin = time.monotonic()
    try:
        action()
    except Exception as error:  # whatever fails, the nodes are taken down
        return name, time.monotonic() - begin, str(error) or type(error).__name__
    return name, time.monotonic() - begin, ""


def show(table: list[tuple[str, float, str]]) -> None:
    print(f"\n{'step':<40} {'seconds':>8}")
    for name, seconds, problem in table:
        print(f"{name:<40} {seconds:>8.1f}  {'FAILED: ' + problem if problem else 'ok'}")


def find_ansible() -> str:
    found = shutil.which("ansible-playbook", path=f"{REPOSITORY}/.venv/bin:{os.environ['PATH']}")
    return os.environ.get("ANSIBLE_PLAYBOOK") or found or "ansible-playbook"


def _programs() -> list[str]:
    """Return the variables that give the nodes the Consul and Nomad of this machine.

    Raises:
        ClusterError: It has none.
    """
    variables = []
    for name in ("consul", "nomad"):
        program = os.environ.get(f"{name.upper()}_BIN") or shutil.which(name)
        if not program:
            raise ClusterError(f"There is no {name}: set {name.upper()}_BIN to one")
        variables += [f"{name}_install_method=file", f"{name}_binary={program}"]
    return variables


def _nearby(cluster: Cluster, models: Path) -> list[str]:
    """Return the variables that have nodes take what this machine has already."""
    variables = []
    if models.is_dir():
        cluster.binds_ro = [f"{models}:{MODELS_HERE}"]
        variables.append(f"models_local_source={MODELS_HERE}")
    builds = models.parent / "llama.cpp"
    if builds.is_dir():
        variables.append(f"llama_cpp_local_builds={builds}")
    return variables


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="testing/cluster/run.sh", description=__doc__)
    parser.add_argument("--name", default="trial", help="of the cluster (trial)")
    parser.add_argument("--subnet", default="10.77.0", help="of a /24 (10.77.0)")
    parser.add_argument("--nodes", type=int, default=3, help="how many (3)")
    parser.add_argument("--controllers", type=int, default=1, help="how many of them lead (1)")
    parser.add_argument("--keep", action="store_true", help="leave the nodes there")
    parser.add_argument(
        "--ansible-playbook",
        default=find_ansible(),
        help="the program; else ANSIBLE_PLAYBOOK, .venv's, or the PATH's",
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=Path.home() / ".local/share/pipecatapp/models",
        help="a directory with models: a voice to speak with, and what need not be downloaded",
    )
    parser.add_argument("--extra", action="append", default=[], help="variables: ansible's -e")
    options = parser.parse_args(words)
    try:
        if reason := nodes.obstacle():
            raise ClusterError(reason)
        programs = _programs()
    except ClusterError as error:
        print(f"Skipped: {error}", file=sys.stderr)
        return nodes.CANNOT
    cluster = Cluster(options.name, subnet=options.subnet, controllers=options.controllers)
    options.extra = [*programs, *_nearby(cluster, options.models), *options.extra]
    cluster.add_nodes(options.nodes)
    if cluster.directory.exists():
        parser.error(f"there is a cluster {cluster.name} already: take it down, or give a --name")
    extra = [word for variable in options.extra for word in ("-e", variable)]
    playbook = [options.ansible_playbook, *extra]
    table = attempt(Trial(cluster, playbook, options.models), options.keep)
    show(table)
    return int(any(problem for _, _, problem in table))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

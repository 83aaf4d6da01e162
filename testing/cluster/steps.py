"""Puts the whole cluster on fresh nodes, step by step, and says how long each step took."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from testing.cluster import (
    access,
    experts,
    faults,
    leftovers,
    needs,
    nodes,
    one_box,
    roles,
    rotation,
    tools,
    usage,
)
from testing.cluster.model import Cluster
from testing.cluster.shell import ClusterError, run
from testing.cluster.trial import REPOSITORY, Trial, unchanged

MODELS_HERE = "/srv/models-here"


def up(trial: Trial) -> None:
    nodes.up(trial.cluster)
    print(nodes.describe(trial.cluster))


def install(trial: Trial) -> None:
    trial.play("playbook.yaml")


def install_again(trial: Trial) -> None:
    unchanged(trial.play("playbook.yaml"))


def verify(trial: Trial) -> None:
    for node in trial.cluster.nodes:
        failed = run(*access.ssh(trial.cluster, node, "systemctl --failed --plain --no-legend"))
        if failed.strip():
            raise ClusterError(f"{node.name}: {failed}")


# Name and action, in order. A step that raises ends the trial; the nodes are taken down always.
Steps = list[tuple[str, Callable[[Any], object]]]
STEPS: Steps = [
    ("nodes boot", up),
    ("a look at what is there before", leftovers.listing),
    ("playbook", install),
    ("playbook again, nothing changes", install_again),
    ("verify", verify),
    ("a spoken question, through another node", usage.speak),
    ("Python, a command and playbooks, allowed", tools.act),
    ("commands that people type, llama-bench", usage.typed),
    ("strangers get nothing", usage.strangers),
    ("heal when all is well", usage.heal_well),
    ("heal after both jobs were purged", usage.heal_purged),
    ("an expert is deployed", experts.deploy),
    ("a program, a poem, a capital, spoken", experts.spoken),
    ("nodes share a model, one is killed", experts.shared),
    ("the agent is killed", faults.agent_killed),
    ("a Nomad server is killed", faults.server_killed),
    ("the agent's node loses its power", faults.node_lost),
    ("the agent's node is cut off for a minute", faults.network_cut),
    ("all nodes are cut off for a minute", faults.switch_off),
    ("all nodes lose their power", faults.all_lost),
    ("a spoken question, again", usage.speak),
    ("keys are rotated", rotation.rotate),
    ("reset leaves nothing", leftovers.reset_leaves_nothing),
    ("each role by itself, twice, and verified", roles.converge),
    ("playbook, once more", install),
    ("a spoken question, at the end", usage.speak),
]
ONE_BOX: Steps = [
    ("node boots", up),
    ("Debian's ansible and git, a clone", one_box.prepare),
    ("./bootstrap.sh", one_box.bootstrap),
    ("./bootstrap.sh again, nothing changes", one_box.bootstrap_again),
    ("verify", verify),
    ("a spoken question", usage.speak),
    ("Python, a command and playbooks, allowed", tools.act),
    ("commands that people type, llama-bench", usage.typed),
    ("strangers get nothing", usage.strangers),
    ("heal when all is well", usage.heal_well),
    ("an edited persona and job, healed", one_box.edited),
    ("heal after both jobs were purged", usage.heal_purged),
    ("the agent is killed", faults.agent_killed),
    ("the box loses its power", faults.all_lost),
]


def attempt(trial: Trial, steps: Steps, keep: bool) -> list[tuple[str, float, str]]:
    """Run the steps and return what came of each: name, seconds, what went wrong."""
    table = []
    try:
        for name, action in steps:
            print(f"== {name}", flush=True)
            table.append(timed(name, partial(action, trial)))
            if table[-1][2]:
                break
    finally:
        if trial.cluster.directory.exists() and not keep:
            table.append(timed("nodes go", partial(nodes.down, trial.cluster)))
    return table


def timed(name: str, action: Callable[[], object]) -> tuple[str, float, str]:
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


def _lend(cluster: Cluster, programs: dict[str, str], models: Path, *, one_box: bool) -> list[str]:
    """Return the variables that have nodes take what this machine has already.

    One box runs Ansible itself, so that all of it has to be there.
    """
    variables = []
    for name, program in programs.items():
        place = f"/srv/{name}" if one_box else program
        variables += [f"{name}_install_method=file", f"{name}_binary={place}"]
        if one_box:
            cluster.binds_ro.append(f"{program}:{place}")
    if models.is_dir():
        cluster.binds_ro.append(f"{models}:{MODELS_HERE}")
        variables.append(f"models_local_source={MODELS_HERE}")
    builds = models.parent / "llama.cpp"
    if builds.is_dir():
        place = "/srv/llama-builds" if one_box else str(builds)
        variables.append(f"llama_cpp_local_builds={place}")
        if one_box:
            cluster.binds_ro.append(f"{builds}:{place}")
    return variables


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="testing/cluster/run.sh", description=__doc__)
    parser.add_argument("--name", default="trial", help="of the cluster (trial)")
    parser.add_argument("--subnet", default="10.77.0", help="of a /24 (10.77.0)")
    parser.add_argument("--nodes", type=int, default=3, help="how many (3)")
    parser.add_argument("--controllers", type=int, help="how many of them lead (3 if possible)")
    parser.add_argument(
        "--one-box", action="store_true", help="one node, set up by its own ./bootstrap.sh"
    )
    nodes.add_suite(parser)
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
    return parser.parse_args(words)


def _trial(options: argparse.Namespace) -> Trial:
    """Return what is asked for.

    Raises:
        ClusterError: It cannot be tried here, or there is a cluster of that name.
    """
    if reason := nodes.obstacle():
        raise ClusterError(reason)
    controllers = 1 if options.one_box else options.controllers or (3 if options.nodes >= 3 else 1)
    cluster = Cluster(
        options.name, subnet=options.subnet, controllers=controllers, suite=options.suite
    )
    programs = needs.check(options.ansible_playbook, options.models, one_box=options.one_box)
    variables = _lend(cluster, programs, options.models, one_box=options.one_box) + options.extra
    cluster.add_nodes(1 if options.one_box else options.nodes)
    if cluster.directory.exists():
        raise ClusterError(f"There is a cluster {cluster.name} already: take it down, or --name")
    if options.one_box:
        return one_box.OneBox(cluster, [], options.models, variables=variables)
    extra = [word for variable in variables for word in ("-e", variable)]
    return Trial(cluster, [options.ansible_playbook, *extra], options.models, programs=programs)


def main(words: list[str]) -> int:
    options = _options(words)
    try:
        trial = _trial(options)
    except ClusterError as error:
        print(f"Skipped: {error}", file=sys.stderr)
        return nodes.CANNOT
    table = attempt(trial, ONE_BOX if options.one_box else STEPS, options.keep)
    show(table)
    return int(any(problem for _, _, problem in table))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

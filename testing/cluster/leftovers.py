"""What is left of the cluster on a machine after reset.yaml: nothing that was not there before."""

import json
import re
import subprocess
from pathlib import Path

from testing.cluster import access
from testing.cluster.model import ADMIN, Node
from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial

LISTING = Path(__file__).with_name("listing.sh")

# Of packages and users in general: lists, caches, and what every change of them writes anew. What
# waited for the network once, and what ran at the first start alone: nodes lose their power.
PASSING = re.compile(
    r"^(file|content): (\S+  )?("
    r"/var/(lib/(apt|dpkg|systemd|pam)|cache/(apt|debconf|ldconfig))/"
    r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$"
    r"|/etc/[.]pwd[.]lock |/etc/ld[.]so[.]cache"
    r")|^active: (ldconfig|systemd-("
    r"networkd-wait-online|journal-catalog-update|sysusers|update-done))[.]service"
)


def listing(trial: Trial) -> None:
    """Note what each node consists of, before anything is installed."""
    for node in trial.cluster.nodes:
        _file(trial, node).write_text("\n".join(_look(trial, node)))


def reset_leaves_nothing(trial: Trial) -> None:
    """Take the cluster off the nodes, and compare them with what they were."""
    count = len(trial.cluster.nodes)
    words = f"reset {count} machine{'s' if count > 1 else ''}"
    agreed = {"reset_confirmed": words, "reset_cache": str(trial.cluster.directory / "cache")}
    trial.play("reset.yaml", "-e", json.dumps(agreed))
    wrong = [line for node in trial.cluster.nodes for line in _differences(trial, node)]
    if wrong:
        raise ClusterError("Not as found:\n" + "\n".join(wrong))
    changed = trial.play("reset.yaml", "-e", json.dumps(agreed))
    if any(changed.values()):
        raise ClusterError(f"A second reset changed something: {changed}")
    trial.key = ""  # went with the agent


def _differences(trial: Trial, node: Node) -> list[str]:
    before = set(_file(trial, node).read_text().splitlines())
    after = set(_look(trial, node))
    lines = [f"- {line}" for line in before - after] + [f"+ {line}" for line in after - before]
    return [f"{node.name} {line}" for line in sorted(lines) if not PASSING.match(line[2:])]


def _look(trial: Trial, node: Node) -> list[str]:
    words = access.ssh(trial.cluster, node, "sudo --stdin --prompt= sh -s")
    done = subprocess.run(
        words,
        input=f"{ADMIN}\n{LISTING.read_text()}",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"{node.name}: {done.stderr.strip()[-500:]}")
    return done.stdout.splitlines()


def _file(trial: Trial, node: Node) -> Path:
    return trial.cluster.directory / f"listing-{node.name}.txt"

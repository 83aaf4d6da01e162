"""A whole cluster on trial: its nodes, its credentials, and what runs playbooks on it."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from testing.cluster import access, container
from testing.cluster.model import Cluster, Node
from testing.cluster.shell import ClusterError, run

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def recap(said: str) -> dict[str, int]:
    """Return how much a playbook changed on each machine, by what it says at its end."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)  # a terminal has colours
    lines = re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", plain, re.MULTILINE)
    return {machine: int(changed) for machine, changed in lines}


def unchanged(changed: dict[str, int]) -> None:
    """Raise ClusterError where a playbook changed something, or reached no machine."""
    if not changed or any(changed.values()):
        raise ClusterError(f"It changed something: {changed}")


@dataclass
class Trial:
    """What the steps work on."""

    cluster: Cluster
    playbook: list[str]  # the command, without the playbook's name
    models: Path  # where a voice is, to speak with
    key: str = ""  # of the agent's API
    programs: dict[str, str] = field(default_factory=dict)  # paths of consul and nomad

    @property
    def credentials(self) -> Path:
        """The credentials of this trial's own."""
        return self.cluster.directory / "credentials"

    @property
    def jobs(self) -> Path:
        """Where a person who types `nomad job run` finds the jobs."""
        directory = self.cluster.directory / "jobs"
        directory.mkdir(exist_ok=True)
        for name in ("prima-expert.nomad", "pipecatapp.nomad", "benchmark.nomad"):
            words = access.ssh(self.cluster, self.cluster.nodes[0], f"cat /opt/nomad/jobs/{name}")
            (directory / name).write_text(run(*words))
        return directory

    def reachable(self) -> list[Node]:
        """Return the nodes that are on."""
        return [node for node in self.cluster.nodes if container.is_running(node)]

    @property
    def environment(self) -> dict[str, str]:
        """What playbooks run with: credentials of this trial's own, host keys checked."""
        return {
            **os.environ,
            "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_NOCOLOR": "True",
            "TWIN_CREDENTIALS": str(self.credentials),
        }

    def play(self, *words: str, inventory: bool = True) -> dict[str, int]:
        """Run a playbook, show what it says, and return how much it changed on each node.

        Args:
            words: The playbook, and more arguments.
            inventory: Whether it is given the inventory of the nodes.
        """
        changed: dict[str, int] = {}
        place = ["-i", str(self.cluster.inventory)] if inventory else []
        with subprocess.Popen(
            [*self.playbook, *place, *words],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                changed.update(recap(line))
        if process.returncode != 0:
            raise ClusterError(f"{' '.join(words)}: exit code {process.returncode}")
        return changed

    def type(self, *words: str) -> str:
        """Type a command of Nomad or Consul, with the file to source, and return what it prints.

        It is run by the program that the trial was given, whatever is on PATH.
        """
        program = self.programs.get(words[0], words[0])
        script = f'. "{self.credentials}/cluster.env" && exec "$@"'
        done = subprocess.run(
            ["bash", "-c", script, "typed", program, *words[1:]],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise ClusterError(f"{' '.join(words)}: {done.stderr.strip()[-500:]}")
        return done.stdout

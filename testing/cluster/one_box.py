"""One box, as its owner sets it up: ./bootstrap.sh, typed on the machine itself."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pexpect

from testing.cluster import access, talk
from testing.cluster.model import ADMIN, Node
from testing.cluster.shell import ClusterError, run
from testing.cluster.trial import REPOSITORY, Trial, recap, unchanged

PACKAGES_SECONDS, PLAYBOOK_SECONDS = 900, 3600
PACKAGES = "sudo apt install ansible git -y"
CHECKOUT = "twin"
PERSONA = "ansible/roles/pipecatapp/files/prompts/router.txt"
EDIT_SECONDS = 60


@dataclass
class OneBox(Trial):
    """A trial whose playbooks run on its only node, typed by the node's user."""

    variables: list[str] = field(default_factory=list)  # the words of each -e

    @property
    def node(self) -> Node:
        """The only one."""
        return self.cluster.nodes[0]

    def play(self, *words: str, inventory: bool = True) -> dict[str, int]:
        """Run a playbook on the box; see `Trial.play`."""
        place = ["-i", "local_inventory.ini", "--ask-become-pass"] if inventory else []
        # Debian 12's own is too old: ./bootstrap.sh brings one.
        program = {"bookworm": ".ansible-venv/bin/ansible-playbook"}.get(self.cluster.suite)
        command = shlex.join([program or "ansible-playbook", *place, *words])
        return recap(self.shell(f"cd {CHECKOUT} && {command}"))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace words in a file of the checkout on the box, as an editor would."""
        path = self.node.root / "home" / ADMIN / CHECKOUT / file
        text = path.read_text()
        if old not in text:
            raise ClusterError(f"{file} has no {old!r}")
        path.write_text(text.replace(old, new))

    @property
    def jobs(self) -> Path:
        """Where a person who types `nomad job run` finds the jobs."""
        return Path("/opt/nomad/jobs")

    def type(self, *words: str) -> str:
        """Type a command of Nomad or Consul on the box, with the file to source."""
        command = f". ~/.config/twin/cluster.env && {shlex.join(words)}"
        return run(*access.ssh(self.cluster, self.node, command))

    def shell(self, command: str, seconds: float = PLAYBOOK_SECONDS) -> str:
        """Type a command on the box, and the password where it is asked for.

        Args:
            command: For the user's shell.
            seconds: In which it has to end.

        Returns:
            What it printed.

        Raises:
            ClusterError: It failed.
        """
        words = access.ssh(self.cluster, self.node, f"export LC_ALL=C.UTF-8; {command}")
        words.insert(1, "-tt")
        screen = _Screen()
        terminal = pexpect.spawn(words[0], words[1:], encoding="utf-8", codec_errors="replace")
        terminal.logfile_read = screen
        try:
            while terminal.expect(["(?i)password[^\n]*: ?$", pexpect.EOF], timeout=seconds) == 0:
                terminal.sendline(ADMIN)
        except pexpect.TIMEOUT as error:
            raise ClusterError(f"{command}: not done in {seconds:.0f} s") from error
        finally:
            terminal.close()
        if terminal.exitstatus != 0:
            raise ClusterError(f"{command}: exit code {terminal.exitstatus}")
        return screen.text


def prepare(box: OneBox) -> None:
    """Install what the README says, and clone the repository."""
    box.shell(f"sudo apt-get update && {PACKAGES}", PACKAGES_SECONDS)
    with _bundle() as bundle:
        target = f"{ADMIN}@{box.node.address}:twin.bundle"
        run("scp", "-q", *access.ssh_options(box.cluster), "-i", box.cluster.key, bundle, target)
    box.shell(f"git clone -q twin.bundle {CHECKOUT}")


def bootstrap(box: OneBox) -> dict[str, int]:
    """Run ./bootstrap.sh and return how much it changed.

    It is typed in the terminal of the README's first line, where sudo asks for no password again.
    """
    words = [word for variable in box.variables for word in ("-e", variable)]
    command = f"{PACKAGES} && cd {CHECKOUT} && ./bootstrap.sh {shlex.join(words)}"
    return recap(box.shell(command))


def bootstrap_again(box: OneBox) -> None:
    """Run it once more: nothing is changed."""
    unchanged(bootstrap(box))


def edited(box: OneBox) -> None:
    """Edit a persona and a job's env, and heal; a persona needs no restart."""
    before = talk.agent_process(box.cluster)
    box.edit(PERSONA, "Be friendly,", "Begin every answer with the word Ahoy. Be friendly,")
    box.play("heal_cluster.yaml", inventory=False)
    taken = partial(talk.state, box.cluster, box.node, "prompts/router.txt")
    talk.wait(lambda: "Ahoy" in taken(), EDIT_SECONDS, "the agent has the persona")
    # A conversation of its own: in one under way, a small model goes on as it has begun.
    key = talk.new_key(box.cluster, "persona")
    if "ahoy" not in (said := talk.ask(box.node, key, "Good morning, how are you?")).lower():
        raise ClusterError(f"The persona is none other: {said!r}")
    if talk.agent_process(box.cluster) != before:
        raise ClusterError("the agent was started anew for a persona")
    box.edit("jobs/pipecatapp.nomad", 'BENCHMARK_MODE  = "false"', 'BENCHMARK_MODE  = "true"')
    box.play("heal_cluster.yaml", inventory=False)
    print(talk.ask(box.node, key, "What is the capital of France?"))
    if '"event": "turn"' not in box.type("nomad", "alloc", "logs", "-job", "pipecat-app"):
        raise ClusterError("no latency in the job's logs")


class _Screen:
    """Shows what a terminal shows, and keeps it."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text
        print(text, end="", flush=True)

    def flush(self) -> None:
        """Do nothing: all is shown already."""


@contextmanager
def _bundle() -> Iterator[Path]:
    """Yield what was committed last, as a file to clone."""
    with tempfile.TemporaryDirectory() as directory:
        bundle = Path(directory, "twin.bundle")
        run("git", "-C", REPOSITORY, "bundle", "create", "-q", bundle, "HEAD")
        yield bundle

"""`ansible`: runs a playbook of this repository and reports how it went."""

import asyncio
import configparser
import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from pipecatapp.errors import UserError
from pipecatapp.tools.node_helper.client import helper_client
from pipecatapp.tools.playbooks.process import PlaybookRun, events, running
from pipecatapp.tools.playbooks.report import RunReport, told_run
from pipecatapp.tools.tool import Call, Resources, ToolError, Toolset, tool

LONGEST_SECONDS = 30 * 60
INVENTORIES = ("inventory.yaml", "local_inventory.ini")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 ._-]*\.ya?ml")
_EXTENSION = re.compile(r"(\.|\s+dot\s+)\s*y\s*a?\s*m\s*l$")
_PLAY_KEYS = {"hosts", "import_playbook", "ansible.builtin.import_playbook"}


class Ansible(Toolset):
    """Runs playbooks by ansible-runner, only those in the directory that the settings name."""

    namespace: ClassVar[str] = "ansible"

    def __init__(self, resources: Resources):
        super().__init__(resources)
        self._helper = helper_client(resources.settings)

    async def unavailable(self) -> str | None:
        """Return None if there is a playbook, else where to put one."""
        if self._helper:
            return await self._helper.unavailable(self.namespace)
        directory = self.resources.settings.playbooks
        if await asyncio.to_thread(playbooks_in, directory):
            return None
        return f"no playbook is in {directory}: put one there, or set PIPECATAPP_PLAYBOOKS"

    @tool(
        sensitive=True,
        spoken=told_run,
        purpose="run the playbook {playbook}",
        few_shot={
            "run update nodes": {"playbook": "update_nodes.yaml", "check": False},
            "try site dot yaml in check mode": {"playbook": "site.yaml", "check": True},
        },
        examples=(
            "run the heal cluster playbook",
            "um please run the playbook called heal cluster",
            "do a dry run of playbook dot yaml",
            "uh could you run the main playbook but only check what would change",
            "run the ansible playbook that repairs the cluster",
            "okay so let ansible set up all the nodes again",
            "start the deploy expert playbook",
            "can you execute playbook dot y m l in check mode",
            "what would the heal cluster playbook change if you ran it",
            "apply the site playbook to the machines now",
            "Run heal_cluster.yaml.",
            "Run playbook.yaml in check mode.",
            "Please do a dry run of deploy_expert.yaml and tell me what changes.",
            "ansible-playbook heal_cluster.yaml --check",
            "ansible-playbook playbook.yaml",
            "Execute the playbook `deploy_expert`.",
            "Heal the cluster with Ansible.",
            "Use Ansible to bring every node to the configured state.",
            "Kick off update_nodes.yml, please.",
            "Test heal_cluster.yaml without changing anything.",
        ),
        adds=("yaml", "yml"),
        asks={"playbook": "Which playbook do you mean?"},
        act="playbook",
    )
    async def run_playbook(self, call: Call, playbook: str, check: bool = False) -> str:
        """Run one of this repository's Ansible playbooks, such as heal_cluster.yaml.

        Args:
            call: Shows the tasks as they begin.
            playbook: The playbook's file name, with or without extension.
            check: True for a dry run, which changes nothing.
        """
        if self._helper:
            arguments = {"playbook": playbook, "check": check}
            return await self._helper.run("run_playbook", arguments, call.progress)
        directory = self.resources.settings.playbooks
        run = await asyncio.to_thread(plan_run, directory, playbook, check)
        report = RunReport(run.playbook.name, check)
        try:
            async with asyncio.timeout(LONGEST_SECONDS), running(run) as process:
                async for event in events(process):
                    for line in report.take(event):
                        call.progress(line)
                status = await process.wait()
        except TimeoutError:
            return report.timed_out(LONGEST_SECONDS // 60)
        except UserError as error:
            raise ToolError(str(error)) from error
        except OSError as error:
            raise ToolError(f"ansible-runner cannot be started: {error.strerror}") from error
        return report.ended(status)


def plan_run(directory: Path, name: str, check: bool) -> PlaybookRun:
    """Return the run that a spoken name stands for.

    Raises:
        ToolError: No playbook or several have this name, or ansible.cfg cannot be read.
    """
    directory = directory.absolute()
    playbook = find_playbook(name, playbooks_in(directory))
    configuration = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        configuration.read(directory / "ansible.cfg")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ToolError(
            f"{directory / 'ansible.cfg'} cannot be read: {_one_line(error)}"
        ) from error
    if configuration.has_option("defaults", "inventory"):
        return PlaybookRun(playbook, check)
    there = [directory / file for file in INVENTORIES if (directory / file).is_file()]
    return PlaybookRun(playbook, check, there[0] if there else None, implicit=not there)


def playbooks_in(directory: Path) -> list[Path]:
    """Return the playbooks directly in a directory, in the order of their names.

    Links that lead out of the directory are left out.
    """
    inside = directory.resolve()
    return sorted(
        path
        for path in directory.glob("*")
        if _FILE.fullmatch(path.name)
        and path.resolve().is_relative_to(inside)
        and path.is_file()
        and _is_playbook(path)
    )


def find_playbook(name: str, playbooks: list[Path]) -> Path:
    """Return the playbook with this file name, which may be spelt as a speech recognizer does.

    Raises:
        ToolError: No playbook has this name, or several could be meant.
    """
    wanted = name.strip()
    existing = ", ".join(path.name for path in playbooks) or "none"
    if re.search(r"[/\\\x00-\x1f\x7f]|\.\.|^-", wanted):
        raise ToolError(f"{name[:80]!r} is not the plain name of a playbook; there are: {existing}")
    exact = [path for path in playbooks if path.name == wanted]
    # Some playbooks are called "playbook", and people also add the word to other names: try the
    # whole name first.
    found = exact or _with_name(wanted, playbooks) or _with_name(_without_filler(wanted), playbooks)
    if not found:
        raise ToolError(f"no playbook is called {name[:80]!r}; there are: {existing}")
    if len(found) > 1:
        names = " or ".join(path.name for path in found)
        raise ToolError(f"{name[:80]!r} could be {names}: say the whole file name")
    return found[0]


def _with_name(name: str, playbooks: list[Path]) -> list[Path]:
    wanted = _folded(name)
    return [path for path in playbooks if wanted and _folded(path.name) == wanted]


def _folded(name: str) -> str:
    """Return a name without what cannot be heard: case, extension, separators."""
    return re.sub(r"[\W_]+", "", _EXTENSION.sub("", name.casefold()))


def _without_filler(name: str) -> str:
    bare = re.sub(r"^(the|ansible|playbook)\s+", "", name.casefold())
    return re.sub(r"\s+playbook$", "", re.sub(r"^(ansible|playbook)\s+", "", bare))


class _Loader(yaml.SafeLoader):
    """Loads YAML with Ansible's own tags, whose values do not matter here."""


def _without_value(loader: yaml.Loader, suffix: str, node: yaml.Node) -> None:
    return None


_Loader.add_multi_constructor("!", _without_value)


def _is_playbook(path: Path) -> bool:
    try:
        content: Any = yaml.load(path.read_bytes(), _Loader)  # noqa: S506  # a SafeLoader
    except (OSError, ValueError, yaml.YAMLError):
        return False
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(play, dict) and _PLAY_KEYS & play.keys() for play in content)
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

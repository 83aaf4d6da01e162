"""The command line, `pipecatapp`."""

import os
import pwd
import sys
from pathlib import Path

import click
from pydantic import ValidationError

from pipecatapp.commands.bench import bench
from pipecatapp.commands.doctor import doctor
from pipecatapp.commands.experts import experts
from pipecatapp.commands.helper import helper
from pipecatapp.commands.keep import keep
from pipecatapp.commands.keys import keys
from pipecatapp.commands.llama_cpp import llama_cpp
from pipecatapp.commands.login_link import login_link
from pipecatapp.commands.memory import memory
from pipecatapp.commands.models import models
from pipecatapp.commands.run import run
from pipecatapp.commands.setup import setup
from pipecatapp.commands.talk import chat, talk
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings

CLUSTER_PLAYBOOKS = {
    "setup": "playbook.yaml sets its nodes up",
    "experts": "`ansible-playbook deploy_expert.yaml` deploys an expert",
}
"""Commands for a single machine, and the playbook that does the same in a cluster."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pipecatapp")
@click.pass_context
def cli(context: click.Context) -> None:
    """The twin: one private, conversational agent on old desktop PCs."""
    playbook = CLUSTER_PLAYBOOKS.get(context.invoked_subcommand or "")
    if playbook and Settings().mode == "cluster":
        raise UserError(f"This machine is a node of a cluster: {playbook}.")


for command in (
    *(run, chat, talk, login_link, memory, keys, models, experts, doctor, setup, bench),
    *(llama_cpp, keep, helper),  # for the nodes of a cluster
):
    cli.add_command(command)


def act_as_owner(home: Path) -> None:
    """Switch from root to the user who owns the state directory.

    The agent could not read files that root wrote there, and root should not trust files in it.

    Args:
        home: The state directory.

    Raises:
        UserError: The switch to that user failed.
    """
    if os.geteuid() != 0 or not home.is_dir() or (owner := home.stat().st_uid) == 0:
        return
    try:
        user = pwd.getpwuid(owner)
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(owner)
    except (KeyError, OSError) as error:
        raise UserError(
            f"{home} belongs to the user {owner}, and switching to them failed ({error}): "
            "run this as that user"
        ) from error


def main() -> None:
    """Run the command line; a failure is one line and exit status 1."""
    try:
        act_as_owner(Settings().home)
        cli(standalone_mode=True)
    except UserError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            click.echo(f"error: the setting {name}: {problem['msg']}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

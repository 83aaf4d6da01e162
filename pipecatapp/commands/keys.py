"""`pipecatapp keys`: the API keys of programs."""

import click

from pipecatapp.client.api import ask_agent
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.settings import load_settings


@click.group("keys", short_help="Add, list and revoke API keys of programs.")
def keys() -> None:
    """Add, list and revoke API keys; a running agent heeds changes at once."""


@keys.command("add")
@click.argument("name")
def add(name: str) -> None:
    """Create a key called NAME and show it, this once."""
    secret = _store().add(name)
    click.echo(secret)
    click.echo("Keep it now: it is not shown again.", err=True)


@keys.command("list")
def list_keys() -> None:
    """List the keys by name, date and last letters."""
    found = _store().entries()
    if not found:
        click.echo("There are no keys. Add one with `pipecatapp keys add NAME`.", err=True)
    for key in found:
        click.echo(f"{key.name:<24} {key.created}  ...{key.last}")


@keys.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Delete the key called NAME."""
    _store().revoke(name)
    click.echo(f"Revoked {name}.")


def _store() -> KeyStore:
    """Return the keys of the agent of this machine.

    Raises:
        NotRunningError: In a cluster, the agent and its keys are on another node.
    """
    settings = load_settings()
    if settings.mode == "cluster":
        ask_agent(settings, "GET", "/api/status")
    return KeyStore(settings.home)

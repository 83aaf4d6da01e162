"""`pipecatapp login-link`: a fresh link for a person who wants to log in."""

import click

from pipecatapp.client.api import ask_agent
from pipecatapp.settings import load_settings


@click.command("login-link")
@click.option("--name", help="Who it is for: what they tell the twin is kept as told by NAME.")
def login_link(name: str | None) -> None:
    """Print a link that logs one person in, once, within 15 minutes."""
    answer = ask_agent(load_settings(), "POST", "/api/login-link", {"name": name})
    click.echo(answer["url"])

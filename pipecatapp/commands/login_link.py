"""`pipecatapp login-link`: a fresh link for a person who wants to log in."""

import click

from pipecatapp.mission_control.client import ask_agent
from pipecatapp.settings import load_settings


@click.command("login-link")
def login_link() -> None:
    """Print a link that logs one person in, once, within 15 minutes."""
    answer = ask_agent(load_settings(), "POST", "/api/login-link")
    click.echo(answer["url"])

"""`pipecatapp run`: the agent in the foreground."""

import asyncio
import sys

import click

from pipecatapp.settings import load_settings


@click.command()
@click.option("--lan", is_flag=True, help="Serve HTTPS to the other machines of the house.")
def run(lan: bool) -> None:
    """Run the agent in the foreground and print its address and a login link."""
    settings = load_settings()
    if lan:
        settings = settings.model_copy(update={"lan": True})
    # Imported here: models and Pipecat take seconds to load, which `--help` need not wait for.
    from loguru import logger

    # Pipecat logs what is said at DEBUG: it stays out of the log unless it is asked for.
    logger.remove()
    logger.add(sys.stderr, level=settings.log_level.upper())
    from pipecatapp.app import run as run_agent

    asyncio.run(run_agent(settings))

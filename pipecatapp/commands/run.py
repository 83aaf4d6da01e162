"""`pipecatapp run`: the agent in the foreground."""

import asyncio
import sys
from pathlib import Path

import click

from pipecatapp.errors import UserError
from pipecatapp.settings import load_settings


@click.command(short_help="Run the agent in the foreground.")
@click.option("--lan", is_flag=True, help="Serve HTTPS to the other machines of the house.")
def run(lan: bool) -> None:
    """Run the agent in the foreground and print its address and a login link."""
    settings = load_settings()
    if lan:
        settings = settings.model_copy(update={"lan": True})
    # Imported here: models and Pipecat take seconds to load, which `--help` need not wait for.
    from loguru import logger

    # Pipecat logs conversations at DEBUG, which must not be the default.
    logger.remove()
    logger.add(sys.stderr, level=settings.log_level.upper())
    from pipecatapp.app import run as run_agent

    if settings.mode == "cluster":
        _adopt_state_copy(settings.home)
    asyncio.run(run_agent(settings))


def _adopt_state_copy(home: Path) -> None:
    """Adopt the copy of the state that another node's agent left here."""
    from loguru import logger

    from pipecatapp.runtime.cluster.state_copy import adopt, begin_epoch, copy_version

    try:
        aside = adopt(home)
    except UserError as error:
        # An older memory is better than none, and the copy stays where it is.
        logger.error(f"The copy of another node's state cannot be used: {error}")
    else:
        if aside:
            logger.warning(
                f"Going on with the copy of epoch {copy_version(home).epoch} that another node's "
                f"agent left here; what was here before is in {aside}"
            )
    begin_epoch(home)

"""`pipecatapp helper`: runs code, SSH and playbooks for an agent that may not, on a node."""

import asyncio
import signal
import socket
import sys

import click

from pipecatapp.settings import Settings, load_settings


@click.command(short_help="Run code, SSH and playbooks for this node's agent.")
@click.option("--user", default="twin", show_default=True, help="Who may ask, beside root.")
def helper(user: str) -> None:
    """Run code, commands by SSH and playbooks for the agent of this node.

    In a cluster the agent runs without the rights for it. systemd starts this by its socket; it
    does these three things with the limits that they have in the agent, and nothing else.
    """
    # Imported here: the clients of Docker and SSH take a while to load.
    from loguru import logger

    from pipecatapp.tools.node_helper.server import systemd_socket, user_ids

    settings = load_settings()
    logger.remove()
    # Without diagnose=False a traceback would show values, which may be somebody's words.
    logger.add(sys.stderr, level=settings.log_level.upper(), diagnose=False)
    asyncio.run(_serve(settings, user_ids("root", user), systemd_socket()))


async def _serve(settings: Settings, users: list[int], listener: socket.socket) -> None:
    from pipecatapp.tools.node_helper.calls import HelperTools
    from pipecatapp.tools.node_helper.server import HelperServer

    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with HelperServer(HelperTools(settings), users).listening(listener):
        await over.wait()

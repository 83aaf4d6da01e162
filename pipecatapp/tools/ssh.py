"""`ssh`: runs commands on other machines."""

import asyncio
import contextlib
import logging
import os
import socket
import unicodedata
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import paramiko

from pipecatapp.tools.node_helper.client import helper_client
from pipecatapp.tools.ssh_client.login import log_in
from pipecatapp.tools.ssh_client.output import Stream, report, told_report
from pipecatapp.tools.ssh_client.target import Target, parse_target
from pipecatapp.tools.tool import Call, Resources, ToolError, Toolset, tool

CONNECT_SECONDS = 10
"""Limit for the connection, and again for key exchange and login."""
COMMAND_SECONDS = 60
MOST_COMMANDS = 4
"""How many commands run at once; others wait."""
THREADS = 3 * MOST_COMMANDS
"""Two per command read its output, and one resolves names, which may block long after the command's
own limit. The toolset has a pool of its own, as the default pool is what the agent thinks with."""
LONGEST_COMMAND = 4000
"""Characters."""

Result = TypeVar("Result")

# Paramiko logs each failure with a traceback before it raises it; users should see one line.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

EXAMPLES = (
    "how much disk space is left on node2",
    "um how much disk space is left on node three",
    "restart nginx on the web server",
    "can you uh restart the print server on node one",
    "check the uptime of the kitchen pc",
    "how long has node four dot local been running",
    "run uptime on node2.local",
    "run df -h on 192.168.1.20",
    "ssh into the media box and list the files in the downloads folder",
    "log in to node two and tell me who else is logged in",
    "which process eats the most memory on pi@raspberrypi.local?",
    "what is using all the memory on the living room computer",
    "Is docker running on node5?",
    "is the backup service still running on the nas",
    "Execute `systemctl status nomad` on node3.",
    "uh run apt update on the machine in the bedroom",
    "show me the last twenty lines of the system log on the file server",
    "Show the last 50 lines of /var/log/syslog on fileserver:2222",
    "reboot node six please",
    "Reboot admin@10.0.0.12.",
    "what kernel version does the office pc have",
    "what's the cpu temperature of the raspberry pi",
    "ping the router from node one and tell me what it says",
    "Kill the stuck ffmpeg process on mediabox",
    "make a folder called backups on the server garage dot local",
    "Which ports are open on node2? Use ss on it.",
)


class SshTools(Toolset):
    """Runs commands on machines of the household whose host keys are known."""

    namespace = "ssh"

    def __init__(self, resources: Resources):
        super().__init__(resources)
        self._helper = helper_client(resources.settings)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ssh")
        self._turn = asyncio.Semaphore(MOST_COMMANDS)

    async def unavailable(self) -> str | None:
        """Return None: what a machine lacks shows when it is called."""
        return await self._helper.unavailable(self.namespace) if self._helper else None

    @tool(
        examples=EXAMPLES,
        sensitive=True,
        spoken=told_report,
        purpose="run {command} on {host}",
        few_shot={
            "um how full is the disk of node seven": {"host": "node7", "command": "df -h"},
            "Show the date of nas.local:2200": {"host": "nas.local:2200", "command": "date"},
            "Restart cups on printserver": {
                "host": "printserver",
                "command": "systemctl restart cups",
            },
        },
        provenance={"command": "derived"},
        adds=("local", "lan"),
        asks={"host": "Which machine do you mean?"},
        act="command",
        explicit=True,
    )
    async def run_command(self, call: Call, host: str, command: str) -> str:
        """Run a shell command on another machine and return its exit code and output.

        Args:
            call: Where it was asked for.
            host: Name or address of the machine, also as `user@name` or `name:port`.
            command: The shell command, such as `df -h`.

        Raises:
            ToolError: The machine cannot be reached or trusted, or the command takes too long.
        """
        if self._helper:
            arguments = {"host": host, "command": command}
            return await self._helper.run("run_command", arguments, call.progress)
        settings = self.resources.settings
        target = parse_target(host, settings.ssh_user)
        _check_command(command)
        if self._turn.locked():
            call.progress(f"Waiting for one of {MOST_COMMANDS} other commands to end")
        async with self._turn:
            call.progress(f"Connecting to {target}")
            # Closing the connection ends the threads that wait for it.
            with (
                contextlib.closing(await self._connect(target)) as connection,
                contextlib.closing(paramiko.Transport(connection)) as transport,
            ):
                async with _limit(CONNECT_SECONDS, f"{target.known_as} did not finish the login"):
                    await self._in_thread(log_in, transport, target, settings)
                call.progress(f"Running on {target}: {command}")
                late = (
                    f"The command on {target.known_as} did not end (it may still be running there)"
                )
                async with _limit(COMMAND_SECONDS, late):
                    return await self._run(transport, target, command)

    async def close(self) -> None:
        """End the threads; their connections are closed by then."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    async def _connect(self, target: Target) -> socket.socket:
        """Return a connection to the first address that answers.

        Raises:
            ToolError: No machine has this name, or it does not answer.
        """
        try:
            async with _limit(CONNECT_SECONDS, f"The name {target.host} was not resolved"):
                found = await self._in_thread(_addresses, target)
        except OSError as error:
            raise ToolError(f"No machine is called {target.host}: {error.strerror}") from error
        failure: OSError = TimeoutError()
        for family, kind, protocol, _, address in found:
            try:
                return await _dial(socket.socket(family, kind, protocol), address, len(found))
            except OSError as error:
                failure = error
        reason = f"no answer within {CONNECT_SECONDS:g} seconds"
        if failure.errno:
            reason = os.strerror(failure.errno)
        raise ToolError(
            f"Cannot connect to {target.known_as}: {reason}. See that it is on and runs an SSH "
            "server"
        ) from failure

    async def _run(self, transport: paramiko.Transport, target: Target, command: str) -> str:
        """Run the command without input and return how it ended and what it printed.

        Raises:
            ToolError: The machine does not run commands.
        """
        try:
            channel = await self._in_thread(_start, transport, command)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise ToolError(
                f"{target.known_as} logs {target.user} in but runs no commands"
            ) from error
        stdout, stderr = Stream(), Stream()
        # Read both at once: a full buffer of one stream would block the other.
        await asyncio.gather(
            self._in_thread(stdout.drain, channel.recv),
            self._in_thread(stderr.drain, channel.recv_stderr),
        )
        exit_code = await self._in_thread(channel.recv_exit_status)
        return report(exit_code, stdout.text, stderr.text)


@contextlib.asynccontextmanager
async def _limit(seconds: float, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ToolError(f"{what} within {seconds:g} seconds; the connection was closed") from error


def _check_command(command: str) -> None:
    """Refuse a command that a person could not read in full before approving it.

    Raises:
        ToolError: It is empty, too long, or has characters that a page does not show.
    """
    if not command.strip():
        raise ToolError("The command is empty")
    if len(command) > LONGEST_COMMAND:
        raise ToolError(f"The command has more than {LONGEST_COMMAND} characters")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t" for c in command):
        raise ToolError("The command has control characters or others that are not shown")


def _addresses(target: Target) -> list[Any]:
    return socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)


async def _dial(connection: socket.socket, address: Any, attempts: int) -> socket.socket:
    with contextlib.ExitStack() as on_failure:
        on_failure.enter_context(connection)
        connection.setblocking(False)
        async with asyncio.timeout(CONNECT_SECONDS / attempts):
            await asyncio.get_running_loop().sock_connect(connection, address)
        on_failure.pop_all()
    return connection


def _start(transport: paramiko.Transport, command: str) -> paramiko.Channel:
    channel = transport.open_session()
    channel.exec_command(command)
    channel.shutdown_write()
    return channel

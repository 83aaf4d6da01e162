"""The helper's server: limits who may call and how much, and ends calls with their connection."""

import asyncio
import os
import pwd
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from loguru import logger
from pydantic import ValidationError

from pipecatapp.errors import UserError
from pipecatapp.tools.node_helper.calls import HelperTools
from pipecatapp.tools.node_helper.protocol import (
    LONGEST_REPLY,
    LONGEST_REQUEST,
    HelperReply,
    HelperRequest,
    HelperResult,
    first_problem,
)
from pipecatapp.tools.tool import ToolError

MOST_CONNECTIONS = 16
MOST_CALLS = 8
"""How many calls run at once; checks do not count."""
REQUEST_SECONDS = 10
CLOSING_SECONDS = 2
_CREDENTIALS = struct.Struct("3i")
"""Process, user and group of a peer, in the layout of the kernel's `struct ucred`."""


class HelperServer:
    """Runs the calls that arrive on a socket.

    Args:
        calls: Runs the calls.
        users: The ids of the users who may call.
    """

    def __init__(self, calls: HelperTools, users: Iterable[int]) -> None:
        self._calls = calls
        self._users = frozenset(users)
        self._connections: set[asyncio.Task[None]] = set()
        self._running = 0

    @asynccontextmanager
    async def listening(self, listener: socket.socket) -> AsyncIterator[None]:
        """Serve a listening socket while the block runs, then end every call."""
        # Not start_unix_server: from Python 3.13 on it removes the socket's file at its end.
        server = await asyncio.start_server(self._accept, sock=listener, limit=LONGEST_REQUEST)
        try:
            yield
        finally:
            server.close()
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._send(writer, await self._reply(reader, writer))
            await _drain_and_close(reader, writer)
        except OSError:
            logger.debug("the caller has gone")
        finally:
            writer.transport.abort()

    async def _reply(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> HelperReply:
        process, user = peer(writer.get_extra_info("socket"))
        if user not in self._users:
            logger.warning(f"refused process {process} of user {user}")
            return HelperReply(error=f"user {user} may not use the helper")
        if len(self._connections) > MOST_CONNECTIONS:
            return HelperReply(error="The helper has too many connections: try again later")
        try:
            request = await _read_request(reader)
        except ValueError as error:
            return HelperReply(error=f"This is no call: {error}")
        if request.call == "check":
            return await self._run_until_closed(request, reader, writer)
        if self._running >= MOST_CALLS:
            return HelperReply(error=f"The helper does {MOST_CALLS} calls already: try again later")
        self._running += 1
        logger.info(f"{request.call} for process {process} of user {user}")
        try:
            return await self._run_until_closed(request, reader, writer)
        finally:
            self._running -= 1
            logger.info(f"{request.call} for process {process} is over")

    async def _run_until_closed(
        self, request: HelperRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> HelperReply:
        """Run a call until it ends or its caller closes the connection."""
        doing = asyncio.create_task(self._run_call(request, writer))
        # A caller sends nothing after its request: a byte ends the call just as a close does.
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            return HelperReply(error="The call was ended by its caller")
        finally:
            doing.cancel()
            gone.cancel()
            await asyncio.gather(doing, gone, return_exceptions=True)

    async def _run_call(self, request: HelperRequest, writer: asyncio.StreamWriter) -> HelperReply:
        def progress(line: str) -> None:
            # Progress is dropped for a caller that does not read.
            if writer.transport.get_write_buffer_size() < LONGEST_REPLY:
                writer.write(HelperReply(progress=line).line())

        try:
            return HelperReply(result=HelperResult(text=await self._calls.run(request, progress)))
        except ToolError as error:
            return HelperReply(error=str(error))
        except Exception as error:
            logger.exception(f"{request.call} failed")
            return HelperReply(error=f"It failed: {type(error).__name__}.")

    async def _send(self, writer: asyncio.StreamWriter, reply: HelperReply) -> None:
        line = reply.line()
        if len(line) > LONGEST_REPLY:
            line = HelperReply(error="The result is too long").line()
        writer.write(line)
        with suppress(TimeoutError):
            async with asyncio.timeout(REQUEST_SECONDS):
                await writer.drain()


def peer(connection: socket.socket) -> tuple[int, int]:
    """Return the process id and the user id of the other end, from the kernel."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, user, _ = _CREDENTIALS.unpack(told)
    return process, user


def user_ids(*names: str) -> list[int]:
    """Return the ids of users.

    Raises:
        UserError: A user does not exist.
    """
    try:
        return [pwd.getpwnam(name).pw_uid for name in names]
    except KeyError as error:
        raise UserError(f"there is no user of the helper: {error.args[0]}") from error


def systemd_socket() -> socket.socket:
    """Return the listening socket that systemd opened.

    Raises:
        UserError: systemd did not start this process with a socket.
    """
    given = (os.environ.get("LISTEN_PID"), os.environ.get("LISTEN_FDS"))
    if given != (str(os.getpid()), "1"):
        raise UserError(
            "the helper is started by its socket: sudo systemctl start twin-helper.socket"
        )
    listener = socket.socket(fileno=3)
    listener.set_inheritable(False)
    return listener


async def _read_request(reader: asyncio.StreamReader) -> HelperRequest:
    """Return a caller's request.

    Raises:
        ValueError: The line is not a request, is too long or comes too late.
    """
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            line = await reader.readuntil(b"\n")
    except TimeoutError as error:
        raise ValueError(f"no line came within {REQUEST_SECONDS} s") from error
    except asyncio.LimitOverrunError as error:
        raise ValueError(f"it is longer than {LONGEST_REQUEST} bytes") from error
    except asyncio.IncompleteReadError as error:
        raise ValueError("it ends before its line does") from error
    try:
        return HelperRequest.model_validate_json(line)
    except ValidationError as error:
        raise ValueError(first_problem(error)) from error


async def _drain_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close after discarding what the caller still sends, so that the last reply arrives."""
    writer.write_eof()
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            while await reader.read(2**16):
                pass

"""The only way out of Chromium: a forward proxy that connects to addresses it has checked.

It looks names up itself and connects to exactly the address that it judged, so that a name which
changes its address in between (DNS rebinding) gains nothing, and no request of a page goes round.
"""

import asyncio
import base64
import secrets
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress

from pipecatapp.tools.browser.addresses import AddressGuard
from pipecatapp.tools.browser.http_head import RequestHead, parse_authority, parse_head
from pipecatapp.tools.tool import ToolError

CONNECT_SECONDS = 5
MOST_ADDRESSES = 3
HEAD_SECONDS = 30
LONGEST_HEAD = 256 * 1024
PIECE = 64 * 1024
FAILURES_KEPT = 256
_AUTHENTICATE = b'Proxy-Authenticate: Basic realm="twin"\r\n'
_MALFORMED = (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class NoAnswerError(ToolError):
    """Nothing answers at the addresses of a host."""


class ForwardProxy:
    """Serves HTTP and CONNECT on a free loopback port to whoever knows its password.

    Args:
        guard: Tells which addresses may be connected to.

    Attributes:
        password: Made anew for each proxy.
        credential: The value of `Proxy-Authorization` that is asked for.
    """

    username = "twin"

    def __init__(self, guard: AddressGuard) -> None:
        self.password = secrets.token_urlsafe(24)
        self._guard = guard
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: OrderedDict[tuple[str, int], ToolError] = OrderedDict()
        credential = f"{self.username}:{self.password}".encode()
        self.credential = b"Basic " + base64.b64encode(credential)

    async def start(self) -> str:
        """Begin to listen and return the proxy's URL."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LONGEST_HEAD)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def failure(self, host: str, port: int) -> ToolError | None:
        """Return why the last connection to a host was not made, or None where it was."""
        return self._failures.get((host.lower().strip("[]").removesuffix("."), port))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A browser that goes away is no error.
        with suppress(OSError):
            try:
                data = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
                await self._answer(parse_head(data), reader, writer)
            except ToolError:
                await _refuse(writer, b"502 Bad Gateway")
            except _MALFORMED:
                await _refuse(writer, b"400 Bad Request")
            finally:
                writer.close()

    async def _answer(
        self, head: RequestHead, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        offered = head.value(b"proxy-authorization") or b""
        if not secrets.compare_digest(offered, self.credential):
            await _refuse(writer, b"407 Proxy Authentication Required", _AUTHENTICATE)
        elif head.method == b"CONNECT":
            await self._tunnel(head, reader, writer)
        else:
            await self._forward(head, reader, writer)

    async def _tunnel(
        self, head: RequestHead, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, upstream = await self._connect(*parse_authority(head.target, None))
        try:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await _first_ended(_copy(reader, upstream), _copy(there, writer))
        finally:
            upstream.close()

    async def _forward(
        self, head: RequestHead, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass one request on; each has a connection of its own."""
        authority, request, length = head.as_origin_request()
        there, upstream = await self._connect(*parse_authority(authority, 80))
        try:
            upstream.write(request)
            await _first_ended(
                _copy_request(reader, upstream, length), _copy_response(there, writer)
            )
        finally:
            upstream.close()

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        key = (host.lower().removesuffix("."), port)
        try:
            connection = await self._connect_to_checked(host, port)
        except ToolError as error:
            self._failures[key] = error
            self._failures.move_to_end(key)
            while len(self._failures) > FAILURES_KEPT:
                self._failures.popitem(last=False)
            raise
        self._failures.pop(key, None)
        return connection

    async def _connect_to_checked(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for address in (await self._guard.addresses(host))[:MOST_ADDRESSES]:
            with suppress(OSError, TimeoutError):
                opening = asyncio.open_connection(address, port, limit=LONGEST_HEAD)
                return await asyncio.wait_for(opening, CONNECT_SECONDS)
        raise NoAnswerError(f"{host} does not answer on port {port}")


async def _refuse(writer: asyncio.StreamWriter, status: bytes, header: bytes = b"") -> None:
    writer.write(b"HTTP/1.1 " + status + b"\r\n" + header)
    writer.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def _copy(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, length: int | None = None
) -> None:
    """Copy to the end of the source, or a number of bytes."""
    left = length
    while left is None or left > 0:
        piece = await source.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            break
        left = None if left is None else left - len(piece)
        target.write(piece)
        await target.drain()


async def _copy_response(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    head = parse_head(await source.readuntil(b"\r\n\r\n"))
    while head.is_interim():
        head = parse_head(await source.readuntil(b"\r\n\r\n"))
    # Without this Chromium would send its next request, to whatever host, on this connection.
    target.write(head.closing())
    await _copy(source, target)


async def _copy_request(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, length: int
) -> None:
    """Pass a request's body on, and return when the browser has gone away."""
    await _copy(source, target, length)
    while await source.read(PIECE):
        pass


async def _first_ended(*copies: Coroutine[None, None, None]) -> None:
    """Run both directions until one of them ends."""
    tasks = [asyncio.create_task(copy) for copy in copies]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

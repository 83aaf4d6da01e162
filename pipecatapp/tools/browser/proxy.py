"""A forward proxy, Chromium's only way out, that connects only to addresses it has checked.

It resolves names itself and connects to exactly the address that it checked. A name that changes
its address in between (DNS rebinding) gains nothing, and no request of a page can avoid the check.
"""

import asyncio
import base64
import secrets
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress

import h11

from pipecatapp.tools.browser.addresses import AddressGuard
from pipecatapp.tools.browser.forwarding import (
    header,
    parse_authority,
    request_for_origin,
    response_for_browser,
)
from pipecatapp.tools.browser.http_stream import PIECE, HttpStream
from pipecatapp.tools.tool import ToolError

CONNECT_SECONDS = 5
MOST_ADDRESSES = 3
HEAD_SECONDS = 30
FAILURES_KEPT = 256
_AUTHENTICATE = (b"Proxy-Authenticate", b'Basic realm="twin"')


class NoAnswerError(ToolError):
    """No address of a host answers."""


class ForwardProxy:
    """Serves HTTP and CONNECT on a free loopback port to clients that know its password.

    Args:
        guard: Decides which addresses may be connected to.

    Attributes:
        password: A new one for each proxy.
        credential: The value that `Proxy-Authorization` must have.
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
        """Start to listen and return the proxy's URL."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
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
        """Return why the last connection to a host failed, or None if it did not."""
        return self._failures.get((host.lower().strip("[]").removesuffix("."), port))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        browser = HttpStream(h11.SERVER, reader, writer)
        # A browser that goes away is no error.
        with suppress(OSError):
            try:
                request = await asyncio.wait_for(browser.receive(), HEAD_SECONDS)
                if isinstance(request, h11.Request):
                    await self._answer(request, browser)
            except ToolError:
                await _refuse(browser, 502, b"Bad Gateway")
            except (h11.ProtocolError, ValueError):
                await _refuse(browser, 400, b"Bad Request")
            finally:
                writer.close()

    async def _answer(self, request: h11.Request, browser: HttpStream) -> None:
        offered = header(request, b"proxy-authorization") or b""
        if not secrets.compare_digest(offered, self.credential):
            await _refuse(browser, 407, b"Proxy Authentication Required", _AUTHENTICATE)
        elif request.method == b"CONNECT":
            await self._tunnel(request, browser)
        else:
            await self._forward(request, browser)

    async def _tunnel(self, request: h11.Request, browser: HttpStream) -> None:
        if not isinstance(await browser.receive(), h11.EndOfMessage):
            raise ValueError("a request for a tunnel has no body")
        reader, writer = await self._connect(*parse_authority(request.target, None))
        try:
            await browser.send(h11.Response(status_code=200, headers=[], reason=b"Connected"))
            writer.write(browser.unread)
            await _first_ended(_copy(browser.reader, writer), _copy(reader, browser.writer))
        finally:
            writer.close()

    async def _forward(self, request: h11.Request, browser: HttpStream) -> None:
        """Pass a request on over a connection of its own."""
        authority, onward = request_for_origin(request)
        connection = await self._connect(*parse_authority(authority, 80))
        server = HttpStream(h11.CLIENT, *connection)
        try:
            await server.send(onward)
            await _first_ended(_pass_request(browser, server), _pass_response(server, browser))
        finally:
            server.writer.close()

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
                opening = asyncio.open_connection(address, port)
                return await asyncio.wait_for(opening, CONNECT_SECONDS)
        raise NoAnswerError(f"{host} does not answer on port {port}")


async def _refuse(
    browser: HttpStream, status: int, reason: bytes, *headers: tuple[bytes, bytes]
) -> None:
    last = ((b"Content-Length", b"0"), (b"Connection", b"close"))
    await browser.send(h11.Response(status_code=status, reason=reason, headers=[*headers, *last]))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy bytes to the end of the source."""
    while piece := await source.read(PIECE):
        target.write(piece)
        await target.drain()


async def _pass_response(server: HttpStream, browser: HttpStream) -> None:
    """Pass a response on, without the informational ones before it."""
    while isinstance(response := await server.receive(), h11.InformationalResponse):
        pass
    if isinstance(response, h11.Response):
        await browser.send(response_for_browser(response))
        await browser.send_body_of(server)


async def _pass_request(browser: HttpStream, server: HttpStream) -> None:
    """Pass a request's body on, then wait until the browser closes the connection."""
    await server.send_body_of(browser)
    while await browser.reader.read(PIECE):
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

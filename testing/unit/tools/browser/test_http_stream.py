import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h11
import pytest

from pipecatapp.tools.browser.http_stream import LONGEST_HEAD, HttpStream


@asynccontextmanager
async def receiving(data: bytes) -> AsyncIterator[HttpStream]:
    """Yield the server's end of a connection whose client sends some bytes and no more."""
    ends: asyncio.Queue[HttpStream] = asyncio.Queue()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.put_nowait(HttpStream(h11.SERVER, reader, writer))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as listener:
        host, port = listener.sockets[0].getsockname()
        _, writer = await asyncio.open_connection(host, port)
        writer.write(data)
        writer.write_eof()
        stream = await ends.get()
        try:
            yield stream
        finally:
            stream.writer.close()
            writer.close()


async def test_a_message_is_received_in_parts() -> None:
    text = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n"
    async with receiving(text) as stream:
        request, body, end = [await stream.receive() for _ in range(3)]
        assert isinstance(request, h11.Request)
        assert isinstance(body, h11.Data)
        assert bytes(body.data) == b"abc"
        assert isinstance(end, h11.EndOfMessage)
        assert stream.unread == b"GET / HTTP/1.1\r\n"
        with pytest.raises(h11.LocalProtocolError, match="has ended"):
            await stream.receive()


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * (2 * LONGEST_HEAD) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
    ],
)
async def test_a_bad_head_is_refused(data: bytes) -> None:
    async with receiving(data) as stream:
        with pytest.raises(h11.RemoteProtocolError):
            await stream.receive()

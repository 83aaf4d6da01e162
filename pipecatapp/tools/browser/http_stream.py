"""One end of an exchange through the proxy, as a stream of HTTP messages."""

import asyncio

import h11

LONGEST_HEAD = 256 * 1024
"""Bytes of a request line or status line with its headers."""
PIECE = 64 * 1024
"""Bytes that are read at once."""


class HttpStream:
    """A connection that carries one HTTP/1.1 request and its response.

    h11 checks every message that passes, in both directions, and writes its framing anew: what one
    end takes for a body can never be another request to the other end.

    Args:
        role: `h11.SERVER` where the peer sends the request, `h11.CLIENT` where it answers one.
        reader: Reads what the peer sends.
        writer: Writes to the peer.
    """

    def __init__(
        self,
        role: type[h11.CLIENT] | type[h11.SERVER],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self._http = h11.Connection(role, max_incomplete_event_size=LONGEST_HEAD)

    async def receive(self) -> h11.Event:
        """Return the next part of the peer's message: its head, a piece of its body, or its end.

        Raises:
            h11.ProtocolError: The message is malformed, too long or incomplete, or has ended.
            OSError: The connection broke.
        """
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self.reader.read(PIECE))
        if isinstance(event, h11.Event):
            return event
        raise h11.LocalProtocolError("the peer's message has ended")

    async def send(self, event: h11.Event) -> None:
        """Send a part of a message.

        Raises:
            h11.ProtocolError: It is malformed, or does not follow what was sent before.
            OSError: The connection broke.
        """
        self.writer.write(self._http.send(event) or b"")
        await self.writer.drain()

    async def send_body_of(self, source: "HttpStream") -> None:
        """Send the body of the message that `source` receives, to the message's end.

        Raises:
            h11.ProtocolError: The body is malformed or incomplete.
            OSError: A connection broke.
        """
        while isinstance(piece := await source.receive(), h11.Data):
            await self.send(h11.Data(data=piece.data))
        # Trailers go no further: they belong to one hop.
        await self.send(h11.EndOfMessage())

    @property
    def unread(self) -> bytes:
        """What the peer sent after the end of its message."""
        return self._http.trailing_data[0]

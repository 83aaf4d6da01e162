"""Keeps the beginning and the end of a program's output, however long it is."""

from pipecatapp.text.shortening import left_out

_CONTINUATIONS = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that begin no character."""


class KeptOutput:
    """The beginning and the end of an output; what lies between is counted.

    Args:
        limit: How many bytes to keep of each.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._head, self._tail = bytearray(), bytearray()
        self._characters = self._lines = 0
        self.total = 0
        """Bytes that came so far."""

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self.total += len(data)
        room = self._limit - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if (over := len(self._tail) - self._limit) > 0:
            dropped = bytes(self._tail[:over])
            del self._tail[:over]
            self._characters += len(dropped.translate(None, _CONTINUATIONS))
            self._lines += dropped.count(b"\n")

    @property
    def text(self) -> str:
        """What was kept, with a note of what was left out."""
        if not self._characters:
            return bytes(self._head + self._tail).decode(errors="replace")
        # The cut may have gone through a character.
        begun = self._head.decode(errors="replace")
        head = begun.rstrip("\ufffd")
        tail = self._tail.decode(errors="replace").lstrip("\ufffd")
        return left_out(head, tail, self._characters + len(begun) - len(head), self._lines)

"""What was told and waits for a reaction: when it is told again, and when it counts as unheard."""

from dataclasses import dataclass

from pipecatapp.tools.schedule.entry import Entry

RING_SECS = 300.0
"""How long a timer or an alarm goes on; what is due counts as unheard afterwards."""
RING_AGAIN_SECS = 60.0
"""The time between two announcements of what rings."""


@dataclass
class _Ring:
    """Times are in seconds since the epoch; `again` is None for what is told once."""

    again: float | None
    until: float


class Ringing:
    """The entries that somebody was told of, by their ids."""

    def __init__(self) -> None:
        self._rings: dict[int, _Ring] = {}

    def told(self, entry: Entry, now: float) -> None:
        """Note that an entry was told of."""
        again = now + RING_AGAIN_SECS if self.goes_on(entry, now) else None
        ring = self._rings.get(entry.id)
        self._rings[entry.id] = _Ring(again, ring.until if ring else now + RING_SECS)

    @staticmethod
    def goes_on(entry: Entry, now: float) -> bool:
        """Tell whether an entry rings now."""
        return entry.fell_due is not None and entry.kind.rings and now < entry.fell_due + RING_SECS

    def drop(self, number: int) -> None:
        """Forget an entry: somebody has reacted to it."""
        self._rings.pop(number, None)

    def times(self) -> list[float]:
        """Return when there is something to do, in seconds since the epoch."""
        again = [ring.again for ring in self._rings.values() if ring.again is not None]
        return [*again, *(ring.until for ring in self._rings.values())]

    def again(self, now: float) -> list[int]:
        """Return the ids of those to be told once more, each once for its time."""
        found = [
            (number, ring)
            for number, ring in self._rings.items()
            if ring.again is not None and ring.again <= now < ring.until
        ]
        for _, ring in found:
            ring.again = now + RING_AGAIN_SECS
        return [number for number, _ in found]

    def unheard(self, now: float) -> list[int]:
        """Return the ids of those that nobody reacted to in time, and forget them."""
        found = [number for number, ring in self._rings.items() if now >= ring.until]
        for number in found:
            del self._rings[number]
        return found

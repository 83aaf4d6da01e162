"""Converts between instants and the time on the wall, over changes to and from summer time.

A zone of None is the machine's, as the C library knows it (`TZ` or `/etc/localtime`).
"""

from datetime import datetime, timedelta, tzinfo

from pipecatapp.text.times.moments import When


def wall_of(instant: float, zone: tzinfo | None) -> datetime:
    """Return the local time, without a zone.

    Args:
        instant: Seconds since the epoch.
        zone: The zone; None for the machine's.
    """
    return datetime.fromtimestamp(instant, zone).replace(tzinfo=None, fold=0)


def instant_of(wall: datetime, zone: tzinfo | None) -> float:
    """Return when a local time comes, in seconds since the epoch.

    A time that comes twice counts when it comes first. One that is skipped in spring counts as the
    first moment after the gap.

    Args:
        wall: Local time, without a zone.
        zone: The zone; None for the machine's.
    """
    first = wall.replace(tzinfo=zone, fold=0).timestamp()
    if wall_of(first, zone) == wall:
        return first
    # In a gap `fold=1` counts from the offset behind it, and so gives a moment before it.
    before, after = sorted((first, wall.replace(tzinfo=zone, fold=1).timestamp()))
    low, high = int(before), int(after) + 1
    while low < high:
        middle = (low + high) // 2
        if wall_of(middle, zone) >= wall:
            high = middle
        else:
            low = middle + 1
    return float(low)


def next_wall(wall: datetime, repeat: tuple[int, ...], now: float, zone: tzinfo | None) -> datetime:
    """Return the first repetition of a local time that lies in the future.

    Args:
        wall: The last time.
        repeat: The weekdays, from Monday as 0.
        now: Seconds since the epoch.
        zone: The zone; None for the machine's.
    """
    day = max(wall.date(), wall_of(now, zone).date())
    coming = (datetime.combine(day + timedelta(days=ahead), wall.time()) for ahead in range(9))
    return next(
        time
        for time in coming
        if time > wall and time.weekday() in repeat and instant_of(time, zone) > now
    )


def due_at(when: When, now: float, zone: tzinfo | None) -> float:
    """Return when something is due, in seconds since the epoch."""
    if when.wall is None:
        return now + (when.after or 0)
    return instant_of(when.wall, zone)

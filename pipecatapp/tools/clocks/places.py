"""Finds the time zones of places, by IANA's lists and by names that those lack."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from pipecatapp.text.language import language

ZONES, COUNTRIES = "zone.tab", "iso3166.tab"
"""IANA's files; Debian's package tzdata has them."""


@dataclass(frozen=True)
class Place:
    """A place whose time can be told.

    Attributes:
        name: As it is told.
        zones: The names of its time zones.
        capital: Of a country whose time zones may differ, its name and its time zone; else None.
    """

    name: str
    zones: tuple[str, ...]
    capital: tuple[str, str] | None = None

    def zone_at(self, moment: datetime) -> ZoneInfo | None:
        """Return the time zone of a moment, or None where the zones of the place differ then.

        Raises:
            ZoneInfoNotFoundError: This machine does not have the zone.
        """
        zones = [ZoneInfo(name) for name in self.zones]
        same = len({moment.astimezone(zone).utcoffset() for zone in zones}) == 1
        return zones[0] if same else None


def find_place(name: str) -> Place | None:
    """Return a place by its name, or None if it is not known.

    Args:
        name: Such as "Tokyo", "the Netherlands" or "Paris, France".
    """
    known = _places()
    plain = folded(name)
    if found := known.get(plain) or known.get(language().places.article.sub("", plain)):
        return found
    words = plain.split()
    for cut in range(len(words) - 1, 0, -1):
        place, around = (known.get(" ".join(part)) for part in (words[:cut], words[cut:]))
        if place and around and _lies_in(place, around):
            return place
    return None


def has_zones() -> bool:
    """Tell whether this machine has the data of time zones."""
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        return False
    return _file(ZONES) is not None and _file(COUNTRIES) is not None


def folded(name: str) -> str:
    """Return a name in small letters, without accents and signs."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", letters.replace("'", "")).split())


def _lies_in(place: Place, around: Place) -> bool:
    """Tell whether a place has a time of another one: London, England, and not London, Ontario."""
    now = datetime.now(UTC)
    offsets = [
        {now.astimezone(ZoneInfo(zone)).utcoffset() for zone in each.zones}
        for each in (place, around)
    ]
    return offsets[0] <= offsets[1]


def _file(name: str) -> Path | None:
    paths = (Path(folder) / name for folder in TZPATH)
    return next((path for path in paths if path.is_file()), None)


def _rows(name: str) -> list[list[str]]:
    path = _file(name)
    if path is None:
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@lru_cache(maxsize=1)
def _places() -> dict[str, Place]:
    """Return all places, by their names as `folded` makes them."""
    words = language().places
    zones: dict[str, list[str]] = defaultdict(list)
    cities: dict[str, Place] = {}
    for code, _, zone, *_ in _rows(ZONES):
        zones[code].append(zone)
        city = zone.rpartition("/")[2].replace("_", " ")
        cities[folded(city)] = Place(city, (zone,))
    countries: dict[str, Place] = {}
    by_code: dict[str, Place] = {}
    for code, name in _rows(COUNTRIES):
        if not zones[code]:
            continue
        # IANA has "Britain (UK)" and "Korea (South)".
        plain = name.partition(" (")[0]
        place = Place(words.told.get(name, plain), tuple(zones[code]), words.capitals.get(code))
        by_code[code] = place
        countries.setdefault(folded(plain), place)
    further = {folded(name): by_code[code] for name, code in words.countries.items()}
    more = {folded(name): Place(_told(name), (zone,)) for name, zone in words.cities.items()}
    return {**countries, **further, **more, **cities}


def _told(city: str) -> str:
    return language().places.told.get(city, city.title())

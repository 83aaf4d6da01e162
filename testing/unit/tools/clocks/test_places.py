from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipecatapp.text.language import language
from pipecatapp.tools.clocks.places import find_place, folded

WINTER, SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Helsinki", "Europe/Helsinki"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("Mumbai", "Asia/Kolkata"),
        ("the UK", "Europe/London"),
        ("San Francisco", "America/Los_Angeles"),
        ("L.A.", "America/Los_Angeles"),
        ("south korea", "Asia/Seoul"),
        ("North Korea", "Asia/Pyongyang"),
        ("Lyon, France", "Europe/Paris"),
        ("cork ireland", "Europe/Dublin"),
        ("The Hague", "Europe/Amsterdam"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("GMT", "UTC"),
    ],
)
def test_a_place_is_known_by_its_name(name: str, zone: str) -> None:
    place = find_place(name)
    assert place is not None
    assert place.zone_at(WINTER) == ZoneInfo(zone)


@pytest.mark.parametrize("name", ["Narnia", "", "London, Ontario", "Paris, Texas", "the", "x" * 99])
def test_other_names_are_not_known(name: str) -> None:
    assert find_place(name) is None


def test_every_name_of_ours_has_a_time_zone_that_exists() -> None:
    places = language().places
    for name in [*places.cities, *places.countries]:
        place = find_place(name)
        assert place is not None, name
        assert all(ZoneInfo(zone) for zone in place.zones)


def test_every_country_with_several_times_has_its_capital() -> None:
    uninhabited = {"antarctica", "us minor outlying islands"}
    countries = ["Russia", "Brazil", "Indonesia", "Mongolia", "Kiribati", "Greenland", "Cyprus"]
    for name in countries:
        place = find_place(name)
        assert place is not None, name
        for moment in (WINTER, SUMMER):
            assert place.zone_at(moment) or place.capital
    assert all(find_place(name) for name in uninhabited)
    for code, (_, zone) in language().places.capitals.items():
        assert len(code) == 2
        assert ZoneInfo(zone)


def test_names_are_compared_without_accents_and_signs() -> None:
    assert folded("Saint-Étienne  (Loire)") == "saint etienne loire"

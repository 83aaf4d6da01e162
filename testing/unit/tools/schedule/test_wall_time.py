from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pipecatapp.text.times.moments import When
from pipecatapp.tools.schedule.wall_time import due_at, instant_of, next_wall, wall_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # moves its clocks by half an hour


def utc(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE, None])
def test_an_instant_and_its_local_time_lead_to_each_other(zone: ZoneInfo | None) -> None:
    for instant in range(1_700_000_000, 1_760_000_000, 3_333_333):
        assert instant_of(wall_of(instant, zone), zone) == instant


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        (BERLIN, "2027-03-28 02:30", "2027-03-28 01:00"),
        (BERLIN, "2027-03-28 02:00", "2027-03-28 01:00"),
        (NEW_YORK, "2027-03-14 02:15", "2027-03-14 07:00"),
        (LORD_HOWE, "2027-10-03 02:10", "2027-10-02 15:30"),
    ],
)
def test_a_time_that_spring_skips_comes_right_after_the_gap(
    zone: ZoneInfo, wall: str, instant: str
) -> None:
    assert instant_of(datetime.fromisoformat(wall), zone) == utc(instant)


def test_a_time_that_autumn_repeats_counts_when_it_comes_first() -> None:
    wall = datetime(2027, 10, 31, 2, 30)
    assert instant_of(wall, BERLIN) == utc("2027-10-31 00:30")
    assert wall_of(utc("2027-10-31 01:30"), BERLIN) == wall


def test_a_repeated_time_keeps_its_place_on_the_wall() -> None:
    saturday = datetime(2027, 3, 27, 7, 30)
    now = instant_of(saturday, BERLIN)
    sunday = next_wall(saturday, tuple(range(7)), now, BERLIN)
    assert sunday == datetime(2027, 3, 28, 7, 30)
    assert instant_of(sunday, BERLIN) - now == 23 * 3600


def test_a_repeated_time_in_the_gap_comes_back_as_it_was() -> None:
    wall, daily = datetime(2027, 3, 27, 2, 30), tuple(range(7))
    now = instant_of(wall, BERLIN)
    wall = next_wall(wall, daily, now, BERLIN)
    assert wall_of(instant_of(wall, BERLIN), BERLIN) == datetime(2027, 3, 28, 3, 0)
    wall = next_wall(wall, daily, instant_of(wall, BERLIN), BERLIN)
    assert wall_of(instant_of(wall, BERLIN), BERLIN) == datetime(2027, 3, 29, 2, 30)


def test_a_time_that_comes_twice_rings_once() -> None:
    wall, daily = datetime(2027, 10, 31, 2, 30), tuple(range(7))
    now = instant_of(wall, BERLIN) + 1
    assert next_wall(wall, daily, now, BERLIN) == datetime(2027, 11, 1, 2, 30)


def test_after_a_long_pause_only_what_is_still_to_come_counts() -> None:
    wall = datetime(2027, 1, 4, 7)
    now = utc("2027-02-03 12:00")
    assert next_wall(wall, (0, 2), now, BERLIN) == datetime(2027, 2, 8, 7)


def test_a_duration_counts_seconds_and_not_the_wall() -> None:
    before = instant_of(datetime(2027, 3, 28, 1, 30), BERLIN)
    assert due_at(When(after=3600), before, BERLIN) == before + 3600

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.ringing import RING_AGAIN_SECS, RING_SECS
from pipecatapp.tools.schedule.schedule import (
    LONGEST_WAIT_SECS,
    MOST_ENTRIES,
    FullError,
    Schedule,
)
from pipecatapp.tools.schedule.wall_time import instant_of
from testing.unit.tools.schedule.fake_clock import BERLIN, FakeClock, Listener, opened

START = instant_of(datetime(2027, 3, 27, 12, 0), BERLIN)  # the day before summer time
DAILY = tuple(range(7))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
async def schedule(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Schedule]:
    made = await opened(tmp_path, clock)
    yield made
    await made.close()


@pytest.fixture
def listener(schedule: Schedule) -> Listener:
    return Listener(schedule)


def timer(seconds: int, name: str = "") -> Entry:
    return Entry(0, Kind.TIMER, name, START + seconds, seconds)


def at(kind: Kind, wall: datetime, repeat: tuple[int, ...] = ()) -> Entry:
    return Entry(0, kind, "bins", instant_of(wall, BERLIN), wall=wall, repeat=repeat)


async def test_several_timers_fall_due_each_at_its_time(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    for seconds, name in ((300, "rice"), (45, "tea"), (120, "eggs")):
        await schedule.add(timer(seconds, name))
    assert [entry.name for entry in schedule.waiting(Kind.TIMER)] == ["tea", "eggs", "rice"]
    await clock.advance(44)
    assert listener.due == []
    await clock.advance(1)
    assert [entry.name for entry in listener.due] == ["tea"]
    await clock.advance(255)
    assert [entry.name for entry in listener.due] == ["tea", "eggs", "rice"]
    assert [entry.name for entry in schedule.due()] == ["tea", "eggs", "rice"]
    assert schedule.waiting() == []


async def test_with_nothing_to_come_nothing_is_waited_for(
    schedule: Schedule, clock: FakeClock
) -> None:
    assert clock.longest is None
    await schedule.add(timer(7200))
    await clock.settle()
    assert clock.longest == LONGEST_WAIT_SECS


async def test_a_timer_keeps_its_length_when_the_clock_is_set(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    await schedule.add(timer(600))
    alarm = await schedule.add(at(Kind.ALARM, datetime(2027, 3, 27, 12, 30)))
    await clock.advance(60)
    await clock.set(clock.time + 3600)
    assert listener.due == [replace(alarm, fell_due=alarm.due)]
    await clock.advance(535)
    assert len(listener.due) == 1
    await clock.advance(10)
    assert [entry.kind for entry in listener.due] == [Kind.ALARM, Kind.TIMER]


async def test_a_reminder_over_the_change_to_summer_time_keeps_its_wall_time(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    wall = datetime(2027, 3, 28, 8, 0)
    await schedule.add(at(Kind.REMINDER, wall))
    await clock.set(START + 19 * 3600 - 1)  # 7:59:59 in summer time
    assert listener.due == []
    await clock.set(START + 19 * 3600)
    assert schedule.wall(listener.due[0].due) == wall


async def test_a_repeated_alarm_goes_on_and_rings_once_a_day(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    alarm = await schedule.add(at(Kind.ALARM, datetime(2027, 3, 28, 2, 30), DAILY))
    await clock.set(START + 14 * 3600)  # 3:00 in summer time, the first moment after the gap
    assert len(listener.due) == 1
    assert listener.due[0].repeat == ()
    (waiting,) = schedule.waiting()
    assert (waiting.id, waiting.wall) == (alarm.id, datetime(2027, 3, 29, 2, 30))
    await schedule.silence(listener.due)
    assert schedule.waiting() == [waiting]


async def test_mornings_that_nobody_heard_are_told_of_as_one(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    await schedule.add(at(Kind.ALARM, datetime(2027, 3, 28, 7, 0), DAILY))
    for days in (1, 2, 3):
        await clock.set(START + days * 86400)
    assert len(listener.due) == 3
    assert [schedule.wall(entry.due) for entry in schedule.due()] == [datetime(2027, 3, 30, 7)]


async def test_what_rings_is_told_again_for_a_while_and_then_counts_as_unheard(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    await schedule.add(timer(30))
    await clock.advance(30)
    (due,) = listener.due
    assert schedule.rings(due)
    await schedule.told([due.id])
    assert schedule.due()[0].told
    await clock.advance(RING_AGAIN_SECS)
    assert [entry.id for entry in listener.again] == [due.id]
    await clock.advance(RING_SECS)
    assert 4 <= len(listener.again) <= 5
    (unheard,) = schedule.due()
    assert not unheard.told
    assert not schedule.rings(unheard)


async def test_a_reminder_is_told_once_and_does_not_ring(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    await schedule.add(at(Kind.REMINDER, datetime(2027, 3, 27, 12, 1)))
    await clock.advance(60)
    await schedule.told([listener.due[0].id])
    await clock.advance(RING_SECS - 30)
    assert listener.again == []
    assert not schedule.rings(schedule.due()[0])
    assert schedule.due()[0].told
    await clock.advance(60)
    assert not schedule.due()[0].told


async def test_a_reaction_ends_it_and_it_can_ring_later(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    await schedule.add(timer(30, "soup"))
    await clock.advance(30)
    await schedule.silence(schedule.due())
    assert schedule.due() == []
    rang = schedule.just_rang()
    assert [entry.name for entry in rang] == ["soup"]
    await schedule.ring_later(rang, 300)
    assert schedule.just_rang() == []
    await clock.advance(300)
    assert [entry.name for entry in listener.due] == ["soup", "soup"]


async def test_everything_survives_a_restart_and_what_fell_due_meanwhile_is_found(
    tmp_path: Path, schedule: Schedule, clock: FakeClock
) -> None:
    await schedule.add(timer(60, "tea"))
    await schedule.add(timer(7200, "roast"))
    await schedule.add(at(Kind.REMINDER, datetime(2027, 3, 28, 9, 0)))
    await schedule.close()
    clock.time += 600
    again = Schedule(tmp_path, clock=clock, zone=BERLIN)
    listener = Listener(again)
    await again.open()
    await clock.settle()
    assert [entry.name for entry in listener.due] == ["tea"]
    assert [entry.name for entry in again.waiting()] == ["roast", "bins"]
    made = await again.add(timer(9000))
    ids = [entry.id for entry in (*again.due(), *again.waiting())]
    assert made.id in ids
    assert len(set(ids)) == 4
    await again.close()


async def test_a_machine_that_has_moved_keeps_the_time_on_the_wall(
    tmp_path: Path, schedule: Schedule, clock: FakeClock
) -> None:
    wall = datetime(2027, 3, 28, 9, 0)
    await schedule.add(at(Kind.ALARM, wall))
    await schedule.close()
    lisbon = Schedule(tmp_path, clock=clock, zone=ZoneInfo("Europe/Lisbon"))
    await lisbon.open()
    assert lisbon.wall(lisbon.waiting()[0].due) == wall
    await lisbon.close()


async def test_there_is_an_end_to_what_is_kept(schedule: Schedule) -> None:
    for number in range(MOST_ENTRIES):
        await schedule.add(timer(1000 + number))
    with pytest.raises(FullError):
        await schedule.add(timer(5))


async def test_a_schedule_without_a_place_says_why(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").write_text("")
    schedule = Schedule(tmp_path / "file", clock=clock)
    await schedule.open()
    assert schedule.problem is not None
    assert schedule.waiting() == []
    await schedule.close()


async def test_an_entry_is_ended_by_its_number(
    schedule: Schedule, clock: FakeClock, listener: Listener
) -> None:
    short = await schedule.add(timer(15))
    long = await schedule.add(timer(900))
    await clock.advance(15)
    await schedule.remove(short.id)
    await schedule.remove(long.id)
    assert (schedule.due(), schedule.waiting()) == ([], [])
    with pytest.raises(LookupError):
        await schedule.remove(long.id)

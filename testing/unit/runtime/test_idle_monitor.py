import asyncio

import pytest

from pipecatapp.runtime.idle_monitor import Disturbed, IdleMonitor


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_it_is_waited_for_until_the_last_one_is_silent() -> None:
    idle_monitor = IdleMonitor()
    one, two = idle_monitor.presence("one"), idle_monitor.presence("two")
    one.begin("voice")
    two.begin("answer")
    two.begin("speech")
    waiting = asyncio.create_task(idle_monitor.wait())
    for presence, what in ((one, "voice"), (two, "answer")):
        presence.end(what)
        await settle()
        assert not waiting.done()
    two.end("speech")
    await asyncio.wait_for(waiting, 5)


async def test_one_conversation_is_waited_for_by_itself() -> None:
    idle_monitor = IdleMonitor()
    one, two = idle_monitor.presence("one"), idle_monitor.presence("two")
    one.begin("voice")
    await asyncio.wait_for(idle_monitor.wait(conversation_id="two"), 5)
    waiting = asyncio.create_task(idle_monitor.wait(conversation_id="one"))
    await settle()
    assert not waiting.done()
    two.begin("voice")
    one.end("voice")
    await asyncio.wait_for(waiting, 5)


async def test_a_pause_has_to_last() -> None:
    idle_monitor = IdleMonitor()
    presence = idle_monitor.presence("one")
    presence.begin("voice")
    presence.end("voice")
    waiting = asyncio.create_task(idle_monitor.wait(0.2))
    await settle()
    assert not waiting.done()
    await asyncio.wait_for(waiting, 5)


async def test_work_is_cancelled_at_the_first_sound() -> None:
    idle_monitor, begun, cancelled = IdleMonitor(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    working = asyncio.create_task(idle_monitor.work(work()))
    await begun.wait()
    idle_monitor.presence("one").begin("voice")
    with pytest.raises(Disturbed):
        await working
    assert cancelled.is_set()


async def test_undisturbed_work_brings_its_result_and_its_errors() -> None:
    idle_monitor = IdleMonitor()
    assert await idle_monitor.work(asyncio.sleep(0, "done")) == "done"

    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await idle_monitor.work(fail())


async def test_a_client_that_goes_in_the_middle_of_a_word_leaves_silence() -> None:
    idle_monitor = IdleMonitor()
    presence = idle_monitor.presence("one")
    presence.begin("voice")
    presence.leave()
    assert not idle_monitor.busy()
    await asyncio.wait_for(idle_monitor.wait(), 5)

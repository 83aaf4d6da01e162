import asyncio

import pytest

from pipecatapp.runtime.inference.slots import SlotPlan, Slots


class Server:
    url, api_key = "http://127.0.0.1:1", "key"  # pragma: allowlist secret

    def __init__(self, slots: int = 2):
        self.slots = slots

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - the protocol's name
        return True


@pytest.mark.parametrize(
    ("slots", "shares"),
    [
        (7, SlotPlan(conversations=4, experts=4, api=5, memory=6)),
        (5, SlotPlan(conversations=2, experts=2, api=3, memory=4)),
        # Two people who talk matter more than a slot of the callers' own.
        (4, SlotPlan(conversations=2, experts=2, api=2, memory=3)),
        (3, SlotPlan(conversations=1, experts=1, api=1, memory=2)),
        (1, SlotPlan(conversations=1, experts=1, api=1, memory=2)),
    ],
)
def test_conversations_share_their_slots_with_nobody(slots: int, shares: SlotPlan) -> None:
    assert SlotPlan.of(slots) == shares


def test_each_conversation_keeps_its_slot_while_there_are_enough() -> None:
    slots = Slots(2)
    assert [slots.slot(name) for name in ("a", "b", "a", "b")] == [0, 1, 0, 1]


def test_the_longest_unused_slot_is_given_away() -> None:
    slots = Slots(2)
    for name in ("a", "b", "a"):
        slots.slot(name)
    assert slots.slot("c") == 1
    assert slots.slot("a") == 0
    assert slots.slot("b") == 1


def test_conversations_on_the_main_server_leave_the_other_slots_alone() -> None:
    slots = Slots.of(Server(7))
    assert [slots.slot(name) for name in "abcde"] == [0, 1, 2, 3, 0]


def test_everybody_shares_the_slots_of_one_server() -> None:
    server = Server()
    assert Slots.of(server) is Slots.of(server)
    assert Slots.of(server) is not Slots.of(Server())


async def test_a_slot_that_the_server_does_not_have_is_its_last() -> None:
    slots = Slots.of(Server())
    async with slots.held(0) as first, slots.held(5) as last:
        assert (first, last) == (0, 1)


async def test_a_server_that_moved_may_have_fewer_slots() -> None:
    server = Server(7)
    Slots.of(server)
    server.slots = 3
    async with Slots.of(server).held(6) as last:
        assert last == 2


async def test_a_slot_is_held_by_one_request_at_a_time() -> None:
    server, order = Server(), list[str]()

    async def use(name: str, slot: int) -> None:
        async with Slots.of(server).held(slot):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(use("a", 1), use("b", 3))
    assert order == ["a begins", "a ends", "b begins", "b ends"]


async def test_a_conversation_that_waits_for_its_slot_keeps_it() -> None:
    slots = Slots(2)

    async def use(name: str) -> None:
        async with slots.held_by(name):
            pass

    await use("b")
    await use("a")
    async with slots.held_by("b"):
        waits = asyncio.create_task(use("b"))
        await asyncio.sleep(0)
        assert slots.busy == 2
        assert slots.slot("c") == 1
        waits.cancel()
        await asyncio.wait({waits})
    assert slots.busy == 0


async def test_two_conversations_have_two_slots_and_a_third_takes_the_longest_unused() -> None:
    slots = Slots(2)

    async def slot(conversation: str) -> int:
        async with slots.held_by(conversation) as number:
            return number

    assert [await slot(name) for name in ("a", "b", "a", "b")] == [0, 1, 0, 1]
    await slot("a")
    assert await slot("c") == 1
    assert await slot("a") == 0
    assert (slots.has("a"), slots.has("b"), slots.busy) == (True, False, 0)


async def test_a_slot_that_is_writing_is_not_taken_while_another_is_idle() -> None:
    slots = Slots(2)
    async with slots.held_by("a"):
        async with slots.held_by("b"):
            pass
        async with slots.held_by("c") as third:
            assert third == 1


async def test_one_slot_serves_one_request_at_a_time() -> None:
    slots, order = Slots(1), list[str]()

    async def use(name: str) -> None:
        async with slots.held_by(name):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(use("a"), use("b"))
    assert order == ["a begins", "a ends", "b begins", "b ends"]

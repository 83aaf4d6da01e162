"""How much of a conversation an expert is sent, and which slot of its server it has."""

import asyncio
from itertools import pairwise
from typing import Any

from pipecatapp.experts.client.fitting import BLOCK, fitting, size
from pipecatapp.experts.client.slots import SlotTable


def conversation(turns: int) -> list[dict[str, Any]]:
    messages = []
    for number in range(turns):
        messages.append({"role": "user", "content": f"question {number}"})
        messages.append({"role": "assistant", "content": f"answer {number}"})
    return [*messages, {"role": "user", "content": "the last"}]


def test_all_of_it_where_it_fits() -> None:
    messages = conversation(5)
    assert fitting(messages, 10_000) == messages


def test_the_newest_turns_where_it_does_not_and_the_last_always() -> None:
    messages = conversation(20)
    kept = fitting(messages, 200)
    assert kept == messages[-len(kept) :]
    assert kept[0]["role"] == "user"
    assert 1 < len(kept) < len(messages)
    assert sum(map(size, kept)) <= 200
    assert fitting(messages, 1) == messages[-1:]


def test_what_comes_first_stays_for_some_turns() -> None:
    firsts = [fitting(conversation(turns), 400)[0]["content"] for turns in range(10, 40)]
    changes = sum(before != after for before, after in pairwise(firsts))
    assert 0 < changes <= 30 / BLOCK + 1


async def test_two_conversations_have_two_slots_and_a_third_takes_the_longest_unused() -> None:
    slots = SlotTable(2)

    async def slot(conversation: str) -> int:
        async with slots.held(conversation) as number:
            return number

    assert [await slot(name) for name in ("a", "b", "a", "b")] == [0, 1, 0, 1]
    await slot("a")
    assert await slot("c") == 1
    assert await slot("a") == 0
    assert (slots.has("a"), slots.has("b"), slots.busy) == (True, False, 0)


async def test_a_slot_that_is_writing_is_not_taken_while_another_is_idle() -> None:
    slots = SlotTable(2)
    async with slots.held("a"):
        async with slots.held("b"):
            pass
        async with slots.held("c") as third:
            assert third == 1


async def test_one_slot_serves_one_request_at_a_time() -> None:
    slots, order = SlotTable(1), list[str]()

    async def use(name: str) -> None:
        async with slots.held(name):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(use("a"), use("b"))
    assert order == ["a begins", "a ends", "b begins", "b ends"]

from contextlib import nullcontext

import pytest

from pipecatapp.runtime.inference.client import LlamaClient
from pipecatapp.runtime.inference.prefix_cache import PrefixCache

from .conftest import FakeLlama

PERSONA = "You are the twin."


@pytest.fixture
def prefixes(client: LlamaClient) -> PrefixCache:
    return PrefixCache(client)


async def hold(prefixes: PrefixCache, slot: int = 0) -> bool:
    return await prefixes.hold(nullcontext(slot), "router", PERSONA)


async def test_a_prompt_is_read_once_and_then_comes_from_the_disk(
    llama: FakeLlama, prefixes: PrefixCache
) -> None:
    assert await hold(prefixes)
    assert llama.asked == ["models", "restore 0", "chat 0", "save 0"]
    llama.restart()
    llama.asked.clear()
    assert await hold(prefixes)
    assert llama.asked == ["models", "restore 0", "chat 0"]


async def test_nothing_is_written_and_no_more_is_read_than_the_prompt(
    llama: FakeLlama, prefixes: PrefixCache
) -> None:
    await hold(prefixes, 3)
    assert llama.bodies == [
        {
            "messages": [{"role": "system", "content": PERSONA}],
            "max_tokens": 1,
            "n_predict": 0,
            "id_slot": 3,
        }
    ]


async def test_another_model_does_not_take_the_file_of_the_first(
    llama: FakeLlama, prefixes: PrefixCache
) -> None:
    await hold(prefixes)
    llama.restart()
    llama.meta = {**llama.meta, "size": 4}
    await hold(prefixes)
    assert len(llama.saved) == 2
    assert all(file.startswith("router-") and file.endswith(".prefix") for file in llama.saved)


async def test_a_full_disk_costs_no_more_than_the_file(
    llama: FakeLlama, prefixes: PrefixCache
) -> None:
    llama.disk_is_full = True
    assert await hold(prefixes)
    assert llama.saved == set()


@pytest.mark.parametrize("meta", [{}, None])
async def test_a_server_that_does_not_say_which_model_it_has_keeps_nothing(
    llama: FakeLlama, prefixes: PrefixCache, meta: dict[str, int]
) -> None:
    llama.meta = meta
    assert not await hold(prefixes)


async def test_a_server_that_is_away_is_no_error(llama: FakeLlama, prefixes: PrefixCache) -> None:
    await llama.stop()
    assert not await hold(prefixes)


async def test_a_server_without_slots_is_asked_nothing(
    llama: FakeLlama, prefixes: PrefixCache
) -> None:
    assert not await prefixes.hold(nullcontext(), "router", PERSONA)
    assert llama.asked == []

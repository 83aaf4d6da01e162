"""Asking experts on real llama-servers: slots, fail-over, sleepers, and what does not fit."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client import attempts as module
from pipecatapp.experts.client.requests import FailoverEvent
from pipecatapp.experts.discovery.external import external_experts
from pipecatapp.experts.errors import (
    BrokenError,
    ExpertUnavailableError,
    NoExpertError,
    TooLongError,
)
from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.runtime.llama_cpp.server import free_port
from testing.integration.experts.conftest import KnownExperts, Servers, events, said

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]  # it may build llama.cpp

STORY = "Tell me a long story about a fox and a hedgehog."


def most(tokens: int) -> Sampling:
    """Return how answers of at most so many tokens are written."""
    return Sampling(max_tokens=tokens)


def words(found: list[Any]) -> str:
    chunks = [event for event in found if isinstance(event, ChatCompletionChunk)]
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def usage(found: list[Any]) -> Any:
    return next(e.usage for e in reversed(found) if isinstance(e, ChatCompletionChunk) and e.usage)


def dead() -> ExpertInstance:
    """A server that nobody is."""
    return ExpertInstance(f"http://127.0.0.1:{free_port()}/v1", slots=1)


async def test_an_answer_is_the_servers_own_with_its_figures(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    found = await events(experts, "fables", STORY, sampling=most(12))
    assert words(found)
    assert usage(found).completion_tokens == 12
    assert known.latencies.keys() == {servers.instance(0).url}
    assert 0 < known.latencies[servers.instance(0).url] < 30


async def test_conversations_have_slots_of_their_own_and_keep_what_was_read(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    first, second = (f"{STORY} " + " ".join([animal] * 60) for animal in ("wolf", "bear"))
    await events(experts, "fables", first, conversation="a", sampling=most(4))
    await events(experts, "fables", second, conversation="b", sampling=most(4))
    again = await events(experts, "fables", first, conversation="a", sampling=most(4))
    counted = usage(again)
    assert counted.prompt_tokens - counted.prompt_tokens_details.cached_tokens <= 4


async def test_two_answers_at_once_in_one_slot_wait_for_each_other(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    asked = (
        events(experts, "fables", STORY, conversation="a", sampling=most(20)) for _ in range(2)
    )
    one, two = await asyncio.gather(*asked)
    assert usage(one).completion_tokens == usage(two).completion_tokens == 20


async def test_a_server_that_refuses_is_replaced_within_two_seconds_and_that_is_told(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    instances = (replace(dead(), latency_ms=1.0), replace(servers.instance(0), latency_ms=900.0))
    known.known = [Expert("fables", "tells", service=Service(instances, "small", 1024))]
    began = time.monotonic()
    asked = experts.events("fables", said(STORY), sampling=most(4))
    assert await anext(asked) is FailoverEvent.REPLACED
    assert time.monotonic() - began < 1.0
    assert words([event async for event in asked])


async def test_a_machine_without_power_is_replaced_too(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    # Nothing answers there (RFC 5737); a network that refuses such addresses is as good.
    away = ExpertInstance("http://192.0.2.1:9/v1", slots=1, latency_ms=1.0)
    service = Service((away, replace(servers.instance(0), latency_ms=9.0)), "small", 1024)
    known.known = [Expert("fables", "tells", service=service)]
    began = time.monotonic()
    asked = experts.events("fables", said(STORY), sampling=most(4))
    assert await anext(asked) is FailoverEvent.REPLACED
    assert time.monotonic() - began < 2.0
    assert words([event async for event in asked])


async def test_where_none_is_left_somebody_else_is_to_answer_within_two_seconds(
    experts: Experts, known: KnownExperts
) -> None:
    known.known = [Expert("fables", "tells", service=Service((dead(), dead(), dead())))]
    began = time.monotonic()
    with pytest.raises(ExpertUnavailableError):
        await events(experts, "fables", STORY)
    assert time.monotonic() - began < 2.0


async def test_nobody_is_asked_who_is_not_there(experts: Experts) -> None:
    with pytest.raises(NoExpertError):
        await events(experts, "fables", STORY)


async def test_one_that_dies_in_its_answer_is_an_error_and_not_silence(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    asked = experts.events("fables", said(STORY), sampling=most(600))
    assert words([await anext(asked) for _ in range(5)])
    await servers.kill(0)
    with pytest.raises(BrokenError):
        await _rest(asked)
    await servers.started_again(0)
    assert words(await events(experts, "fables", STORY, sampling=most(4)))


async def test_one_that_dies_while_it_reads_is_replaced(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    await servers.start(1)
    known.known = [Expert("fables", "tells", service=servers.service(0, 1))]
    long = " ".join([STORY] * 55)
    asked = asyncio.create_task(events(experts, "fables", long, sampling=most(4)))
    while not any(slot["is_processing"] for slot in await servers.slots(0)):
        assert not asked.done(), "it was read before it could be killed"
    await servers.kill(0)
    found = await asked
    assert FailoverEvent.REPLACED in found
    assert words(found)


async def test_an_answer_that_nobody_wants_any_more_stops_and_gives_its_slot_back(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    asked = experts.events("fables", said(STORY), conversation="a", sampling=most(600))
    async for _ in asked:
        break
    await asked.aclose()
    async with asyncio.timeout(5):
        while any(slot["is_processing"] for slot in await servers.slots(0)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    assert words(await events(experts, "fables", STORY, conversation="a", sampling=most(4)))


async def test_of_a_long_conversation_as_much_is_sent_as_fits(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    turns = [
        text for n in range(40) for text in (f"question {n} about foxes", "They are red. " * 5)
    ]
    conversation = said(*turns, STORY)
    found = [e async for e in experts.events("fables", conversation, sampling=most(40))]
    assert 300 < usage(found).prompt_tokens < 1024 - 40


async def test_what_alone_is_too_long_is_said_to_be(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    known.known = [Expert("fables", "tells", service=servers.service(0))]
    with pytest.raises(TooLongError):
        await events(experts, "fables", " ".join([STORY] * 200))
    # Where the context is not known, the server refuses the whole, and gets the last turn.
    known.known = [Expert("fables", "tells", service=Service((servers.instance(0),)))]
    found = [
        e
        async for e in experts.events(
            "fables",
            said(" ".join([STORY] * 200), "Once.", "Go on."),
            sampling=most(4),
        )
    ]
    assert usage(found).prompt_tokens < 60


async def test_a_server_that_does_not_say_how_many_slots_it_has_is_asked(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    instance = replace(servers.instance(0), slots=None)
    known.known = [Expert("fables", "tells", service=Service((instance,)))]
    for conversation in ("a", "b"):
        await events(experts, "fables", STORY, conversation=conversation, sampling=most(4))
    assert experts._dedicated._slots[instance.url].count == 2
    assert [slot["id_task"] >= 0 for slot in await servers.slots(0)] == [True, True]


async def test_an_external_expert_is_asked_with_the_key_of_its_file(
    experts: Experts, known: KnownExperts, servers: Servers, tmp_path: Path
) -> None:
    key_file, config = tmp_path / "law.key", tmp_path / "external.yaml"
    key_file.write_text(servers.servers[0].api_key)
    key_file.chmod(0o600)
    config.write_text(
        "experts:\n  - name: law\n    description: explains laws\n    model: small\n"
        f"    base_url: {servers.servers[0].url}/v1\n    key_file: law.key\n    context: 1024\n"
    )
    known.known = list(external_experts(config).values())
    assert words(await events(experts, "law", STORY, sampling=most(4)))
    # A key that was changed counts at once; a wrong one is refused, and never written anywhere.
    key_file.write_text("wrong-and-private")
    lines: list[str] = []
    handler = logger.add(lines.append, level="TRACE")
    with pytest.raises(ExpertUnavailableError) as error:
        await events(experts, "law", STORY, sampling=most(4))
    logger.remove(handler)
    assert any("status 401" in line for line in lines)
    assert not any("wrong-and-private" in text for text in [*lines, str(error.value)])


# -- sleepers -------------------------------------------------------------------------------------


@asynccontextmanager
async def heard(port: int, heads: list[bytes]) -> AsyncIterator[None]:
    """Listen as an activator does whose job does not come, and keep what is asked."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", port):
        yield


async def test_a_sleeper_is_waited_for_and_nothing_but_the_question_is_asked_of_it(
    experts: Experts, known: KnownExperts, servers: Servers
) -> None:
    port, heads = free_port(), list[bytes]()
    sleeper = ExpertInstance(f"http://127.0.0.1:{port}/v1", asleep=True, healthy=False)
    known.known = [Expert("fables", "tells", service=Service((sleeper,), "small", 1024))]
    async with heard(port, heads):
        asked = experts.events("fables", said(STORY), sampling=most(4))
        assert await anext(asked) is FailoverEvent.WAKING
        answering = asyncio.create_task(_rest(asked))
        async with asyncio.timeout(10):
            while len(heads) < 2:  # noqa: ASYNC110 - the listener tells nobody
                await asyncio.sleep(0.02)
        # For a moment it is listed nowhere; then its job runs, at another address.
        known.known = []
        await asyncio.sleep(module.ASK_AGAIN_SECS)
        known.known = [Expert("fables", "tells", service=servers.service(0))]
        found = await asyncio.wait_for(answering, 20)
    assert words(found)
    assert FailoverEvent.REPLACED not in found
    assert set(heads) == {b"POST /v1/chat/completions HTTP/1.1"}


async def test_a_sleeper_that_does_not_wake_is_given_up(
    experts: Experts, known: KnownExperts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAKING_SECS", 1.5)
    sleeper = ExpertInstance(dead().url, asleep=True, healthy=False, slots=1)
    known.known = [Expert("fables", "tells", service=Service((sleeper,)))]
    began = time.monotonic()
    with pytest.raises(ExpertUnavailableError):
        await events(experts, "fables", STORY)
    assert 1.0 < time.monotonic() - began < 4.0


async def _rest(asked: Any) -> list[Any]:
    return [event async for event in asked]

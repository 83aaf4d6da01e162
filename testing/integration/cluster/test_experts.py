"""The experts of a cluster, as a real Consul tells of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.consul import ConsulDirectory
from pipecatapp.experts.expert import Expert
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import Consul

META = {"model": "small", "ctx": "4096", "slots": "3", "job": "creative-expert"}


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with prompts of two experts, one of them without a server."""
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    for name in ("coding", "creative"):
        profile = f"description: is good at {name}\nexamples: [a, b, c, d, e]\n"
        (prompts / f"{name}_expert.yaml").write_text(profile)
        (prompts / f"{name}_expert.txt").write_text(f"You are {name}.")
    (prompts / "law_expert.txt").write_text("You know the law.")
    return settings.model_copy(update={"prompts": prompts})


@pytest.fixture
async def directory(house: Settings) -> AsyncIterator[ConsulDirectory]:
    made = ConsulDirectory(house)
    await made.start()
    yield made
    await made.close()


def named(directory: ConsulDirectory, name: str) -> Expert | None:
    return next((expert for expert in directory.experts() if expert.name == name), None)


def servers(directory: ConsulDirectory, name: str) -> list[str]:
    expert = named(directory, name)
    return [one.url for one in expert.service.instances] if expert and expert.service else []


async def within(seconds: float, condition: Callable[[], Any]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/v1"


async def test_experts_come_and_go_within_a_second(
    directory: ConsulDirectory, consul: Consul
) -> None:
    assert [expert.name for expert in directory.experts()] == ["coding", "creative"]
    consul.register("prima-api-biology", 9101, {**META, "model": "phi"})
    await within(1.0, lambda: named(directory, "biology"))
    biology = named(directory, "biology")
    assert biology
    assert biology.service
    assert biology.description == "the specialist for biology, with the model phi"
    assert (biology.service.model, biology.service.context) == ("phi", 4096)
    assert biology.service.instances[0].slots == 3
    assert (biology.asleep, biology.persona) == (False, "expert")
    consul.register("prima-api-biology", 9102, META, instance="second")
    await within(1.0, lambda: servers(directory, "biology") == [url(9101), url(9102)])
    consul.fail("prima-api-biology")
    await within(1.0, lambda: servers(directory, "biology") == [url(9102)])
    consul.deregister("second")
    await within(1.0, lambda: named(directory, "biology") is None)


async def test_a_server_joins_the_persona_of_its_name_and_leaves_it_to_the_main_one(
    directory: ConsulDirectory, consul: Consul
) -> None:
    consul.register("prima-api-creative", 9101, META)
    await within(1.0, lambda: servers(directory, "creative") == [url(9101)])
    creative = named(directory, "creative")
    assert creative
    assert creative.description == "is good at creative"
    assert creative.examples == ("a", "b", "c", "d", "e")
    assert creative.persona == "creative_expert"
    consul.deregister("prima-api-creative")
    await within(1.0, lambda: servers(directory, "creative") == [])
    creative = named(directory, "creative")
    assert creative
    assert creative.service is None


async def test_a_persona_alone_is_that_of_a_server_of_its_name(
    directory: ConsulDirectory, consul: Consul
) -> None:
    assert named(directory, "law") is None
    consul.register("prima-api-law", 9101, META)
    await within(1.0, lambda: named(directory, "law"))
    law = named(directory, "law")
    assert law
    assert law.persona == "law_expert"


async def test_the_default_expert_and_other_services_are_no_targets(
    directory: ConsulDirectory, consul: Consul
) -> None:
    for name in ("prima-api-main", "web", "prima-api-Bad", "prima-api-"):
        consul.register(name, 9101, META)
    consul.register("prima-api-last", 9101, META)
    await within(1.0, lambda: named(directory, "last"))
    assert [expert.name for expert in directory.experts()] == ["coding", "creative", "last"]


async def test_a_sleeper_stays_listed_and_is_known_as_one(
    directory: ConsulDirectory, consul: Consul
) -> None:
    consul.register("prima-api-biology", 9101, META)
    await within(1.0, lambda: named(directory, "biology"))
    # Its job has stopped: the check fails, and the tag says why.
    consul.register("prima-api-biology", 9101, META, tags=("expert", "asleep"))
    consul.fail("prima-api-biology")
    await within(1.0, lambda: (found := named(directory, "biology")) and found.asleep)
    sleeper = named(directory, "biology")
    assert sleeper
    assert sleeper.status_fields()["state"] == "asleep"
    assert servers(directory, "biology") == [url(9101)]
    consul.register("prima-api-biology", 9102, META, instance="woken")
    await within(1.0, lambda: (found := named(directory, "biology")) and not found.asleep)


async def test_what_is_known_holds_while_consul_is_away_and_is_said_to_be_old(
    directory: ConsulDirectory, consul: Consul
) -> None:
    consul.register("prima-api-biology", 9101, META)
    await within(1.0, lambda: named(directory, "biology"))
    assert directory.stale is None
    consul.stop(kill=True)
    await within(3.0, lambda: directory.stale)
    assert directory.stale == "it is not reachable"
    assert servers(directory, "biology") == [url(9101)]
    # It comes back empty.
    await asyncio.to_thread(consul.start)
    await within(5.0, lambda: named(directory, "biology") is None and not directory.stale)
    consul.register("prima-api-biology", 9102, META)
    await within(1.0, lambda: servers(directory, "biology") == [url(9102)])


async def test_an_agent_starts_and_ends_without_a_consul(tmp_path: Path) -> None:
    settings = Settings(mode="cluster", home=tmp_path, consul_address="127.0.0.1:9")
    directory = ConsulDirectory(settings)
    started = time.monotonic()
    await directory.start()
    assert [expert.name for expert in directory.experts()] == ["coding", "creative"]
    assert directory.stale
    await directory.close()
    assert time.monotonic() - started < 4.0


def test_an_address_that_is_none_is_said(tmp_path: Path) -> None:
    settings = Settings(mode="cluster", home=tmp_path, consul_address="ftp://x")
    with pytest.raises(UserError, match="CONSUL_HTTP_ADDR"):
        ConsulDirectory(settings)

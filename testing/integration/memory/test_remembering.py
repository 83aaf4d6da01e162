"""The agent remembers across restarts, and forgets for good: real model, real files."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.memory.storage.database import NAME
from testing.integration.conftest import RunningAgent
from testing.integration.person import Person, enter, new_person
from testing.integration.room import Room, connect

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
MODEL = "qwen2.5-coder-1.5b-instruct"
SOON = 180.0
TOLD = re.compile(rb"\b4711\b")
"""Not just anywhere: the same digits may be part of some id."""

Start = Callable[..., RunningAgent]


async def say(room: Room, text: str) -> str:
    """Type something and return the answer."""
    before, answers = len(room.reply()), len(room.told("timings"))
    await room.send("send-text", content=text, options={"audio_response": False})
    await room.until(lambda: len(room.told("timings")) > answers, SOON)
    return room.reply()[before:]


async def exchange(entering: AbstractAsyncContextManager[Room], *texts: str) -> list[str]:
    async with entering as room:
        return [await say(room, text) for text in texts]


async def examined(agent: RunningAgent, key: str, facts: int) -> None:
    """Wait until all turns have been examined, and so many facts at least are known."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        memory = (await asyncio.to_thread(agent.ask, "/api/status", key))["memory"]
        if memory["facts"] >= facts and memory["turns_to_examine"] == 0:
            return
        await asyncio.sleep(0.5)
    pytest.fail(f"not learned: {memory}")


async def approve(person: Person, room: Room) -> dict[str, Any]:
    """Say yes to the call that waits."""
    await room.until(lambda: room.told("approval"), SOON)
    waiting = room.told("approval")[-1]
    assert await person.decide(waiting, True) == 204
    return waiting


async def test_what_was_told_in_one_run_is_known_in_the_next(start_agent: Start) -> None:
    first = start_agent(LLM_MODEL=MODEL)
    key = first.new_key()
    await exchange(connect(first.url, key), "My daughter's name is Ada.", "Hello there.")
    await examined(first, key, 1)
    # The answers to the user's own words are another matter: short-term memory is cleared.
    await exchange(connect(first.url, key), "Forget this conversation.")
    first.stop()
    second = start_agent(home=first.home, LLM_MODEL=MODEL)
    assert await asyncio.to_thread(second.ask, "/api/history", key) == []
    (answer,) = await exchange(connect(second.url, key), "What is the name of my daughter?")
    assert "Ada" in answer
    second.assert_untroubled()
    second.stop()


async def test_what_is_to_be_remembered_is_kept_word_for_word_and_forgotten_for_good(
    start_agent: Start,
) -> None:
    agent = start_agent(LLM_MODEL=MODEL)
    person, other = new_person(agent), new_person(agent)
    wish = "um please remember that the alarm code of the shed is 4711"
    (answer,) = await exchange(enter(person), wish)
    # It is on the disk when it is said to be remembered.
    assert "the alarm code of the shed is 4711" in answer
    found = await person.ask("GET", "/api/memory?query=alarm+code")
    assert [fact["text"] for fact in found["facts"]] == ["the alarm code of the shed is 4711"]
    assert found["facts"][0]["source"] == "asked"
    await person.ask("POST", "/api/state", {"name": "then"})
    (known,) = await exchange(enter(other), "What is the alarm code of the shed?")
    assert "4711" in known

    async with enter(person) as room:
        asking = await say(room, "Forget the alarm code of the shed.")
        assert "I need your yes to forget this" in asking
        waiting = await approve(person, room)
        assert waiting["arguments"] == {"facts": ["the alarm code of the shed is 4711"]}
        await room.until(lambda: "forgotten for good" in room.reply(), SOON)
        await room.until(lambda: room.told("history"), SOON)
    found = await person.ask("GET", "/api/memory?query=alarm+code")
    assert found["facts"] == []
    for asker in (person, other):
        (unknown,) = await exchange(enter(asker), "What is the alarm code of the shed?")
        assert "4711" not in unknown
    agent.stop()
    assert [p for p in files_of(agent.home) if TOLD.search(p.read_bytes())] == []
    cli = [sys.executable, "-m", "pipecatapp.cli", "memory", "load", "then"]
    environment = {**os.environ, "PIPECATAPP_HOME": str(agent.home)}
    await asyncio.to_thread(subprocess.run, cli, env=environment, check=True, timeout=120)
    assert not TOLD.search((agent.home / "memory" / NAME).read_bytes())


def files_of(home: Path) -> list[Path]:
    """Return the agent's own files: no models, and nothing that is derived from them."""
    kept = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    return [p for p in kept if not any((home / n) in p.parents for n in ("models", "state"))]


async def test_the_newer_fact_holds_and_a_fact_is_forgotten_in_every_writing(
    start_agent: Start,
) -> None:
    agent = start_agent(LLM_MODEL=MODEL)
    person = new_person(agent)
    apart = unicodedata.normalize("NFD", "our baker is dr. möwe")
    async with enter(person) as room:
        await say(room, "Remember that the gate code is 5512.")
        replaced = await say(room, "Remember that the gate code is now 9034.")
        assert "instead of 5512" in replaced
        answer = await say(room, "What is the gate code?")
        assert "9034" in answer
        assert "5512" not in answer
        both = await say(room, "Remember that our baker is Dr. Möwe. How many days has a week?")
        assert both.startswith('I will remember: "our baker is Dr. Möwe".')
        assert re.search(r"seven|7", both.partition(".")[2], re.IGNORECASE)
        await say(room, f"remember that {apart}")
        found = await person.ask("GET", "/api/memory?query=baker")
        assert len([fact for fact in found["facts"] if "baker" in fact["text"]]) == 1
        await say(room, "Forget who our baker is.")
        await approve(person, room)
        await room.until(lambda: "forgotten for good" in room.reply(), SOON)
        await room.until(lambda: room.told("history"), SOON)
    history = json.dumps(await person.ask("GET", "/api/history"), ensure_ascii=False)
    assert "9034" in history
    agent.stop()
    texts = [path.read_bytes().decode(errors="replace") for path in files_of(agent.home)]
    told = [unicodedata.normalize("NFC", text).casefold() for text in [*texts, history]]
    assert not [text for text in told if re.search(r"möwe|m(?:\\u00f6|o\\u0308)we|baker", text)]


def test_a_second_agent_on_the_same_memory_is_refused(start_agent: Start) -> None:
    agent = start_agent()
    command = [str(Path(sys.executable).with_name("pipecatapp")), "run"]
    environment = {**os.environ, "PIPECATAPP_HOME": str(agent.home), "PIPECATAPP_PORT": "0"}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SOON)
    assert refused.returncode == 1
    last = refused.stderr.strip().splitlines()[-1]
    assert f"in use by process {agent.process.pid}:" in last
    assert last.startswith("error: ")
    agent.stop()

"""The API as OpenAI's own client uses it, with a real agent, a real model and a real memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from pipecatapp.runtime.turn_clock import TIMING_NAMES
from pipecatapp.text.languages.en.phrases import PHRASES

from .conftest import RunningAgent
from .room import Room, connect

pytestmark = pytest.mark.integration
PATIENCE = 200.0
FRANCE = "What is the capital of France?"
CAT = "Remember that my cat is called Zorro"


def client_of(agent: RunningAgent, key: str) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=f"{agent.url}/v1",
        api_key=key,
        max_retries=0,
        timeout=PATIENCE,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
    )


@pytest.fixture
async def client(agent: RunningAgent, key: str) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(agent, key) as client:
        yield client


async def ask(client: AsyncOpenAI, *words: str, model: str = "twin", **more: Any) -> ChatCompletion:
    """Send a history, the user's words first and last, and return the answer."""
    roles = ("user", "assistant")
    messages: Any = [{"role": roles[i % 2], "content": text} for i, text in enumerate(words)]
    more = {"max_tokens": 40, "seed": 7, **more}
    answer: ChatCompletion = await client.chat.completions.create(
        model=model, messages=messages, **more
    )
    return answer


def text_of(answer: ChatCompletion) -> str:
    return answer.choices[0].message.content or ""


def own(answer: ChatCompletion | ChatCompletionChunk) -> dict[str, Any]:
    """Return what the agent adds to OpenAI's fields."""
    return answer.model_extra or {}


def slots_of(agent: RunningAgent) -> tuple[str, dict[str, str]]:
    """Return where llama-server tells of its slots, and the headers that it asks for."""
    command = agent.llama_server().cmdline()
    port, key_file = (command[command.index(n) + 1] for n in ("--port", "--api-key-file"))
    key = Path(key_file).read_text().strip()
    return f"http://127.0.0.1:{port}/slots", {"Authorization": f"Bearer {key}"}


async def until_turns(room: Room, count: int) -> None:
    """Wait until so many turns have ended."""
    await room.until(lambda: len(room.told("timings")) == count, PATIENCE)


async def written(agent: RunningAgent) -> int | None:
    """Return how many tokens of an answer llama-server has written; None while it writes none."""
    url, headers = slots_of(agent)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        slots = (await client.get(url, headers=headers)).json()
    busy = [slot["next_token"] for slot in slots if slot["is_processing"]]
    return max((token["n_decoded"] for (token,) in busy), default=None)


async def begin(client: AsyncOpenAI) -> "openai.AsyncStream[ChatCompletionChunk]":
    """Begin a long answer, and return its stream after the first words."""
    stream = await client.chat.completions.create(
        model="coding",
        messages=[{"role": "user", "content": "Write a long program that plays chess."}],
        max_tokens=1000,
        stream=True,
    )
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    return stream


# -- answers ----------------------------------------------------------------------------------


async def test_the_twin_answers_and_tells_its_figures(client: AsyncOpenAI) -> None:
    answer = await ask(client, FRANCE)
    assert "Paris" in text_of(answer)
    assert answer.model == "twin"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    assert answer.usage.prompt_tokens > 100
    assert 0 < answer.usage.completion_tokens <= 40
    assert tuple(own(answer)["timings"]) == TIMING_NAMES
    assert own(answer)["timings"]["ttft_ms"] > 0
    assert own(answer)["action"] == {"kind": "answer", "name": None}


async def test_a_history_is_gone_on_with_and_read_once(client: AsyncOpenAI) -> None:
    first = text_of(await ask(client, FRANCE))
    answer = await ask(client, FRANCE, first, "And what is the capital of Italy?")
    assert "Rome" in text_of(answer)
    assert answer.usage
    assert answer.usage.prompt_tokens_details
    # All but the words that were just added, though the date and time stand before each turn's.
    cached = answer.usage.prompt_tokens_details.cached_tokens
    assert cached
    assert answer.usage.prompt_tokens - cached < 70


async def test_a_stream_holds_the_same_words_and_ends_with_its_usage(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="twin",
        messages=[
            {"role": "developer", "content": "Answer in capital letters."},
            {"role": "user", "content": [{"type": "text", "text": FRANCE}]},
        ],
        max_completion_tokens=40,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    *words, last, usage = chunks
    assert "paris" in "".join(c.choices[0].delta.content or "" for c in words).lower()
    assert last.choices[0].finish_reason == "stop"
    assert tuple(own(last)["timings"]) == TIMING_NAMES
    assert usage.choices == []
    assert usage.usage
    assert usage.usage.total_tokens == usage.usage.prompt_tokens + usage.usage.completion_tokens


async def test_an_expert_answers_by_its_name(client: AsyncOpenAI) -> None:
    answer = await ask(
        client, "Write a Python function that adds two numbers.", model="coding", max_tokens=60
    )
    assert "def " in text_of(answer)
    assert own(answer)["action"] == {"kind": "expert", "name": "coding"}
    assert answer.model == "coding"


async def test_an_answer_is_cut_where_the_caller_says(client: AsyncOpenAI) -> None:
    counting = "Count from one to twenty in words."
    cut = await ask(client, counting, model="creative", max_tokens=5)
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage
    assert cut.usage.completion_tokens == 5
    stopped = await ask(client, FRANCE, model="creative", stop=["is"], temperature=0)
    assert "Paris" not in text_of(stopped)
    assert stopped.choices[0].finish_reason == "stop"


async def test_models_are_listed(client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert names == ["twin", "coding", "creative"]
    assert (await client.models.retrieve("coding")).id == "coding"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nobody")


async def test_two_are_answered_at_once(client: AsyncOpenAI) -> None:
    answers = await asyncio.gather(
        ask(client, FRANCE), ask(client, "What is the capital of Italy?"), ask(client, FRANCE)
    )
    assert ["Paris" in text_of(a) or "Rome" in text_of(a) for a in answers] == [True] * 3


# -- refusals -----------------------------------------------------------------------------------


async def test_nobody_is_answered_without_a_key(agent: RunningAgent) -> None:
    async with client_of(agent, "wrong") as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            await ask(client, FRANCE)
    assert raised.value.code == "invalid_api_key"
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(f"{agent.url}/v1/chat/completions", json={})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


async def test_what_is_not_supported_is_said(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="twin, coding, creative"):
        await ask(client, FRANCE, model="gpt-4")
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with pytest.raises(openai.BadRequestError) as raised:
        await ask(client, FRANCE, tools=[tool])
    assert (raised.value.param, raised.value.code) == ("tools", "unsupported_parameter")


async def test_more_than_the_context_holds_is_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        await ask(client, "banana " * 10_000, model="coding")
    assert raised.value.code == "context_length_exceeded"


# -- memory, tools, people ------------------------------------------------------------------------


async def test_what_was_to_be_remembered_is_and_is_not_forgotten_without_a_yes(
    agent: RunningAgent, client: AsyncOpenAI
) -> None:
    kept = await ask(client, CAT)
    assert "I will remember" in text_of(kept)
    assert own(kept)["action"]["name"] == "memory.remember"
    assert "Zorro" in text_of(await ask(client, "What is my cat called?"))
    refused = await ask(client, "Forget that my cat is called Zorro")
    assert PHRASES.unasked.split("{purpose}")[1] in text_of(refused) + " "
    assert own(refused)["action"]["name"] == "memory.forget"
    assert "Zorro" in text_of(await ask(client, "What is my cat called?"))
    log = (agent.home / "audit" / "audit.jsonl").read_text().splitlines()
    last = [json.loads(line) for line in log][-2:]
    assert [(line["event"], line.get("verdict")) for line in last] == [
        ("call", None),
        ("approval", "unasked"),
    ]


async def test_a_tool_that_needs_no_yes_is_used(client: AsyncOpenAI) -> None:
    answer = await ask(client, "What is your status?")
    assert own(answer)["action"] == {"kind": "tool", "name": "mcp.get_status"}
    assert text_of(answer)


async def test_a_person_who_talks_keeps_what_the_model_has_read(
    agent: RunningAgent, key: str, client: AsyncOpenAI
) -> None:
    async with connect(agent.url, agent.new_key()) as room:
        for turn, words in enumerate([FRANCE, "And which river flows through it?"], 1):
            await room.send("send-text", content=words, options={"audio_response": False})
            await until_turns(room, turn)
            await ask(client, "What is the capital of Italy?", max_tokens=5)
        before, after = room.told("timings")
    # Its first turn, with the answer, and what surrounds the second one's words.
    assert after["prompt_tokens"] - after["cached_tokens"] < 100
    assert after["cached_tokens"] >= before["prompt_tokens"] - 5


# -- what breaks --------------------------------------------------------------------------------


async def test_a_stream_that_nobody_reads_any_more_frees_its_slot(
    agent: RunningAgent, client: AsyncOpenAI
) -> None:
    stream = await begin(client)
    assert await written(agent) is not None
    await stream.close()
    async with asyncio.timeout(PATIENCE):
        while (tokens := await written(agent)) is not None:
            # However fast this machine is, no more than is on its way is still written.
            assert tokens < 100
            await asyncio.sleep(0.1)
    assert "Paris" in text_of(await ask(client, FRANCE))


async def test_a_model_that_dies_is_told_of_and_comes_again(
    agent: RunningAgent, client: AsyncOpenAI
) -> None:
    stream = await begin(client)
    agent.llama_server().kill()
    with pytest.raises(openai.APIError, match=r"language model|broke off"):
        async for _ in stream:
            pass
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(timeout=PATIENCE) as http:
        while (await http.get(f"{agent.url}/health")).is_error:  # noqa: ASYNC110 - it only answers
            await asyncio.sleep(0.2)
    assert "Paris" in text_of(await ask(client, FRANCE))

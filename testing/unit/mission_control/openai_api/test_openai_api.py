"""The API as OpenAI's own client, browsers and careless programs meet it."""

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.auth import Identity
from pipecatapp.mission_control.openai_api import background_answer, routes, stream
from pipecatapp.mission_control.openai_api.admission import MOST_AT_ONCE, MOST_OF_ONE_CALLER
from pipecatapp.mission_control.openai_api.completions import (
    CompletionEnd,
    CompletionRequest,
    Message,
    ModelUnavailableError,
    PromptTooLongError,
    RefusedError,
)
from pipecatapp.mission_control.openai_api.replies import CompletionReply
from pipecatapp.mission_control.openai_api.schema import MAX_BODY

from .conftest import ENDED, Site

HELLO: Any = [{"role": "user", "content": "Hello"}]
ASKED = CompletionRequest("twin", "", [Message("user", "Hello")])
CALLER = Identity("key", "test", "key-test")
BODY = {"model": "twin", "messages": HELLO}


async def ask(client: AsyncOpenAI, **more: Any) -> Any:
    return await client.chat.completions.create(model="twin", messages=HELLO, **more)


async def post(site: Site, body: Any, **headers: str) -> httpx.Response:
    """Send a body with a key, or with the headers that are given instead."""
    headers = headers or {"Authorization": f"Bearer {site.key}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{site.url}/chat/completions", content=content, headers=headers)


def error_of(answer: httpx.Response) -> dict[str, Any]:
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


# -- answers ----------------------------------------------------------------------------------


async def test_an_answer_has_the_form_that_the_client_knows(
    site: Site, client: AsyncOpenAI
) -> None:
    site.agent.pieces = ["Hello", " there. ", ENDED]
    answer = await ask(client)
    assert answer.choices[0].message.content == "Hello there."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == 23
    assert answer.usage.prompt_tokens_details.cached_tokens == 15
    assert answer.timings == {"total_ms": 5.0}
    assert answer.action == {"kind": "answer", "name": None}
    ((_, caller),) = site.agent.asked
    assert (caller.kind, caller.name) == ("key", "test")


@pytest.mark.parametrize("usage", [True, False])
async def test_a_stream_has_the_form_that_the_client_knows(
    site: Site, client: AsyncOpenAI, usage: bool
) -> None:
    options = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = [chunk async for chunk in await ask(client, stream=True, **options)]
    assert [c.choices[0].delta.content for c in chunks if c.choices] == [
        "",
        "Hello",
        " there.",
        None,
    ]
    assert chunks[0].choices[0].delta.role == "assistant"
    last = [c for c in chunks if c.choices][-1]
    assert (last.choices[0].finish_reason, last.timings) == ("stop", {"total_ms": 5.0})
    assert [c.usage.total_tokens for c in chunks if c.usage] == ([23] if usage else [])
    assert len({(chunk.id, chunk.model, chunk.created) for chunk in chunks}) == 1


async def test_a_stream_ends_with_done_and_is_not_gathered_by_proxies(site: Site) -> None:
    answer = await post(site, {**BODY, "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_a_cut_answer_says_so(site: Site, client: AsyncOpenAI) -> None:
    site.agent.pieces = ["Hello", CompletionEnd("length", 1, 1, 0, {}, {})]
    assert (await ask(client)).choices[0].finish_reason == "length"


async def test_a_client_that_waits_for_the_first_word_hears_that_it_is_alive(
    site: Site, client: AsyncOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (routes, stream):
        monkeypatch.setattr(module, "KEEP_ALIVE_SECS", 0.05)
    site.agent.goes_on.clear()
    headers = {"Authorization": f"Bearer {site.key}"}
    body = {**BODY, "stream": True}
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("POST", f"{site.url}/chat/completions", json=body, headers=headers) as answer,
    ):
        assert await anext(line async for line in answer.aiter_lines() if line[:1] == ":")
        site.agent.goes_on.set()
    # To the client such a line is nothing.
    site.agent.goes_on.clear()
    words = await ask(client, stream=True)
    site.agent.goes_on.set()
    assert "".join([c.choices[0].delta.content or "" async for c in words]) == "Hello there."


# -- who may ask ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["models", "models/twin", "nowhere/at/all"])
async def test_errors_have_openais_form_wherever_they_arise(site: Site, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{site.url}/{path}")
        headers = {"Authorization": f"Bearer {site.key}"}
        other = await client.delete(f"{site.url}/models", headers=headers)
    known = path.startswith("models")
    assert answer.status_code == (401 if known else 404)
    assert error_of(answer)["code"] == ("invalid_api_key" if known else "not_found")
    assert error_of(other)["code"] == "method_not_allowed"


async def test_a_stranger_is_not_answered_whatever_is_sent(site: Site) -> None:
    async with site.client("wrong") as client:
        with pytest.raises(openai.AuthenticationError):
            await ask(client)
    for body in (BODY, b"nonsense", {**BODY, "model": "secret"}):
        answer = await post(site, body, **{"X-Nothing": "1"})
        assert (answer.status_code, error_of(answer)["code"]) == (401, "invalid_api_key")
    assert site.agent.asked == []


async def test_a_key_that_is_guessed_too_often_has_to_wait(site: Site) -> None:
    for _ in range(10):
        await post(site, BODY, Authorization="Bearer guess")
    answer = await post(site, BODY, Authorization="Bearer guess")
    assert (answer.status_code, error_of(answer)["type"]) == (429, "rate_limit_error")
    assert answer.headers["retry-after"] == "60"


async def test_another_sites_page_cannot_ask_by_a_persons_cookie(site: Site) -> None:
    cookie = f"pipecatapp_session={site.app.state.auth.sessions.create()}"
    here = f"http://127.0.0.1:{site.port}"
    without = await post(site, BODY, Cookie=cookie)
    foreign = await post(site, BODY, Cookie=cookie, Origin="http://evil.example")
    assert [without.status_code, foreign.status_code] == [401, 403]
    assert "another site" in error_of(foreign)["message"]
    assert site.agent.asked == []
    assert (await post(site, BODY, Cookie=cookie, Origin=here)).status_code == 200
    ((_, caller),) = site.agent.asked
    assert caller.kind == "session"


# -- what is refused --------------------------------------------------------------------------


async def test_models_that_do_not_exist_are_not_found(site: Site, client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["twin", "coding"]
    assert (await client.models.retrieve("coding")).owned_by == "pipecatapp"
    with pytest.raises(openai.NotFoundError, match="twin, coding"):
        await client.models.retrieve("gpt-4")
    with pytest.raises(openai.NotFoundError) as raised:
        await client.chat.completions.create(model="gpt-4", messages=HELLO)
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


async def test_a_body_that_is_too_large_is_cut_off(site: Site) -> None:
    body = json.dumps({**BODY, "messages": [{"role": "user", "content": "x" * MAX_BODY}]}).encode()
    answer = await post(site, body)
    assert (answer.status_code, error_of(answer)["code"]) == (413, "request_too_large")

    async def in_pieces() -> Any:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    headers = {"Authorization": f"Bearer {site.key}"}
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{site.url}/chat/completions"
        answer = await client.post(url, content=in_pieces(), headers=headers)
    assert (answer.status_code, error_of(answer)["code"]) == (413, "request_too_large")


async def test_one_caller_cannot_take_all_places(site: Site, client: AsyncOpenAI) -> None:
    site.agent.goes_on.clear()
    mine = [asyncio.create_task(ask(client)) for _ in range(MOST_OF_ONE_CALLER)]
    await until(lambda: len(site.agent.asked) == MOST_OF_ONE_CALLER)
    with pytest.raises(openai.RateLimitError, match="of yours") as raised:
        await ask(client)
    assert raised.value.response.headers["retry-after"]
    others = []
    for name in ("b", "c"):
        key = site.app.state.auth.keys.add(name)
        for _ in range(MOST_OF_ONE_CALLER):
            others.append(asyncio.create_task(post(site, BODY, Authorization=f"Bearer {key}")))
            await asyncio.sleep(0)
    left = MOST_AT_ONCE - MOST_OF_ONE_CALLER
    await until(lambda: sum(other.done() for other in others) == len(others) - left)
    site.agent.goes_on.set()
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*others))
    assert statuses == [200] * left + [429] * (len(others) - left)
    await asyncio.gather(*mine)
    assert (await ask(client)).choices  # and all places are free again


# -- what breaks ------------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("failure", "kind", "code"),
    [
        (PromptTooLongError(), openai.BadRequestError, "context_length_exceeded"),
        (RefusedError("no"), openai.BadRequestError, None),
        (ModelUnavailableError("away"), openai.InternalServerError, "unavailable"),
        (UserError("The persona is empty."), openai.InternalServerError, "unavailable"),
        (ZeroDivisionError(), openai.InternalServerError, None),
    ],
)
async def test_what_fails_at_once_is_told_by_a_status(
    site: Site,
    client: AsyncOpenAI,
    failure: Exception,
    kind: type[openai.APIStatusError],
    code: str | None,
    streamed: bool,
) -> None:
    site.agent.pieces = [failure]
    with pytest.raises(kind) as raised:
        await ask(client, stream=streamed)
    assert raised.value.code == code


async def test_what_breaks_in_the_middle_is_told_in_the_stream(
    site: Site, client: AsyncOpenAI
) -> None:
    site.agent.pieces = ["Hello", ModelUnavailableError("The language model died.")]
    chunks = await ask(client, stream=True)
    assert [(await anext(chunks)).choices[0].delta.content for _ in range(2)] == ["", "Hello"]
    with pytest.raises(openai.APIError, match="The language model died"):
        await anext(chunks)
    answer = await post(site, {**BODY, "stream": True})
    assert "[DONE]" not in answer.text


async def test_an_answer_that_never_ends_is_ended(
    site: Site, client: AsyncOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_answer, "LONGEST_SECS", 0.1)
    site.agent.goes_on.clear()
    with pytest.raises(openai.InternalServerError) as raised:
        await ask(client)
    assert raised.value.code == "timeout"
    await asyncio.wait_for(site.agent.closed.wait(), 5)


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("words", [0, 1])
async def test_a_client_that_goes_ends_the_models_work_and_frees_its_place(
    site: Site, streamed: bool, words: int
) -> None:
    site.agent.said_before = words
    site.agent.goes_on.clear()
    for _ in range(MOST_OF_ONE_CALLER + 1):
        site.agent.begun.clear()
        site.agent.closed.clear()
        asking = asyncio.create_task(post(site, {**BODY, "stream": streamed}))
        await asyncio.wait_for(site.agent.begun.wait(), 5)
        asking.cancel()
        await asyncio.wait({asking})
        await asyncio.wait_for(site.agent.closed.wait(), 5)


async def test_a_client_that_takes_nothing_is_let_go(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_SECS", 0.05)
    taken: list[Any] = []

    async def nothing_more() -> Any:
        await asyncio.Event().wait()

    async def take(message: Any) -> None:
        taken.append(message["type"])
        if len(taken) == 3:
            await asyncio.Event().wait()

    released: list[bool] = []
    writing = background_answer.BackgroundAnswer(
        site.agent.answer(ASKED, CALLER), lambda: released.append(True)
    )
    response = stream.EventStream(writing, CompletionReply("twin"), None)
    async with asyncio.timeout(10):
        await response({"type": "http"}, nothing_more, take)
    assert taken == ["http.response.start", *["http.response.body"] * 2]
    assert (site.agent.closed.is_set(), released) == (True, [True])


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the server is what is looked at
            await asyncio.sleep(0.01)

"""Grammars, by the real llama.cpp: whatever a model writes under them is a call that a tool takes.

At a high temperature the smallest model writes little but noise, which finds the odd ways.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from pipecatapp.runtime.llama_cpp import server as llama_server
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp, ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, Toolset, tool
from pipecatapp.twin.routing.actions import Actions, TalkExamples
from pipecatapp.twin.routing.grammar import arguments_grammar

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]  # it may build llama.cpp

SEEDS = 6
LONGEST = 200
EXAMPLES = ("one", "two", "three", "four", "five")


class Forms(Toolset):
    """A tool for each kind of argument."""

    namespace = "forms"

    @tool(examples=EXAMPLES)
    async def text(self, call: Call, text: str) -> str:
        """Takes a text."""
        return text

    @tool(examples=EXAMPLES)
    async def numbers(self, call: Call, whole: int, broken: float, yes: bool) -> str:
        """Takes numbers."""
        return f"{whole} {broken} {yes}"

    @tool(examples=EXAMPLES)
    async def choice(
        self, call: Call, color: Literal["red", "grün", 'a "b" \\ c'], size: Literal[1, 2] = 1
    ) -> str:
        """Takes one of some."""
        return f"{color} {size}"

    @tool(examples=EXAMPLES)
    async def lists(self, call: Call, words: list[str], rows: list[list[int]]) -> str:
        """Takes lists."""
        return f"{words} {rows}"

    @tool(examples=EXAMPLES)
    async def optional(
        self, call: Call, a: str = "", b: int | None = None, c: bool = False, d: str | None = None
    ) -> str:
        """Takes what may be missing."""
        return f"{a} {b} {c} {d}"

    @tool(examples=EXAMPLES)
    async def mixed(self, call: Call, a: int = 0, *, b: bool, c: int = 0, d: bool) -> str:
        """Takes what may be missing between what may not."""
        return f"{a} {b} {c} {d}"

    @tool(examples=EXAMPLES)
    async def anything(self, call: Call, table: dict[str, Any]) -> str:
        """Takes any object."""
        return str(table)

    @tool(examples=EXAMPLES)
    async def nothing(self, call: Call) -> str:
        """Takes nothing."""
        return ""


TOOLS = {tool.name: tool for tool in tools_of(Forms(None))}  # type: ignore[arg-type] # unused

NESTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "owner": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
            "required": ["age"],
        },
        "tags": {"type": "array", "items": {"$ref": "#/$defs/Tag"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["owner", "tags"],
    "$defs": {"Tag": {"enum": ["a", "b"]}},
}


@pytest.fixture(scope="module")
def llama() -> LlamaCpp:
    return ensure_llama_cpp(Settings(), Progress())


@pytest.fixture(scope="module")
def gguf() -> Path:
    settings = Settings()
    smoke = Catalogue.load(settings.catalogue).models("smoke")[0]
    return gguf_of(smoke, ensure_model(smoke, settings, Progress()))


@pytest.fixture
async def client(
    llama: LlamaCpp, gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    # On a busy machine the threads of so small a model do little but wait for each other.
    monkeypatch.setattr(llama_server, "physical_cores", lambda: 1)
    settings = Settings(home=tmp_path, llm_context=1024)
    server = LlamaServer(llama, gguf, settings)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with (
        LocalOrchestrator([server.spec()], settings.log_dir) as jobs,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=300) as client,
    ):
        await jobs.start(server.name)
        await jobs.wait_healthy(server.name, 60)
        yield client


async def written(client: httpx.AsyncClient, grammar: str) -> list[str]:
    """Return all that was completed within the tokens, at many seeds."""
    completed = []
    for seed in range(SEEDS):
        body = {
            "messages": [{"role": "user", "content": "Act. Use quotes, é, \\ and numbers."}],
            "grammar": grammar,
            "seed": seed,
            "temperature": 1.5,
            "max_tokens": LONGEST,
        }
        reply = await client.post("/v1/chat/completions", json=body)
        assert reply.status_code == 200, reply.text
        choice = reply.json()["choices"][0]
        if choice["finish_reason"] == "stop":
            completed.append(str(choice["message"]["content"]))
    # Noise may fill a text to its end, but not most of the time.
    assert len(completed) > SEEDS // 3
    return completed


async def test_all_arguments_that_are_written_are_taken(client: httpx.AsyncClient) -> None:
    for name, form in TOOLS.items():
        if name == "forms.nothing":
            continue
        for text in await written(client, arguments_grammar(form.schema)):
            arguments = form.check(json.loads(text))
            # What is taken can be sent on, to a model and to a file.
            json.dumps(arguments, ensure_ascii=False).encode()


async def test_all_actions_that_are_written_are_understood(client: httpx.AsyncClient) -> None:
    actions = Actions(TOOLS.values(), [], TalkExamples.load(Settings().prompts))
    seen = set()
    for text in await written(client, actions.grammar(actions.names)):
        decision = actions.parse(text)
        if decision.name and decision.arguments:
            assert TOOLS[decision.name].check(decision.arguments) == decision.arguments
        seen.add(decision.name)
    assert len(seen) > 1


async def test_nested_objects_have_their_form(client: httpx.AsyncClient) -> None:
    for text in await written(client, arguments_grammar(NESTED)):
        content = json.loads(text)
        assert set(content) - {"note"} == {"owner", "tags"}
        assert isinstance(content["owner"]["age"], int)
        assert set(content["owner"]) <= {"name", "age"}
        assert set(content["tags"]) <= {"a", "b"}
        assert content.get("note") is None or isinstance(content["note"], str)


@pytest.mark.parametrize("names", [["answer"], ["answer", "forms.nothing"]])
async def test_only_what_is_offered_is_written(client: httpx.AsyncClient, names: list[str]) -> None:
    actions = Actions(TOOLS.values(), [], TalkExamples.load(Settings().prompts))
    assert set(await written(client, actions.grammar(names))) <= set(names)


async def test_characters_that_are_escaped_are_whole_ones(client: httpx.AsyncClient) -> None:
    grammar = arguments_grammar(TOOLS["forms.text"].schema)
    # Of all that a text may hold nothing but escapes, or chance would seldom come to them.
    rules = [line for line in grammar.splitlines() if not line.startswith("string ")]
    rules.append(r'string ::= "\"" (("\\u") code){20} "\""')
    for text in await written(client, "\n".join(rules)):
        assert len(TOOLS["forms.text"].check(json.loads(text))["text"].encode()) >= 20

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.experts.expert import Expert
from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from pipecatapp.tools.execution.approvals import Approvals
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.runner import ToolRunner
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, ToolError, Toolset, tool
from pipecatapp.twin.routing.actions import Actions, TalkExamples
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router
from pipecatapp.twin.turn.agent_context import AgentContext

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _chunk(data: str) -> bytes:
    body = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(body), body)


def _token(text: str, finish_reason: str | None = None) -> bytes:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return _chunk(json.dumps({**chunk, "choices": [delta]}))


STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)


def answers(*words: str, after: asyncio.Event | None = None) -> Reply:
    """Stream an answer, the first word only when `after` is set."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        await writer.drain()
        if after is not None:
            await after.wait()
        for word in words:
            writer.write(_token(word))
        writer.write(_token("", "stop"))
        writer.write(_chunk("[DONE]") + b"0\r\n\r\n")

    return reply


def writes(text: str) -> Reply:
    """Complete under a grammar: one piece of JSON, as llama-server gives it back."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        body = json.dumps({**answer, "choices": [choice]}).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return reply


def spelled(odds: float) -> dict[str, float]:
    """Return log probabilities of a yes and a no, each written in two ways."""
    yes = 1 / (1 + math.exp(-odds))
    chances = {"Yes": 0.75 * yes, " yes": 0.25 * yes, "No": 0.5 * (1 - yes), "no": 0.5 * (1 - yes)}
    return {token: math.log(chance) for token, chance in chances.items()}


def agrees(odds: float) -> Reply:
    """Answer as sure of a yes as it is told, in log-odds, in the way of llama-server."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        likely = [{"token": t, "logprob": p, "bytes": None} for t, p in spelled(odds).items()]
        first = {**likely[0], "top_logprobs": likely}
        message = {"role": "assistant", "content": likely[0]["token"]}
        choice = {"index": 0, "message": message, "finish_reason": "length"}
        choice["logprobs"] = {"content": [first]}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        body = json.dumps({**answer, "choices": [choice]}).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return reply


def refuses(status: int, message: str) -> Reply:
    """Answer with an error, as llama-server words it."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        body = json.dumps({"error": {"code": status, "message": message}}).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return reply


def dies_after(*words: str) -> Reply:
    """Stream some words, then cut the connection as a killed process does."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b"".join(_token(word) for word in words))
        await writer.drain()
        writer.transport.abort()

    return reply


def unfinished(*words: str) -> Reply:
    """Stream some words, and end as if that were all, as a proxy does whose server has gone."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b"".join(_token(word) for word in words))
        writer.write(_chunk("[DONE]") + b"0\r\n\r\n")

    return reply


class ModelServer:
    """A real HTTP server on loopback that replies as it is told, one reply a request."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.odds = 2.0
        """Of a yes, when it is asked whether a tool fits; such requests are not counted."""
        self.requests: list[dict[str, Any]] = []
        self.request_came = asyncio.Event()
        self.restarts = True
        self.waited = 0
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_key(self) -> str:
        return "key"

    @property
    def slots(self) -> int:
        return 16

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - the protocol's name
        """Start again, as the orchestrator does, unless it is told not to."""
        self.waited += 1
        if self.restarts and self._server is None:
            await self.start()
        return self.restarts

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            request = json.loads(await reader.readexactly(length))
        except asyncio.IncompleteReadError:
            writer.close()  # whoever asked has gone
            return
        if request.get("logprobs"):
            await agrees(self.odds)(writer)
            writer.close()
            return
        self.requests.append(request)
        self.request_came.set()
        await self.replies.pop(0)(writer)
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


PERSONA = "You are the twin."


class Lamp(Toolset):
    """Tools of the tests' own; the real ones need what a test cannot have."""

    namespace = "lamp"

    def __init__(self, resources: Any = None):
        super().__init__(resources)
        self.calls: list[str] = []
        self.ready = asyncio.Event()
        self.says = "The lamp is off."
        self.broken = self.stuck = ""

    @tool(
        examples=(
            "switch on the lamp",
            "switch off the lamp",
            "turn the lamp on",
            "turn the lamp off please",
            "put the light on",
            "put the light out",
            "lamp on",
            "could you switch the light off",
        ),
        sensitive=True,
        purpose="switch the lamp",
    )
    async def switch(self, call: Call, on: bool) -> str:
        """Switches the lamp.

        Args:
            on: whether it is to shine
        """
        self.calls.append(f"switch {on}")
        return f"The lamp is {'on' if on else 'off'} now."

    @tool(
        examples=(
            "is the lamp on",
            "does the lamp shine",
            "check whether the light is on",
            "tell me the state of the lamp",
            "what is the lamp doing",
            "is the light still burning",
            "did i leave the lamp on",
            "look at the lamp for me",
        ),
        read_only=True,
        purpose="look at the lamp",
    )
    async def read(self, call: Call) -> str:
        """Tells whether the lamp is on."""
        self.calls.append("read")
        await self.ready.wait()
        if self.broken:
            raise ToolError(self.broken)
        return self.says

    @tool(
        examples=(
            "dim the lamp to ten percent",
            "set the brightness of the lamp to fifty",
            "make the light darker",
            "make the light brighter",
            "dim the light",
            "lower the brightness",
            "raise the lamp's brightness",
            "brightness to eighty percent please",
        ),
        purpose="dim the lamp to {percent} percent",
        provenance={"percent": "derived"},
    )
    async def dim(self, call: Call, percent: Annotated[int, Field(ge=0, le=100)] = 50) -> str:
        """Sets the lamp's brightness.

        Args:
            percent: of its full power
        """
        self.calls.append(f"dim {percent}")
        if self.stuck:
            raise ToolError(self.stuck)
        return f"The lamp is at {percent} percent."


RHYMES = Expert(
    "rhyming",
    "makes rhymes",
    (
        "make a rhyme on house",
        "what rhymes with mouse",
        "find me a rhyme",
        "rhyme something with orange",
        "give me two lines that rhyme",
        "a rhyme for my birthday card please",
        "which words rhyme with tree",
        "let the last two words rhyme",
    ),
)


@pytest.fixture
def lamp() -> Lamp:
    """A lamp that is read at once."""
    lamp = Lamp()
    lamp.ready.set()
    return lamp


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    directory = Settings().models_dir / "all-MiniLM-L6-v2-int8"
    if not directory.is_dir():
        pytest.skip(f"{directory} is not there: `pipecatapp setup` brings it")
    return MiniLM(directory)


@pytest.fixture(scope="session")
def talk() -> TalkExamples:
    return TalkExamples.load(Settings().prompts)


@pytest.fixture(scope="session")
def classifier(embedder: MiniLM, talk: TalkExamples) -> IntentClassifier:
    """What each of the tests' actions is asked for with, learned."""
    return IntentClassifier(embedder, Actions(tools_of(Lamp()), [RHYMES], talk).examples())


@pytest.fixture
def actions(lamp: Lamp, talk: TalkExamples) -> Actions:
    return Actions(tools_of(lamp), [RHYMES], talk)


class KnownExperts:
    """A directory of what a test puts into it."""

    stale = None

    def __init__(self, *experts: Expert):
        self.known = list(experts)
        self.latencies: dict[str, float] = {}

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def experts(self) -> list[Expert]:
        return self.known

    def listed(self) -> list[Expert]:
        return [expert for expert in self.known if expert.examples]

    def record_latency(self, url: str, seconds: float) -> None:
        self.latencies[url] = seconds


@pytest.fixture
def known() -> KnownExperts:
    return KnownExperts(RHYMES)


@pytest.fixture
async def experts(known: KnownExperts, server: ModelServer) -> AsyncIterator[Experts]:
    """Experts on the server of the twin's own model, with its last slot but eight."""
    made = Experts(known, lambda expert: f"You are good at {expert.name}.", SharedServer(server, 7))
    yield made
    await made.close()


@pytest.fixture
def agent_context(lamp: Lamp, actions: Actions, experts: Experts, tmp_path: Path) -> AgentContext:
    """A mind that leaves every decision to its model."""
    tools = {entry.name: entry for entry in tools_of(lamp)}
    audit = Audit(tmp_path / "audit.jsonl")
    return AgentContext(
        persona=PERSONA,
        router=Router(actions, None, experts=experts.directory.experts),
        runner=ToolRunner(Approvals(), audit, "sensitive"),
        tool=tools.get,
        experts=experts,
    )


@pytest.fixture
def quick_mind(
    agent_context: AgentContext, actions: Actions, classifier: IntentClassifier, embedder: MiniLM
) -> AgentContext:
    """A mind that decides by its head where that is sure."""
    experts = agent_context.experts.directory.experts
    return replace(agent_context, router=Router(actions, classifier, embedder, experts))

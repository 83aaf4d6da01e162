"""Measures the cost of routing to an expert, and of a restart of llama-server.

A llama-server is asked directly and through the router, in turns. A request's time without what
llama-server reports for itself (`timings`) is that of HTTP, the client and the router; the two
kinds differ by the router alone. As the 99th percentiles of both are the machine's rather than the
router's, the router is also measured by itself: a routed request's time without its client's.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from openai.types.chat import ChatCompletionChunk

from pipecatapp.deployment.deployment import LLAMA_JOB
from pipecatapp.deployment.embedded import LocalModelServer
from pipecatapp.experts.client.server import Clients
from pipecatapp.experts.discovery.local import FOLDER, LocalDirectory
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.runtime.llama_cpp.binaries import ensure_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import gguf_of
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.personas import load_persona
from pipecatapp.twin.llm.llama_model import LlamaModel

NAME, ROUTER = "coding", "router"
QUESTION = {"role": "user", "content": "Write a function that adds two numbers."}
SHORT, LONG = 16, 200
STREAMS = 10
STARTING_SECS = 300.0


async def measure(settings: Settings, model: str | None, requests: int) -> dict[str, Any]:
    """Measure with a llama-server in a state directory of its own.

    Args:
        settings: Where models and llama.cpp are.
        model: Its name in the catalogue; None for the smallest.
        requests: The number of short requests of each kind; there are ten long ones.

    Returns:
        Medians and 99th percentiles, in ms and tokens per second.
    """
    with tempfile.TemporaryDirectory() as home:
        bench = await asyncio.to_thread(_Bench, settings, Path(home), model)
        first = await bench.first_turn()
        async with AsyncExitStack() as stack:
            ways = await bench.ways(stack)
            short = await _alternating(ways, bench.clients, SHORT, requests)
            long = await _alternating(ways, bench.clients, LONG, STREAMS)
    speed = {kind: [each.tokens_per_second for each in asked] for kind, asked in long.items()}
    return {
        "model": bench.model.name,
        "first_turn_tokens": first,
        "requests": requests,
        "beyond_llama_server_ms": {
            kind: _spread([each.residual_ms for each in asked]) for kind, asked in short.items()
        },
        "router_ms": _spread([each.router_ms for each in short["routed"]]),
        "tokens_per_s": {kind: _spread(found) for kind, found in speed.items()},
        "share_of_llama_servers_own": round(
            statistics.median(speed["routed"]) / statistics.median(speed["direct"]), 4
        ),
    }


Way = Callable[[int], AsyncGenerator[ChatCompletionChunk, None]]
"""Takes a number of tokens, and yields an answer of at most that length."""


@dataclass(frozen=True)
class _Asked:
    """One request.

    Attributes:
        moments: When it began, when each token came, and when it ended, in seconds.
        timings: The timings of llama-server, in ms.
        client_secs: The time that its client took.
    """

    moments: Sequence[float]
    timings: Mapping[str, float]
    client_secs: float

    @property
    def residual_ms(self) -> float:
        """Its time without llama-server's own."""
        own = self.timings["prompt_ms"] + self.timings["predicted_ms"]
        return 1000 * self._secs - own

    @property
    def router_ms(self) -> float:
        """Its time without its client's."""
        return 1000 * (self._secs - self.client_secs)

    @property
    def tokens_per_second(self) -> float:
        """The rate of the tokens from the first to the last."""
        tokens = self.moments[1:-1]
        return (len(tokens) - 1) / (tokens[-1] - tokens[0])

    @property
    def _secs(self) -> float:
        return self.moments[-1] - self.moments[0]


class _TimedClients(Clients):
    """Clients that add up their own time in `secs`."""

    def __init__(self) -> None:
        super().__init__()
        self.secs = 0.0

    async def stream(
        self, instance: ExpertInstance, request: ChatRequest, **how: Any
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an answer's chunks; see `Clients.stream`."""
        began = time.perf_counter()
        async with aclosing(super().stream(instance, request, **how)) as chunks:
            async for chunk in chunks:
                self.secs += time.perf_counter() - began
                yield chunk
                began = time.perf_counter()
        self.secs += time.perf_counter() - began


class _Bench:
    """A llama-server in a state directory of its own.

    Args:
        settings: Where models and llama.cpp are.
        home: The state directory.
        model: Its name; None for the smallest.
    """

    def __init__(self, settings: Settings, home: Path, model: str | None):
        catalogue, progress = Catalogue.load(settings.catalogue), Progress()
        self.model = catalogue.get(model) if model else catalogue.models("smoke")[0]
        llama = ensure_llama_cpp(settings, progress)
        gguf = gguf_of(self.model, ensure_model(self.model, settings, progress))
        self._settings = settings.model_copy(update={"home": home})
        self._server = LlamaServer(llama, gguf, self._settings, name=LLAMA_JOB)
        self.clients = _TimedClients()

    async def ways(self, stack: AsyncExitStack) -> dict[str, Way]:
        """Start the server; return how to ask it directly and through the router."""
        await self._started(stack)
        home = self._settings.home
        key_file = home / "run" / f"{LLAMA_JOB}.key"
        about = {
            "model": self._server.alias,
            "context": self._settings.llm_context,
            "instances": [{"url": self._server.url, "key_file": str(key_file), "slots": 1}],
        }
        write_atomic(home / FOLDER / f"{NAME}.yaml", json.dumps(about))
        directory = LocalDirectory(self._settings.prompts, home)
        await directory.start()
        stack.push_async_callback(directory.close)
        router = Experts(directory, self._persona, clients=self.clients)
        stack.push_async_callback(router.close)
        instance = ExpertInstance(f"{self._server.url}/v1", key_file=key_file)
        system = {"role": "system", "content": self._persona(router.find(NAME))}

        def direct(longest: int) -> AsyncGenerator[ChatCompletionChunk, None]:
            parameters = _sampling(longest).parameters(longest)
            request = ChatRequest([system, QUESTION], parameters, self._server.alias)
            return self.clients.stream(instance, request, slot=nullcontext(0), patience=(1.0, 60.0))

        def routed(longest: int) -> AsyncGenerator[ChatCompletionChunk, None]:
            return router.stream(NAME, [QUESTION], sampling=_sampling(longest))

        return {"direct": direct, "routed": routed}

    async def first_turn(self) -> dict[str, int]:
        """Return how many tokens the first turn reads on a new server and after a restart."""
        async with AsyncExitStack() as stack:
            server = await self._started(stack)
            new = await self._turn(server)
            await self._warm_up(server)
        async with AsyncExitStack() as stack:
            server = await self._started(stack)
            await self._warm_up(server)
            return {"new": new, "after_a_restart": await self._turn(server)}

    async def _started(self, stack: AsyncExitStack) -> LocalModelServer:
        jobs = LocalOrchestrator([self._server.spec()], self._settings.log_dir)
        await stack.enter_async_context(jobs)
        await jobs.start(LLAMA_JOB)
        await jobs.wait_healthy(LLAMA_JOB, STARTING_SECS)
        return LocalModelServer(self._server, jobs)

    async def _warm_up(self, server: LocalModelServer) -> None:
        system = load_persona(self._settings.prompts, ROUTER)
        model = LlamaModel(server, Conversation("bench"), 0, system, TurnClock())
        await model.warm_up(ROUTER)
        await model.close()

    async def _turn(self, server: LocalModelServer) -> int:
        system = {"role": "system", "content": load_persona(self._settings.prompts, ROUTER)}
        async with httpx.AsyncClient(timeout=STARTING_SECS, trust_env=False) as client:
            answer = await client.post(
                f"{server.url}/v1/chat/completions",
                headers={"Authorization": f"Bearer {server.api_key}"},
                json={"messages": [system, QUESTION], "max_tokens": 1, "id_slot": 0},
            )
        return int(answer.raise_for_status().json()["timings"]["prompt_n"])

    def _persona(self, expert: Expert) -> str:
        return load_persona(self._settings.prompts, expert.persona)


def _sampling(longest: int) -> Sampling:
    return Sampling(max_tokens=longest, temperature=0.0)


async def _alternating(
    ways: Mapping[str, Way], clients: _TimedClients, tokens: int, times: int
) -> dict[str, list[_Asked]]:
    """Ask in each way `times` times, in turns."""
    asked: dict[str, list[_Asked]] = {kind: [] for kind in ways}
    for number in range(times + 1):
        for kind, way in ways.items():
            one = await _ask(way(tokens), clients)
            if number:  # the first ones read the prompt
                asked[kind].append(one)
    return asked


async def _ask(answer: AsyncGenerator[ChatCompletionChunk, None], clients: _TimedClients) -> _Asked:
    timings: dict[str, float] = {}
    earlier = clients.secs
    moments = [time.perf_counter()]
    async with aclosing(answer) as chunks:
        async for chunk in chunks:
            if text_of(chunk):
                moments.append(time.perf_counter())
            timings = (chunk.model_extra or {}).get("timings") or timings
    moments.append(time.perf_counter())
    return _Asked(moments, timings, clients.secs - earlier)


def _spread(found: list[float]) -> dict[str, float]:
    p99 = float(np.percentile(found, 99))
    return {"median": round(statistics.median(found), 2), "p99": round(p99, 2)}

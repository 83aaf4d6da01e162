"""What all sessions of one agent share: models, the model server, conversations, figures."""

import asyncio
import json
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any, Self

import aiohttp
import psutil
from pipecat.pipeline.worker import PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from starlette.websockets import WebSocket

from pipecatapp.agent.memory import AgentMemory
from pipecatapp.agent.openai_backend import OpenAIBackend
from pipecatapp.agent.session import Exchange, Session
from pipecatapp.agent.sessions import Sessions
from pipecatapp.agent.speech_models import SpeechModels
from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.benchmark.metrics import observe_turn
from pipecatapp.deployment.selection import choose_deployment
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.mission_control.addresses import base_url, login_url
from pipecatapp.mission_control.auth.login_sessions import OF_SESSION
from pipecatapp.mission_control.tls.authority import Authority
from pipecatapp.runtime.embedding.factory import load_embedder
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.slots import SlotPlan, Slots
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults
from pipecatapp.voice.piper import SpeechAhead
from pipecatapp.voice.realtime_stt import require_realtime_stt

Compose = Callable[
    ["Agent", BaseTransport, Conversation, str | None], tuple[PipelineWorker, Session]
]

ROUTER = "router"
"""The name under which the system prompt of the twin itself is saved."""


class Agent:
    """The running agent; an async context manager that starts and ends all it needs."""

    def __init__(self, settings: Settings, compose: Compose):
        """Make an agent; entering its context starts it.

        Args:
            settings: How it is to run.
            compose: Makes the pipeline of one session.
        """
        self.deployment = choose_deployment(settings)
        self.settings = settings = self.deployment.settings
        self.conversations = Conversations(settings.home / "conversations")
        self.idle_monitor = IdleMonitor()
        self.voices = SpeechModels(settings)
        self._sessions = Sessions(partial(compose, self), self.conversations)
        self._started = time.monotonic()
        self._ready = False
        self._last_turn: TurnTimings | None = None
        self.toolbox: Toolbox | None = None
        self.memory: AgentMemory | None = None
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Prepare what is missing, start or find llama-server, load and warm the models."""
        if self.settings.stt_service == "realtimestt":
            require_realtime_stt()
        self.http = aiohttp.ClientSession()
        try:
            equipment = await self.deployment.prepare()
            self.model_server = await self.deployment.start()
            slots = SlotPlan.of(self.model_server.slots)
            self.slots = Slots.of(self.model_server)
            embedder = await asyncio.to_thread(load_embedder, self.settings, equipment.embedder)
            self.memory = await AgentMemory.open(
                self.settings, embedder, self.conversations, self.idle_monitor
            )
            shared = SharedServer(self.model_server, slots.experts)
            self.toolbox = Toolbox(self.settings, embedder, self.status, self.memory, shared=shared)
            await self.toolbox.start()
            self.completions = OpenAIBackend(
                self.model_server,
                slots.callers,
                self.toolbox,
                self.idle_monitor,
                on_turn=self.turn_finished,
            )
            await asyncio.to_thread(self.voices.load, equipment)
            await self.deployment.ready()
            await self.memory.start(self.model_server, slots.memory, self.idle_monitor)
            self._warming = asyncio.create_task(self._warm_up(slots.conversations))
            self._ready = True
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _warm_up(self, conversations: int) -> None:
        """Have the system prompt in every slot: the first turn would wait long for it."""
        clock = TurnClock()
        async for _ in self.deployment.fresh_servers():
            system = self.agent_context().system
            for slot in range(conversations):
                conversation = Conversation("warm-up")
                model = LlamaModel(self.model_server, conversation, slot, system, clock)
                try:
                    await model.warm_up(ROUTER)
                finally:
                    await model.close()

    async def __aexit__(self, *exc_info: object) -> None:
        """End the sessions, then the child processes."""
        await self._sessions.end()
        if self._warming:
            self._warming.cancel()
            await asyncio.wait({self._warming})
        if self.toolbox:
            await self.toolbox.close()
        if self.memory:
            await self.memory.close()
        await self.http.close()
        await self.deployment.close()
        self.voices.close()

    # -- for the pipeline ---------------------------------------------------------------------

    def agent_context(self) -> AgentContext:
        """Return what a new session decides and acts with.

        Raises:
            UserError: The persona's file cannot be used.
        """
        return self._able.agent_context()

    def pending_results(self, conversation_id: str) -> PendingToolResults:
        """Return the calls of a conversation that outlived their turn."""
        return self._able.pending_results(conversation_id)

    @property
    def _able(self) -> Toolbox:
        assert self.toolbox  # noqa: S101 - there from the start on
        return self.toolbox

    def speech_ahead(self, clock: TurnClock) -> SpeechAhead | None:
        """Return a session's speech ahead; `None` where another server synthesizes."""
        speaker = self.voices.speaker
        return SpeechAhead(speaker, clock) if speaker else None

    def turn_finished(self, timings: TurnTimings) -> None:
        """Take the figures of a finished turn, to be seen in status, metrics and the log."""
        self._last_turn = timings
        observe_turn(timings)
        if self.settings.benchmark_mode:
            print(json.dumps({"event": "turn", **timings.as_dict()}), flush=True)

    async def exchanged(self, conversation_id: str, person: str | None, exchange: Exchange) -> None:
        """Take what was said and answered in a finished turn: it may be worth remembering."""
        if (exchange.decision.name or "").startswith("memory."):
            return  # what it was about is kept, or forgotten, already
        turn = FinishedTurn(
            exchange.said,
            exchange.answered,
            conversation_id,
            time.time(),
            told_by=person,
            before=exchange.before,
        )
        await self._rememberer.turn_finished(turn)

    async def condense(self, conversation: Conversation) -> None:
        """Take note that turns have left a conversation."""
        await self._able.condense(conversation)

    @property
    def _rememberer(self) -> AgentMemory:
        assert self.memory  # noqa: S101 - there from the start on
        return self.memory

    # -- for Mission Control ------------------------------------------------------------------

    async def health(self) -> str | None:
        """Return None when a turn can be answered, else why not."""
        return await self.deployment.health()

    async def status(self) -> dict[str, Any]:
        """Return what the page and `/api/status` show."""
        if not self._ready:
            return {"state": "starting"}
        return {
            "version": version("pipecatapp"),
            "uptime_s": round(time.monotonic() - self._started),
            **await self.deployment.shown(),
            **self.voices.shown(),
            **self._able.shown(),
            "sessions": len(self._sessions),
            "memory_mb": round(psutil.Process().memory_info().rss / 2**20),
            "last_turn": self._last_turn.as_dict() if self._last_turn else None,
        }

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation's log, oldest first."""
        return self.conversations.get(conversation_id).history()

    async def approvals(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation's calls that wait for a person."""
        waiting = self._able.approvals.waiting(conversation_id)
        return [approval.as_dict() for approval in waiting]

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        """Take a person's decision on a call.

        Raises:
            LookupError: There is no such call in that conversation.
            ValueError: It is settled already, or the digest is another call's.
        """
        self._able.approvals.decide(conversation_id, approval_id, digest, approve=approve, by=by)

    async def logged_out(self, conversation_id: str) -> None:
        """Forget what there is of somebody who has left; a key's conversation goes on."""
        await self._able.registry.logged_out(conversation_id)
        if conversation_id.startswith(OF_SESSION):
            self.conversations.remove(conversation_id)

    @property
    def memories(self) -> MemoryService:
        """What is remembered, for people to look at and to change."""
        return self._rememberer.memories

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None = None
    ) -> None:
        """Run one client's session until its socket closes."""
        await self._sessions.serve_socket(websocket, conversation_id, person)

    async def serve_room(self) -> None:
        """Serve the microphone and speaker of this machine, if it is to and has them."""
        if self.settings.audio_device == "local":
            await self._sessions.serve_room()

    # -- for the terminal ---------------------------------------------------------------------

    def say_ready(self, port: int, token: str) -> None:
        """Print the address, and on a terminal's own machine a login link that works once."""
        if self.settings.mode == "cluster":
            # Whoever may read the job's log could log in.
            print(f"The twin is ready at {base_url(self.settings, port)}", flush=True)
            return
        lines = [
            "\nThe twin is ready. Open this link, it works once:\n",
            f"  {login_url(self.settings, port, token)}\n",
        ]
        if self.settings.lan:
            lines += [
                f"Other devices learn to trust it at {base_url(self.settings, port)}/trust",
                f"SHA-256 of its authority: {Authority(self.settings.home).fingerprint()}\n",
            ]
        lines.append("Another link: pipecatapp login-link. Stop with Ctrl-C.")
        print("\n".join(lines), flush=True)

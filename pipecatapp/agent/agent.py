"""The running agent: what its sessions share, and what Mission Control needs of it."""

import json
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import psutil
from pipecat.pipeline.worker import PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from starlette.websockets import WebSocket

from pipecatapp.agent.announcements import Announcements
from pipecatapp.agent.openai_backend import OpenAIBackend
from pipecatapp.agent.parts import AgentParts
from pipecatapp.agent.session import Exchange, Session
from pipecatapp.agent.sessions import Sessions
from pipecatapp.benchmark.metrics import observe_turn
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.mission_control.addresses import base_url, login_url
from pipecatapp.mission_control.auth.login_sessions import SESSION_PREFIX
from pipecatapp.mission_control.tls.authority import Authority
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.tools.household_lists.lists import HouseholdLists
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.turn.turn_context import TurnContext
from pipecatapp.voice.piper import SpeechAhead

Compose = Callable[
    ["Agent", BaseTransport, Conversation, str | None], tuple[PipelineWorker, Session]
]

KEPT_ELSEWHERE = ("memory.", "list.", "timer.", "alarm.", "reminder.")
"""Tools that keep what they were told, or forget it: there is nothing to learn from such a turn."""
ROUTER = "router"
"""The name under which the system prompt of the twin itself is saved."""


class Agent:
    """One agent."""

    def __init__(self, parts: AgentParts, compose: Compose):
        """Make an agent; `startup.open_agent` starts what it consists of.

        Args:
            parts: What it consists of.
            compose: Makes the pipeline of one session.
        """
        self.settings = parts.settings
        self.model_server = parts.model_server
        self.slots = parts.slots
        self.http = parts.http
        self.speech = parts.speech
        self.conversations = parts.conversations
        self.idle_monitor = parts.idle_monitor
        self._deployment = parts.deployment
        self._memory = parts.memory
        self._toolbox = parts.toolbox
        self.completions = OpenAIBackend(
            parts.model_server,
            parts.api_slot,
            parts.toolbox,
            parts.idle_monitor,
            on_turn=self.turn_finished,
        )
        self._sessions = Sessions(partial(compose, self), parts.conversations)
        parts.toolbox.on_lists_changed(self._sessions.tell_of_lists)
        self._started = time.monotonic()
        self._last_turn: TurnTimings | None = None

    async def warm_up(self, conversations: int) -> None:
        """Prefill the system prompt in every slot, so that the first turn does not wait for it.

        It goes on as long as the agent runs, since a model server may start anew.

        Args:
            conversations: The number of slots for conversations.
        """
        clock = TurnClock()
        async for _ in self._deployment.fresh_servers():
            system = self._toolbox.agent_context().system
            for slot in range(conversations):
                conversation = Conversation("warm-up")
                model = LlamaModel(self.model_server, conversation, slot, system, clock)
                try:
                    await model.warm_up(ROUTER)
                finally:
                    await model.close()

    async def end_sessions(self) -> None:
        """End all sessions."""
        await self._sessions.end()

    # -- for the pipeline ---------------------------------------------------------------------

    def turn_context(
        self, conversation: Conversation, clock: TurnClock, person: str | None
    ) -> TurnContext:
        """Return what the turns of a new session work with.

        Args:
            conversation: What the session continues.
            clock: Takes the times of its turns.
            person: Who speaks, where that is known.

        Raises:
            UserError: The persona's file cannot be used.
        """
        return TurnContext(
            self._toolbox.agent_context(),
            conversation,
            clock,
            pending_results=self._toolbox.pending_results(conversation.id),
            person=person,
        )

    def speech_ahead(self, clock: TurnClock) -> SpeechAhead | None:
        """Return a session's speech ahead; `None` where another server synthesizes."""
        speaker = self.speech.speaker
        return SpeechAhead(speaker, clock) if speaker else None

    def turn_finished(self, timings: TurnTimings) -> None:
        """Take the figures of a finished turn, to be seen in status, metrics and the log."""
        self._last_turn = timings
        observe_turn(timings)
        if self.settings.benchmark_mode:
            print(json.dumps({"event": "turn", **timings.as_dict()}), flush=True)

    async def exchanged(self, conversation_id: str, person: str | None, exchange: Exchange) -> None:
        """Take what was said and answered in a finished turn: it may be worth remembering."""
        if (exchange.decision.name or "").startswith(KEPT_ELSEWHERE):
            return  # what it was about is kept, or forgotten, already
        turn = FinishedTurn(
            exchange.said,
            exchange.answered,
            conversation_id,
            time.time(),
            told_by=person,
            before=exchange.before,
        )
        await self._memory.turn_finished(turn)

    async def condense(self, conversation: Conversation) -> None:
        """Summarize the turns that have left a conversation, where the settings ask for it."""
        await self._toolbox.condense(conversation)

    @property
    def announcements(self) -> Announcements:
        """Tells people in their sessions what has fallen due."""
        return self._toolbox.announcements

    # -- for Mission Control ------------------------------------------------------------------

    async def health(self) -> str | None:
        """Return None when a turn can be answered, else why not."""
        return await self._deployment.health()

    async def status(self) -> dict[str, Any]:
        """Return what the page and `/api/status` show."""
        return {
            "version": version("pipecatapp"),
            "uptime_s": round(time.monotonic() - self._started),
            **await self._deployment.status_fields(),
            **self.speech.status_fields(),
            **self._toolbox.status_fields(),
            "sessions": len(self._sessions),
            "memory_mb": round(psutil.Process().memory_info().rss / 2**20),
            "last_turn": self._last_turn.as_dict() if self._last_turn else None,
        }

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation's log, oldest first."""
        return self.conversations.get(conversation_id).history()

    async def approvals(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation's calls that wait for a person."""
        waiting = self._toolbox.approvals.waiting(conversation_id)
        return [approval.as_dict() for approval in waiting]

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        """Take a person's decision on a call.

        Raises:
            LookupError: There is no such call in that conversation.
            ValueError: It is settled already, or the digest is another call's.
        """
        self._toolbox.approvals.decide(conversation_id, approval_id, digest, approve=approve, by=by)

    def schedule(self, conversation_id: str) -> dict[str, Any]:
        """Return the timers, alarms and reminders as a conversation's pages show them."""
        return self._toolbox.announcements.shown(conversation_id)

    async def cancel_scheduled(self, entry_id: int) -> None:
        """End what rings, or cancel what is not due yet.

        Raises:
            LookupError: There is no such entry.
            UserError: The change cannot be written.
        """
        await self._toolbox.schedule.remove(entry_id)

    @property
    def lists(self) -> HouseholdLists:
        """The household's lists.

        Raises:
            UserError: Their tools could not be loaded.
        """
        return self._toolbox.lists

    async def logged_out(self, conversation_id: str) -> None:
        """Forget what there is of somebody who has left; a key's conversation goes on."""
        await self._toolbox.registry.logged_out(conversation_id)
        if conversation_id.startswith(SESSION_PREFIX):
            self.conversations.remove(conversation_id)

    @property
    def memories(self) -> MemoryService:
        """What is remembered, for people to look at and to change."""
        return self._memory.memories

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None = None
    ) -> None:
        """Run one client's session until its socket closes."""
        await self._sessions.serve_socket(websocket, conversation_id, person)

    async def serve_local_audio(self) -> None:
        """Serve the microphone and speaker of this machine, where AUDIO_DEVICE asks for it."""
        if self.settings.audio_device == "local":
            await self._sessions.serve_local_audio()

    # -- for the terminal ---------------------------------------------------------------------

    def say_ready(self, port: int, token: str) -> None:
        """Print the address and, outside a cluster, a login link that works once."""
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

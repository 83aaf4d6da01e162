"""A real Pipecat pipeline that stands where the twin stands: it repeats what it is told.

`/approve {...}` makes a call wait for approval, with what the JSON says of it; `/withdraw` takes
back what waits; `/history` and `/schedule` say that these are others now. A test may give it a
memory, which is a real one.

It hears by loudness instead of by a model, and its voice is a tone, so that the page and the
socket's protocol can be tried without models.
"""

import array
import asyncio
import json
import math
import threading
from datetime import UTC, datetime
from typing import Any

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import (
    RTVIClientMessageFrame,
    RTVIServerMessageFrame,
)
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.workers.runner import WorkerRunner
from starlette.websockets import WebSocket

from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.mission_control.backend import Memory
from pipecatapp.mission_control.openai_api.completions import Completions
from pipecatapp.mission_control.serializer import TwinSerializer
from pipecatapp.settings import Settings
from pipecatapp.tools.household_lists.lists import HouseholdLists
from testing.fakes.remembering_agent import RememberingAgent

from .echo_approvals import EchoApprovals

OUTPUT_RATE = 22050
LOUD = 500
QUIET_CHUNKS = 15
SERVICE = Service((ExpertInstance("http://127.0.0.1:8091/v1", asleep=True),), "qwen2.5-3b", 4096)
TIMINGS = {
    "turn_end_ms": 310,
    "stt_ms": 262,
    "decide_ms": 4,
    "ttft_ms": 241,
    "tts_first_ms": 180,
    "first_audio_ms": 944,
    "total_ms": 2100,
    "prompt_tokens": 400,
    "cached_tokens": 380,
    "tokens_per_s": 33.7,
}


class EchoAgent:
    """Mission Control's `Backend`, without models."""

    completions: Completions  # never set: the page does not use it

    def __init__(self, settings: Settings, seconds: float = 1.0) -> None:
        self.settings = settings
        self.seconds = seconds
        self.told: list[str] = []
        self.heard = 0
        self.turns: list[dict[str, Any]] = []
        self.sockets = 0
        self.released = threading.Event()
        self.pending = EchoApprovals()
        self.left: list[str] = []
        self.memory: RememberingAgent | None = None
        self.scheduled: dict[str, list[dict[str, Any]]] = {"waiting": [], "due": []}
        self.lists = HouseholdLists(settings.home / "lists")
        self.lists.listeners.add(self._tell_of_lists)
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def memories(self) -> Memory:
        assert self.memory, "this test has no memory"
        return self.memory.memories

    def _tell_of_lists(self) -> None:
        for conversation_id in list(self.pending.listeners):
            task = asyncio.create_task(self.pending.tell(conversation_id, {"kind": "lists"}))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def health(self) -> str | None:
        return None

    async def status(self) -> dict[str, Any]:
        return {
            "version": "0.1.0",
            "uptime_s": 8000,
            "cpu_level": "haswell",
            "llm": {
                "model": "qwen2.5-coder-1.5b",
                "reason": "The largest that generates 6 tokens/s here: 34.1.",
                "state": "running",
                "restarts": 0,
            },
            "stt": {"service": "faster-whisper", "model": "base", "reason": None},
            "tts": {"service": "piper", "voice": "en_US-joe-medium"},
            "experts": [
                Expert("coding", "writes programs").status_fields(),
                Expert("creative", "writes poems", service=SERVICE).status_fields(),
            ],
            "experts_stale": None,
            "last_turn": None,
            "tools": {
                "available": ["ssh.run_command", "ssh.copy_file", "web_browser.open_page"],
                "unavailable": {"vision": "no camera: set CAMERA to a device, a file or a URL"},
            },
        }

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        if self.memory:
            return await self.memory.history(conversation_id)
        return self.turns

    async def approvals(self, conversation_id: str) -> list[dict[str, Any]]:
        return self.pending.of(conversation_id)

    async def decide(
        self, conversation_id: str, approval_id: str, digest: str, approve: bool, by: str
    ) -> None:
        self.pending.decide(conversation_id, approval_id, digest, approve)

    def schedule(self, conversation_id: str) -> dict[str, Any]:
        return self.scheduled

    async def cancel_scheduled(self, entry_id: int) -> None:
        for entries in self.scheduled.values():
            entries[:] = [entry for entry in entries if entry["id"] != entry_id]

    def remember(self, role: str, text: str) -> None:
        at = datetime.now(UTC).isoformat()
        timings = TIMINGS if role == "assistant" else None
        entry = {"id": str(len(self.turns)), "role": role, "text": text, "at": at}
        self.turns.append({**entry, "timings": timings})

    async def logged_out(self, conversation_id: str) -> None:
        self.left.append(conversation_id)

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None
    ) -> None:
        await websocket.accept()
        self.sockets += 1
        self.released.clear()
        transport = FastAPIWebsocketTransport(
            websocket,
            FastAPIWebsocketParams(
                audio_in_enabled=True,
                audio_out_enabled=True,
                audio_in_sample_rate=16000,
                audio_out_sample_rate=OUTPUT_RATE,
                serializer=TwinSerializer(),
            ),
        )
        pipeline = Pipeline([transport.input(), Echo(self, conversation_id), transport.output()])
        worker = PipelineWorker(pipeline, params=PipelineParams(), idle_timeout_secs=None)

        async def ready(rtvi: Any) -> None:
            await rtvi.set_bot_ready()
            await rtvi.send_server_message(
                {
                    "kind": "session",
                    "input_sample_rate": 16000,
                    "output_sample_rate": OUTPUT_RATE,
                    "conversation_id": conversation_id,
                }
            )

        async def gone(*_: Any) -> None:
            await worker.cancel()

        worker.rtvi.add_event_handler("on_client_ready", ready)
        transport.add_event_handler("on_client_disconnected", gone)
        listeners = self.pending.listeners[conversation_id]
        listeners.add(worker.rtvi.send_server_message)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        try:
            await runner.run()
        finally:
            listeners.discard(worker.rtvi.send_server_message)
            self.sockets -= 1
            if not self.sockets:
                self.released.set()


class Echo(FrameProcessor):
    """Says "You said: ..." and hums."""

    def __init__(self, agent: EchoAgent, conversation: str) -> None:
        super().__init__()
        self._agent = agent
        self._conversation = conversation
        self._loud = 0
        self._quiet = 0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._listen(frame)
        elif isinstance(frame, LLMMessagesAppendFrame):
            message: Any = frame.messages[0]
            await self._answer(str(message["content"]))
        elif isinstance(frame, RTVIClientMessageFrame):
            self._agent.told.append(frame.type)
            if frame.type == "stop":
                # Words of the answer that were on their way when somebody pressed Stop.
                await self.push_frame(LLMTextFrame("on their way "))
                await self.broadcast_interruption()
        else:
            await self.push_frame(frame, direction)

    async def _listen(self, frame: InputAudioRawFrame) -> None:
        self._agent.heard += len(frame.audio)
        if max(map(abs, array.array("h", frame.audio)), default=0) > LOUD:
            self._loud += 1
            self._quiet = 0
            if self._loud == 1:
                await self.broadcast_frame(UserStartedSpeakingFrame)
                await self.broadcast_interruption()
            if self._loud == 5:
                now = datetime.now(UTC).isoformat()
                await self.push_frame(InterimTranscriptionFrame("a sound", "", now))
        elif self._loud:
            self._quiet += 1
            if self._quiet == QUIET_CHUNKS:
                await self._end_of_speech()

    async def _end_of_speech(self) -> None:
        self._loud = self._quiet = 0
        text = "A sound was heard."
        await self.push_frame(TranscriptionFrame(text, "", datetime.now(UTC).isoformat()))
        await self.broadcast_frame(UserStoppedSpeakingFrame)
        await self._answer(text)

    async def _answer(self, text: str) -> None:
        self._agent.remember("user", text)
        if text.startswith("/approve"):
            call = json.loads(text.removeprefix("/approve") or "{}")
            await self._agent.pending.ask(self._conversation, call, self._settled)
            await self._say("That needs your approval.")
        elif text == "/withdraw":
            await self._agent.pending.withdraw(self._conversation)
        elif text in ("/history", "/schedule"):
            await self._tell({"kind": text.removeprefix("/")})
        else:
            await self._say(f"You said: {text}")

    async def _settled(self, run: str, verdict: str) -> None:
        about = {"kind": "tool", "id": run, "tool": "ssh.run_command"}
        if verdict == "approved":
            for line in ("connected", "23:59 up 12 days, load average: 0.08"):
                await self._tell({**about, "state": "running", "line": line})
            await self._tell({**about, "state": "done", "line": None})
        if verdict != "withdrawn":
            await self._say(f"The call was {verdict}.")

    async def _tell(self, data: dict[str, Any]) -> None:
        await self._agent.pending.tell(self._conversation, data)

    async def _say(self, answer: str) -> None:
        self._agent.remember("assistant", answer)
        await self.push_frame(LLMFullResponseStartFrame())
        for word in answer.split(" "):
            await self.push_frame(LLMTextFrame(f"{word} "))
        await self.push_frame(LLMFullResponseEndFrame())
        chunk = OUTPUT_RATE // 50
        for index in range(int(self._agent.seconds * 50)):
            await self.push_frame(TTSAudioRawFrame(hum(index * chunk, chunk), OUTPUT_RATE, 1))
        await self.push_frame(RTVIServerMessageFrame(data={"kind": "timings", **TIMINGS}))


def hum(start: int, count: int) -> bytes:
    turn = 2 * math.pi * 220 / OUTPUT_RATE
    samples = (int(6000 * math.sin(turn * (start + index))) for index in range(count))
    return array.array("h", samples).tobytes()

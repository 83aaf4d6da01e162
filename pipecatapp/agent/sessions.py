"""The sessions of one agent: serves each client on its transport until it leaves."""

import asyncio
from collections.abc import Callable

from loguru import logger
from pipecat.pipeline.worker import PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.workers.runner import WorkerRunner
from starlette.websockets import WebSocket

from pipecatapp.agent.session import Session
from pipecatapp.errors import UserError
from pipecatapp.mission_control.serializer import TwinSerializer
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.voice.local_audio import local_transport

Compose = Callable[[BaseTransport, Conversation, str | None], tuple[PipelineWorker, Session]]
"""Makes the pipeline of one session, given its transport, its conversation and the person."""

LOCAL_AUDIO = "room"
"""The conversation of the microphone and speaker of this machine."""


class Sessions:
    """Runs the sessions, and counts them.

    Args:
        compose: Makes the pipeline of one session.
        conversations: What sessions continue.
    """

    def __init__(self, compose: Compose, conversations: Conversations):
        self._compose = compose
        self._conversations = conversations
        self._workers: set[PipelineWorker] = set()
        self._sessions: set[Session] = set()

    def __len__(self) -> int:
        return len(self._workers)

    async def serve_socket(
        self, websocket: WebSocket, conversation_id: str, person: str | None = None
    ) -> None:
        """Run one client's session until its socket closes."""
        await websocket.accept()
        transport = FastAPIWebsocketTransport(
            websocket,
            FastAPIWebsocketParams(
                audio_in_enabled=True, audio_out_enabled=True, serializer=TwinSerializer()
            ),
        )
        await self.serve(transport, conversation_id, person)

    async def serve(
        self, transport: BaseTransport, conversation_id: str, person: str | None = None
    ) -> None:
        """Run one session on a transport until that is closed."""
        conversation = self._conversations.get(conversation_id)
        worker, session = self._compose(transport, conversation, person)

        async def disconnected(*_: object) -> None:
            await worker.cancel(reason="the client has gone")

        transport.add_event_handler("on_client_disconnected", disconnected)
        runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
        self._workers.add(worker)
        self._sessions.add(session)
        try:
            await runner.add_workers(worker)
            await runner.run()
        finally:
            self._workers.discard(worker)
            self._sessions.discard(session)
            await session.detach()

    async def serve_local_audio(self) -> None:
        """Serve the microphone and speaker of this machine, if it has them.

        Without sound the agent goes on: the reason is logged, and the page works.
        """
        try:
            transport = await asyncio.to_thread(local_transport)
            logger.info("Listening on the microphone of this machine")
            await self.serve(transport, LOCAL_AUDIO)
        except UserError as error:
            logger.warning(str(error))
        except Exception as error:
            logger.exception("the sound device of this machine failed")
            logger.warning(f"AUDIO_DEVICE=local stopped working ({error}); the page goes on.")

    def tell_of_lists(self) -> None:
        """Tell all clients that the lists of the household have changed."""
        for session in self._sessions:
            session.tell_of_lists()

    async def end(self) -> None:
        """End all sessions."""
        for worker in list(self._workers):
            await worker.cancel()

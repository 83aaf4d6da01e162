"""Tracks open sockets and closes them when their caller logs out or its access ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from pipecatapp.mission_control.auth.auth import Auth, Identity, TooManyAttempts

RECHECK_SECONDS = 30.0


class SocketRegistry:
    """Knows which caller holds which sockets."""

    def __init__(self) -> None:
        self._open: dict[str, set[WebSocket]] = {}

    @asynccontextmanager
    async def open(
        self, identity: Identity, websocket: WebSocket, auth: Auth
    ) -> AsyncIterator[None]:
        """List a socket and keep checking its caller's access while the socket is served."""
        sockets = self._open.setdefault(identity.conversation_id, set())
        sockets.add(websocket)
        watch = asyncio.create_task(_close_once_refused(websocket, auth))
        try:
            yield
        finally:
            watch.cancel()
            sockets.discard(websocket)
            if not sockets:
                self._open.pop(identity.conversation_id, None)

    async def close(self, identity: Identity) -> None:
        """Close all sockets of a caller."""
        for websocket in list(self._open.get(identity.conversation_id, ())):
            await _close(websocket, "Logged out.")


async def _close_once_refused(websocket: WebSocket, auth: Auth) -> None:
    """Close a socket within half a minute of its key's revocation or its session's end."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        try:
            known = auth.identify(websocket) is not None
        except TooManyAttempts:
            known = False  # only unknown callers are limited
        if not known:
            await _close(websocket, "Log in again.")
            return


async def _close(websocket: WebSocket, reason: str) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        try:
            await websocket.close(1008, reason)
        except (RuntimeError, WebSocketDisconnect):
            return  # it closed by itself meanwhile

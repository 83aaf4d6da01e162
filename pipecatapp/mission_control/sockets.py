"""The open sockets, so that logging out closes them."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from pipecatapp.mission_control.auth import Identity


class SocketRegistry:
    """Knows which caller holds which sockets."""

    def __init__(self) -> None:
        self._open: dict[str, set[WebSocket]] = {}

    @contextmanager
    def open(self, identity: Identity, websocket: WebSocket) -> Iterator[None]:
        """Keep a socket listed while it is served."""
        sockets = self._open.setdefault(identity.conversation_id, set())
        sockets.add(websocket)
        try:
            yield
        finally:
            sockets.discard(websocket)
            if not sockets:
                self._open.pop(identity.conversation_id, None)

    async def close(self, identity: Identity) -> None:
        """Close all sockets of a caller."""
        for websocket in list(self._open.get(identity.conversation_id, ())):
            if websocket.application_state is WebSocketState.CONNECTED:
                try:
                    await websocket.close(1008, "Logged out.")
                except (RuntimeError, WebSocketDisconnect):
                    continue  # it closed by itself meanwhile

"""Mission Control on a free port of loopback, in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import uvicorn

from pipecatapp.mission_control.backend import Backend
from pipecatapp.mission_control.server import announce, uvicorn_config
from pipecatapp.mission_control.web import create_app

Served = TypeVar("Served", bound=Backend)


@contextmanager
def served(backend: Served) -> Iterator[Served]:
    """Serve a backend on a free port of loopback, where the command line finds it."""
    app = create_app(backend)
    listener = socket.create_server(("127.0.0.1", 0))
    announce(backend.settings, listener.getsockname()[1])
    server = uvicorn.Server(uvicorn_config(backend.settings, app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield backend
    finally:
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive()

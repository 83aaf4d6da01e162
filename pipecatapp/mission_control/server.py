"""The HTTP server's configuration, and the file that tells the command line its address."""

import logging
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

from pipecatapp.mission_control.addresses import WILDCARDS
from pipecatapp.mission_control.auth.private_files import write_private
from pipecatapp.mission_control.tls.authority import Authority, LiveCertificate
from pipecatapp.settings import Settings

MAX_SOCKET_MESSAGE = 1024 * 1024
MAX_CONNECTIONS = 200
KEEP_ALIVE_SECONDS = 30
SHUTDOWN_SECONDS = 5
PING_SECONDS = 20.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """A socket that both sides may close at the same moment."""

    def shutdown(self) -> None:
        """Close it as the server stops.

        Uvicorn would end its shutdown, and the agent's with it, at a socket whose client has just
        closed it.
        """
        try:
            super().shutdown()
        except InvalidState:
            self.transport.close()


def uvicorn_config(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    """Return the configuration of the server; `--lan` makes missing certificates first.

    Args:
        settings: The agent's settings.
        app: What `create_app` returned.

    Raises:
        UserError: The certificates cannot be made.
    """
    logging.getLogger("uvicorn.error").addFilter(_without_client_tracebacks)
    config = uvicorn.Config(
        app,
        host="0.0.0.0" if settings.lan else settings.host,  # noqa: S104 - asked for by --lan
        port=settings.port,
        ws=SocketProtocol,
        ws_max_size=MAX_SOCKET_MESSAGE,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # Deflating 20 ms of speech costs an old CPU more than it saves a wired network.
        ws_per_message_deflate=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        # Access logs would hold login tokens; forwarded addresses can be forged.
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        log_level="warning",
    )
    if settings.lan:
        config.load()
        config.ssl = LiveCertificate(Authority(settings.home)).listen_context()
    return config


def _without_client_tracebacks(record: logging.LogRecord) -> bool:
    """Drop tracebacks of a client's invalid UTF-8, which would flood the log."""
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info = None
    return True


def announce(settings: Settings, port: int) -> None:
    """Write the agent's address for the command line, which cannot know a port chosen at start.

    Args:
        settings: The agent's settings.
        port: The port that the server listens on.
    """
    scheme = "https" if settings.lan else "http"
    # The address to reach this machine's agent from itself.
    wildcard = settings.lan or settings.host in WILDCARDS
    host = "127.0.0.1" if wildcard or settings.host == "localhost" else settings.host
    bracketed = f"[{host}]" if ":" in host else host
    write_private(announcement(settings), f"{scheme}://{bracketed}:{port}".encode())


def announcement(settings: Settings) -> Path:
    """Return the file that `announce` writes."""
    return settings.home / "auth" / "agent.url"

import asyncio
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from click.testing import CliRunner
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close, Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from pipecatapp.client.api import agent_headers, agent_ssl, agent_url, ask_agent
from pipecatapp.commands.login_link import login_link
from pipecatapp.errors import UserError
from pipecatapp.mission_control.server import (
    MAX_SOCKET_MESSAGE,
    announce,
    announcement,
    uvicorn_config,
)
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings, load_settings
from testing.fakes.backend import FakeBackend
from testing.fakes.server import served


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """Serve as the agent does, on a free port, and return the address."""
    with served(FakeBackend(settings)):
        yield agent_url(settings)


def open_socket(settings: Settings) -> ClientConnection:
    return connect(
        agent_url(settings).replace("http", "ws", 1) + "/ws",
        additional_headers=agent_headers(settings),
        ssl=agent_ssl(settings),
        proxy=None,
    )


@pytest.mark.parametrize("lan", [False, True])
def test_the_command_line_reaches_the_agent(settings: Settings, lan: bool) -> None:
    settings = settings.model_copy(update={"lan": lan})
    with running(settings) as url:
        assert url.startswith("https://" if lan else "http://")
        assert ask_agent(settings, "GET", "/health") == {"status": "ok"}
        assert ask_agent(settings, "GET", "/api/status") == {"llm": {"model": "echo"}}
        with open_socket(settings) as connection:
            assert str(connection.recv()).startswith("key-")


def test_login_link_prints_a_link_of_the_running_agent(settings: Settings) -> None:
    load_settings.cache_clear()
    with running(settings) as url:
        result = CliRunner().invoke(login_link, catch_exceptions=False)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{url}/login?token=")


def test_without_an_agent_it_says_so(settings: Settings) -> None:
    load_settings.cache_clear()
    with pytest.raises(UserError, match="No agent runs"):
        ask_agent(settings, "GET", "/api/status")
    with running(settings):
        pass
    with pytest.raises(UserError, match="No agent runs"):
        CliRunner().invoke(login_link, catch_exceptions=False)


def test_a_refusal_is_one_line(settings: Settings) -> None:
    with running(settings), pytest.raises(UserError, match=r"HTTP 404.*Not Found"):
        ask_agent(settings, "GET", "/api/nothing")


def test_the_announcement_is_private(settings: Settings) -> None:
    announce(settings, 8123)
    assert stat.S_IMODE(announcement(settings).stat().st_mode) == 0o600
    assert agent_url(settings) == "http://127.0.0.1:8123"


def test_a_stranger_is_refused_before_the_socket_opens(settings: Settings) -> None:
    with running(settings) as url, pytest.raises(InvalidStatus) as refused:
        connect(url.replace("http", "ws", 1) + "/ws", proxy=None)
    assert refused.value.response.status_code == 403


def test_invalid_utf8_closes_the_socket_and_the_server_goes_on(settings: Settings) -> None:
    with running(settings):
        with open_socket(settings) as connection:
            connection.recv()
            connection.send(b"\xff\xfe", text=True)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1007
        assert ask_agent(settings, "GET", "/health") == {"status": "ok"}


def test_an_enormous_message_closes_the_socket_and_the_server_goes_on(settings: Settings) -> None:
    with running(settings):
        with open_socket(settings) as connection:
            connection.recv()
            connection.send("x" * (MAX_SOCKET_MESSAGE + 1))
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        assert ask_agent(settings, "GET", "/health") == {"status": "ok"}


async def test_the_server_stops_where_a_client_is_closing_its_socket(settings: Settings) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    announce(settings, listener.getsockname()[1])
    server = uvicorn.Server(uvicorn_config(settings, create_app(FakeBackend(settings))))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = agent_url(settings).replace("http", "ws", 1) + "/ws"
    async with connect_async(url, additional_headers=agent_headers(settings), proxy=None):
        (connection,) = (c for c in server.server_state.connections if hasattr(c, "conn"))
        # What the client sends when it closes, as it lies there when the server stops.
        closing = Frame(Opcode.CLOSE, Close(1000, "").serialize()).serialize(mask=True)
        connection.conn.receive_data(closing)
        server.should_exit = True
        await asyncio.wait_for(serving, 20)

"""Bad input on the socket, before a real Pipecat pipeline."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from .conftest import Server

PATIENCE = 20.0


class Client:
    """A client of the socket that speaks RTVI."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, kind: str, data: Any = None) -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": "1", "data": data}
        self.socket.send(json.dumps(message))

    def ready(self, **data: Any) -> None:
        self.send("client-ready", {"version": "2.2.0", **data})

    def until(self, kind: str) -> dict[str, Any]:
        while True:
            received = self.socket.recv(PATIENCE)
            if isinstance(received, str):
                message: dict[str, Any] = json.loads(received)
                if message["type"] == kind:
                    return dict(message.get("data") or {})

    def says(self, text: str) -> None:
        """Send a text and see that it is answered."""
        self.send("send-text", {"content": text})
        self.until("bot-llm-stopped")


@pytest.fixture
def cookie(echo: Server) -> str:
    token = echo.new_link().rpartition("=")[2]
    answer = httpx.post(
        f"{echo.url}/login", data={"token": token}, headers={"Origin": echo.url}, trust_env=False
    )
    return answer.headers["set-cookie"].partition(";")[0]


def open_client(echo: Server, cookie: str) -> Client:
    url = echo.url.replace("http", "ws", 1) + "/ws"
    headers = {"Cookie": cookie}
    return Client(connect(url, origin=Origin(echo.url), additional_headers=headers, proxy=None))


@pytest.fixture
def client(echo: Server, cookie: str) -> Iterator[Client]:
    client = open_client(echo, cookie)
    with client.socket:
        yield client


def test_the_session_announces_its_rates(client: Client) -> None:
    client.ready(sample_rate=16000)
    session = client.until("server-message")
    assert session["kind"] == "session"
    assert (session["input_sample_rate"], session["output_sample_rate"]) == (16000, 22050)


def test_another_sample_rate_is_answered_with_the_right_one(client: Client, echo: Server) -> None:
    client.ready(sample_rate=48000)
    assert client.until("error-response")["sample_rate"] == 16000
    client.socket.send(bytes(1920))
    client.says("typing works all the same")
    assert echo.agent.heard == 0
    client.ready(sample_rate=16000)
    client.until("bot-ready")
    client.socket.send(bytes(640))
    client.says("after some silence")
    assert echo.agent.heard == 640


def test_nonsense_is_answered_and_the_conversation_goes_on(client: Client) -> None:
    client.ready()
    client.socket.send("{")
    assert "not JSON" in client.until("error")["error"]
    client.socket.send(bytes(641))
    assert "16-bit" in client.until("error")["error"]
    client.send("send-text", {"content": ""})
    assert "no text" in client.until("error-response")["error"]
    client.send("send-text", {"content": "x" * 100_000})
    assert "at most 8000 characters" in client.until("error")["error"]
    client.send("llm-function-call-result", {"function_name": "f", "tool_call_id": "1"})
    assert "does not accept" in client.until("error-response")["error"]
    client.send("disconnect-bot")
    assert "does not accept" in client.until("error-response")["error"]
    client.says("still there?")


def test_invalid_utf8_ends_the_socket_and_its_worker(
    client: Client, echo: Server, cookie: str
) -> None:
    client.ready()
    client.until("bot-ready")
    client.socket.send(b"\xff\xfe", text=True)
    with pytest.raises(ConnectionClosed) as closed:
        client.until("never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007
    assert_released(echo, cookie)


def test_a_tab_closed_in_mid_sentence_leaves_no_worker(
    client: Client, echo: Server, cookie: str
) -> None:
    echo.agent.seconds = 30
    client.ready()
    client.send("send-text", {"content": "talk for long"})
    client.until("bot-started-speaking")
    client.socket.close()
    assert_released(echo, cookie)


def test_two_tabs_work_side_by_side(client: Client, echo: Server, cookie: str) -> None:
    other = open_client(echo, cookie)
    with other.socket:
        client.ready()
        other.ready()
        client.says("one")
        other.says("two")
        client.says("three")


def assert_released(echo: Server, cookie: str) -> None:
    """See that every closed socket's worker ended and that the server answers a new one."""
    assert echo.agent.released.wait(PATIENCE)
    again = open_client(echo, cookie)
    with again.socket:
        again.ready()
        again.says("a new tab")

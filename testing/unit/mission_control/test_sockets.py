import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pipecatapp.mission_control import sockets
from pipecatapp.mission_control.auth.auth import FAILURES
from testing.unit.mission_control.conftest import ORIGIN, SOCKET, auth_of, local_key, log_in


def test_a_socket_opens_for_a_session_from_its_own_page(client: TestClient) -> None:
    log_in(client)
    with client.websocket_connect(SOCKET, headers={"Origin": ORIGIN}) as socket:
        assert socket.receive_text() == client.get("/api/history").json()[0]["text"]
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


def test_a_socket_opens_for_a_key_without_an_origin(client: TestClient) -> None:
    with client.websocket_connect(SOCKET, headers=local_key(client)) as socket:
        assert socket.receive_text().startswith("key-")


@pytest.mark.parametrize("headers", [{"Origin": ORIGIN}, {"Authorization": "Bearer guess"}])
def test_a_socket_stays_shut_for_a_stranger(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers=headers):
        pass


@pytest.mark.parametrize("guesses", [0, FAILURES])
def test_a_revoked_key_loses_its_open_socket(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, guesses: int
) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.01)
    keys = auth_of(client).keys
    bearer = {"Authorization": f"Bearer {keys.add('laptop')}"}
    with client.websocket_connect(SOCKET, headers=bearer) as socket:
        socket.receive_text()
        socket.send_text("still here")
        assert socket.receive_text() == "still here"
        for _ in range(guesses):
            client.get("/api/status", headers={"Authorization": "Bearer guess"})
        keys.revoke("laptop")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1008


def test_logging_out_closes_the_callers_sockets_and_no_other(client: TestClient) -> None:
    log_in(client)
    headers = {"Origin": ORIGIN}
    with (
        client.websocket_connect(SOCKET, headers=local_key(client)) as program,
        client.websocket_connect(SOCKET, headers=headers) as page,
    ):
        program.receive_text()
        page.receive_text()
        assert client.post("/api/logout", headers=headers).status_code == 204
        with pytest.raises(WebSocketDisconnect) as closed:
            page.receive_text()
        program.send_text("still here")
        assert program.receive_text() == "still here"
    assert (closed.value.code, closed.value.reason) == (1008, "Logged out.")

import socket

import pytest

from pipecatapp.runtime.health_check import health_client, is_healthy
from testing.unit.runtime.file_server import FileServer


@pytest.mark.parametrize(("status", "healthy"), [(0, True), (503, False), (204, False)])
async def test_only_status_200_is_healthy(
    file_server: FileServer, status: int, healthy: bool
) -> None:
    file_server.status = status
    async with health_client() as client:
        assert await is_healthy(client, file_server.url, 30.0) is healthy


async def test_a_server_that_is_away_or_silent_is_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/health"
        async with health_client() as client:
            assert not await is_healthy(client, url, 0.1)
    async with health_client() as client:
        assert not await is_healthy(client, "http://127.0.0.1:1/health", 30.0)


async def test_a_proxy_of_the_environment_is_not_asked(
    file_server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with health_client() as client:
        assert await is_healthy(client, file_server.url, 30.0)

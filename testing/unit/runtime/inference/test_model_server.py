import asyncio

from pipecatapp.runtime.inference.model_client import ModelClient
from pipecatapp.runtime.inference.model_server import held_slot


class Server:
    slots = 2

    def __init__(self, url: str = "http://127.0.0.1:1", key: str = "first"):
        self.url, self.api_key = url, key

    async def wait_healthy(self, timeout: float) -> bool:  # noqa: ASYNC109 - the protocol's name
        return True


async def test_a_slot_that_the_server_does_not_have_is_its_last() -> None:
    server = Server()
    async with held_slot(server, 0) as first, held_slot(server, 5) as last:
        assert (first, last) == (0, 1)


async def test_a_slot_is_held_by_one_request_at_a_time() -> None:
    server, order = Server(), []

    async def use(name: str, slot: int) -> None:
        async with held_slot(server, slot):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(use("a", 1), use("b", 3))
    assert order == ["a begins", "a ends", "b begins", "b ends"]


async def test_a_client_follows_its_server() -> None:
    server = Server()
    client = ModelClient(server)
    vars(server).update(vars(Server("http://127.0.0.2:2", "second")))
    asked = client.completions._client
    assert [str(asked.base_url), asked.api_key] == ["http://127.0.0.2:2/v1/", "second"]
    await client.close()

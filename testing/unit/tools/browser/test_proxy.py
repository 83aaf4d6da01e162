import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.tools.browser import proxy as proxy_module
from pipecatapp.tools.browser.addresses import AddressRefusedError
from pipecatapp.tools.browser.proxy import ForwardProxy, NoAnswerError

from .conftest import NewGuard

HERE = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@dataclass
class Origin:
    """A server that notes what arrives on each connection and answers with fixed bytes.

    It stays by hand: it has to misbehave on the wire, and to see every byte that comes.
    """

    answer: bytes = OK
    received: list[bytes] = field(default_factory=list)
    port: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.received)
        self.received.append(b"")
        try:
            while piece := await reader.read(65536):
                self.received[number] += piece
                self.arrived.set()
                if b"\r\n\r\n" in self.received[number] and self.answer:
                    writer.write(self.answer)
                    writer.write_eof()
        except OSError:
            pass
        finally:
            self.ended.set()
            writer.close()


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    origin = Origin()
    async with await asyncio.start_server(origin.serve, HERE, 0) as server:
        origin.port = server.sockets[0].getsockname()[1]
        yield origin


@pytest.fixture
async def proxy(new_guard: NewGuard) -> AsyncIterator[ForwardProxy]:
    """Yield a proxy that may reach this machine, which x.test is a name of."""
    proxy = ForwardProxy(new_guard(f"{HERE}, x.test", x_test=[HERE], inside_test=["10.0.0.1"]))
    yield proxy
    await proxy.close()


async def ask(url: str, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HERE, int(url.rpartition(":")[2]))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def authorized(proxy: ForwardProxy, request: str, *headers: str, body: str = "") -> bytes:
    """Return a request to a proxy with its password."""
    lines = [f"{request} HTTP/1.1", "Host: x.test", *headers]
    lines.append(f"Proxy-Authorization: {proxy.credential.decode()}")
    return "\r\n".join([*lines, "", body]).encode()


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n", b"407"),
        (
            b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic x\r\n\r\n",
            b"407",
        ),
        (b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: @\r\n\r\n", b"502"),
        (b"GET http://10.0.0.1/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: @\r\n\r\n", b"502"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"CONNECT x HTTP/1.1\r\nHost: x\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"nonsense\r\nHost: x\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 300_000, b"400"),
    ],
)
async def test_the_proxy_serves_who_knows_its_password_and_only_public_hosts(
    new_guard: NewGuard, request_: bytes, answer: bytes
) -> None:
    proxy = ForwardProxy(new_guard())
    url = await proxy.start()
    try:
        said = await ask(url, request_.replace(b"@", proxy.credential))
        assert said.startswith(b"HTTP/1.1 " + answer)
        assert (b"\r\nProxy-Authenticate: Basic " in said) == (answer == b"407")
    finally:
        await proxy.close()


async def test_a_request_reaches_its_server_without_the_password(
    proxy: ForwardProxy, origin: Origin
) -> None:
    url = await proxy.start()
    target = f"POST http://x.test:{origin.port}/a?b"
    said = await ask(url, authorized(proxy, target, "Content-Length: 3", body="abc"))
    assert said == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    assert origin.received == [
        b"POST /a?b HTTP/1.1\r\nHost: x.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    ]


async def test_a_second_request_on_a_connection_goes_nowhere(
    proxy: ForwardProxy, origin: Origin
) -> None:
    url = await proxy.start()
    target = f"GET http://x.test:{origin.port}"
    first, second = authorized(proxy, f"{target}/one"), authorized(proxy, f"{target}/two")
    said = await ask(url, first + second)
    assert said.count(b"HTTP/1.1 200") == 1
    assert len(origin.received) == 1
    assert b"two" not in origin.received[0]


@pytest.mark.parametrize(
    "headers",
    [
        ("Transfer-Encoding: chunked",),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
        ("Transfer-Encoding: identity", "Content-Length: 5"),
        ("Content-Length: 5", "Content-Length: 0"),
        ("Content-Length: +5",),
        ("Content-Length : 5",),
    ],
)
async def test_a_body_that_two_ends_could_read_differently_goes_nowhere(
    proxy: ForwardProxy, origin: Origin, headers: tuple[str, ...]
) -> None:
    url = await proxy.start()
    target = f"POST http://x.test:{origin.port}/"
    said = await ask(url, authorized(proxy, target, *headers, body="0\r\n\r\n"))
    assert said.startswith(b"HTTP/1.1 400")
    assert origin.received == []


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, b"hi"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: x\r\n\r\n",
            b"hi",
        ),
        (OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"hi"),
    ],
)
async def test_each_kind_of_answer_comes_through_alone(
    proxy: ForwardProxy, origin: Origin, answer: bytes, body: bytes
) -> None:
    origin.answer = answer
    url = await proxy.start()
    said = await ask(url, authorized(proxy, f"GET http://x.test:{origin.port}/"))
    head, _, rest = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in head
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert rest == (framed if b"chunked" in head else body)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_an_answer_that_is_not_http_does_not_come_through(
    proxy: ForwardProxy, origin: Origin, answer: bytes
) -> None:
    origin.answer = answer
    url = await proxy.start()
    assert await ask(url, authorized(proxy, f"GET http://x.test:{origin.port}/")) == b""


async def test_an_answer_that_breaks_off_is_incomplete(proxy: ForwardProxy, origin: Origin) -> None:
    origin.answer = OK.replace(b"Length: 2", b"Length: 9")
    url = await proxy.start()
    said = await ask(url, authorized(proxy, f"GET http://x.test:{origin.port}/"))
    assert b"Content-Length: 9" in said
    assert said.endswith(b"\r\n\r\nhi")


async def test_a_tunnel_carries_bytes_both_ways(proxy: ForwardProxy, origin: Origin) -> None:
    origin.answer = b"\x16\x03 reply"
    url = await proxy.start()
    request = authorized(proxy, f"CONNECT x.test:{origin.port}", body="early \r\n\r\n")
    assert await ask(url, request) == b"HTTP/1.1 200 Connected\r\n\r\n\x16\x03 reply"
    assert origin.received == [b"early \r\n\r\n"]


async def test_a_server_is_left_when_the_browser_goes_away(
    proxy: ForwardProxy, origin: Origin
) -> None:
    origin.answer = b""
    port = int((await proxy.start()).rpartition(":")[2])
    for target in (f"GET http://x.test:{origin.port}/", f"CONNECT x.test:{origin.port}"):
        origin.arrived.clear()
        origin.ended.clear()
        _, writer = await asyncio.open_connection(HERE, port)
        writer.write(authorized(proxy, target, body="more"))
        async with asyncio.timeout(5):
            await origin.arrived.wait()
            writer.close()
            await origin.ended.wait()


async def test_closing_cuts_what_is_open(proxy: ForwardProxy, origin: Origin) -> None:
    origin.answer = b""
    asking = asyncio.create_task(
        ask(await proxy.start(), authorized(proxy, f"GET http://x.test:{origin.port}/"))
    )
    async with asyncio.timeout(5):
        await origin.arrived.wait()
        await proxy.close()
        await origin.ended.wait()
        assert await asking == b""


async def test_who_says_nothing_is_not_waited_for(
    proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy_module, "HEAD_SECONDS", 0.05)
    url = await proxy.start()
    async with asyncio.timeout(5):
        assert await ask(url, b"GET http://x.test/") == b""


async def test_why_a_host_was_not_reached_is_known_until_it_is(
    proxy: ForwardProxy, origin: Origin
) -> None:
    url = await proxy.start()
    await ask(url, authorized(proxy, "GET http://inside.test/"))
    assert isinstance(proxy.failure("Inside.test.", 80), AddressRefusedError)
    assert proxy.failure("inside.test", 81) is None

    port = free_port()
    await ask(url, authorized(proxy, f"GET http://{HERE}:{port}/"))
    failure = proxy.failure(HERE, port)
    assert isinstance(failure, NoAnswerError)
    assert str(failure) == f"{HERE} does not answer on port {port}"
    origin_server = await asyncio.start_server(origin.serve, HERE, port)
    async with origin_server:
        await ask(url, authorized(proxy, f"GET http://{HERE}:{port}/"))
    assert proxy.failure(HERE, port) is None


async def test_only_the_latest_failures_are_kept(
    proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy_module, "FAILURES_KEPT", 2)
    url = await proxy.start()
    for port in (1, 2, 3):
        await ask(url, authorized(proxy, f"GET http://inside.test:{port}/"))
    assert [proxy.failure("inside.test", port) is None for port in (1, 2, 3)] == [
        True,
        False,
        False,
    ]

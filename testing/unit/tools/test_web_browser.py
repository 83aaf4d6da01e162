"""What of the web browser needs no Chromium: addresses, what people call them, names on pages."""

import asyncio
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest

from pipecatapp.errors import UserError
from pipecatapp.tools.browser.addresses import (
    AddressGuard,
    AddressRefusedError,
    UnknownHostError,
    is_public,
)
from pipecatapp.tools.browser.controls import BUTTONS, FIELDS, LINKS, choose, names, parse
from pipecatapp.tools.browser.http_head import parse_authority, parse_head
from pipecatapp.tools.browser.proxy import ForwardProxy
from pipecatapp.tools.browser.reading import Reading, told
from pipecatapp.tools.browser.urls import candidates
from pipecatapp.tools.tool import LONGEST_RESULT, ToolError

ANYTHING = BUTTONS | LINKS | FIELDS
NewGuard = Callable[..., AddressGuard]


@pytest.fixture
def new_guard() -> Iterator[NewGuard]:
    guards: list[AddressGuard] = []

    def new(allow: str = "", **names: list[str]) -> AddressGuard:
        def resolve(host: str) -> list[str]:
            if host not in known:
                raise OSError("no such name")
            return known[host]

        known = {name.replace("_", "."): addresses for name, addresses in names.items()}
        guards.append(AddressGuard(allow, resolve))
        return guards[-1]

    yield new
    for guard in guards:
        guard.close()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.251",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "100::1",
        "2001:0:1::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
async def test_an_address_that_is_not_public_is_refused(new_guard: NewGuard, address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefusedError, match="allow it by WEB_BROWSER_ALLOW"):
        await new_guard().addresses(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
async def test_a_public_address_is_let(new_guard: NewGuard, address: str) -> None:
    assert await new_guard().addresses(address) == [str(ip_address(address))]


async def test_a_name_is_judged_by_its_addresses(new_guard: NewGuard) -> None:
    guard = new_guard(
        public_test=["9.9.9.9"], inside_test=["192.168.1.7"], both_test=["10.0.0.1", "9.9.9.9"]
    )
    assert await guard.addresses("Public.test.") == ["9.9.9.9"]
    assert await guard.addresses("both.test") == ["9.9.9.9"]
    with pytest.raises(AddressRefusedError, match=r"inside.test is at 192.168.1.7, a private"):
        await guard.addresses("inside.test")
    for host in ("unknown.test", "", "a b", "-x.test", "x" * 64, "host\n.test", "a..b"):
        with pytest.raises(UnknownHostError):
            await guard.addresses(host)


@pytest.mark.parametrize("notation", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
async def test_the_system_may_read_any_notation_and_the_outcome_counts(notation: str) -> None:
    guard = AddressGuard()
    with pytest.raises((AddressRefusedError, UnknownHostError)):
        await guard.addresses(notation)
    guard.close()


async def test_the_settings_allow_addresses_networks_and_names(new_guard: NewGuard) -> None:
    allow = " 192.168.1.5, 10.0.0.0/8 ,fd00::/8, NAS.lan,"
    guard = new_guard(allow, nas_lan=["172.16.0.9"], other_lan=["172.16.0.9"])
    for host in ("192.168.1.5", "10.200.0.1", "fd00::2", "::ffff:10.0.0.1"):
        assert await guard.addresses(host)
    assert await guard.addresses("nas.lan") == ["172.16.0.9"]
    for host in ("192.168.1.6", "fe80::1", "172.16.0.9", "other.lan"):
        with pytest.raises(AddressRefusedError):
            await guard.addresses(host)


@pytest.mark.parametrize("item", ["http://nas", "192.168.1.300", "10.0.0.0/40", "a b", "*.lan"])
def test_a_malformed_allowance_is_named(item: str) -> None:
    with pytest.raises(UserError, match=r"WEB_BROWSER_ALLOW: .* 192.168.1.0/24"):
        AddressGuard(f"10.0.0.1, {item}")


@pytest.mark.parametrize(
    ("spoken", "urls"),
    [
        ("https://example.com", ["https://example.com/"]),
        ("HTTP://Example.COM/A?b=C#d", ["http://example.com/A?b=C"]),
        ("example.com", ["https://example.com/", "http://example.com/"]),
        ("example.com:8080/x", ["https://example.com:8080/x", "http://example.com:8080/x"]),
        ("localhost:8000", ["https://localhost:8000/", "http://localhost:8000/"]),
        ("//example.com", ["https://example.com/", "http://example.com/"]),
        ("Example dot com.", ["https://example.com/", "http://example.com/"]),
        (
            "w w w dot example dot co dot uk slash news",
            ["https://www.example.co.uk/news", "http://www.example.co.uk/news"],
        ),
        ("my dash site dot org", ["https://my-site.org/", "http://my-site.org/"]),
        ("https colon slash slash example dot com", ["https://example.com/"]),
        ("<example.org>", ["https://example.org/", "http://example.org/"]),
        ("münchen.de", ["https://xn--mnchen-3ya.de/", "http://xn--mnchen-3ya.de/"]),
        ("192.168.1.5", ["https://192.168.1.5/", "http://192.168.1.5/"]),
        ("http://[::1]:80/", ["http://[::1]:80/"]),
        ("http://127.0.0.1./", ["http://127.0.0.1/"]),
    ],
)
def test_an_address_is_understood_as_it_is_said(spoken: str, urls: list[str]) -> None:
    assert candidates(spoken) == urls


@pytest.mark.parametrize(
    ("spoken", "why"),
    [
        ("file:///etc/passwd", "not file:"),
        ("chrome://settings", "not chrome:"),
        ("javascript:alert(1)", "not javascript:"),
        ("data:text/html,x", "not data:"),
        ("view-source:http://example.com", "not view-source:"),
        ("about:blank", "not about:"),
        ("ftp://example.com", "not ftp:"),
        ("http://me:secret@example.com", "user name or password"),  # pragma: allowlist secret
        ("http://example.com\\@10.0.0.1", "user name or password"),
        ("http://2130706433/", "unusual notation"),
        ("0x7f000001", "unusual notation"),
        ("http://0177.0.0.1/", "unusual notation"),
        ("http://127.1/", "unusual notation"),
        ("http://127.0.0.0x1/", "unusual notation"),
        ("http://\uff11\uff12\uff17.0.0.1/", "unusual notation"),
        ("http://127%2e0.0.1/", "no web address"),
        ("http://exa\nmple.com", "control characters"),
        ("http://example.com:99999", "no web address"),
        ("http://[::1", "no web address"),
        ("debian website", "such as debian.org"),
        ("", "no web address"),
        ("https://", "no web address"),
        ("example.com/" + "x" * 2000, "2000 characters"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(spoken: str, why: str) -> None:
    with pytest.raises(ToolError, match=why) as error:
        candidates(spoken)
    assert "secret" not in str(error.value)


SNAPSHOT = r"""
- main [ref=e2]:
  - heading "Shop" [level=1] [ref=e3]
  - textbox "E-mail" [ref=e4]:
    - /placeholder: you@example.com
  - 'button "it''s: \"new\"" [ref=e5]'
  - button "Log in" [ref=e6] [cursor=pointer]
  - link "Log in help" [ref=e7] [cursor=pointer]:
    - /url: /help
  - link "More" [ref=e8]:
    - /url: /more
  - link "More" [ref=e9]:
    - /url: /more
  - link "Open" [ref=e10]:
    - /url: "#"
  - link "Open" [ref=e11]:
    - /url: "#"
  - text: button "Fake" [ref=e99]
  - generic [ref=e12] [cursor=pointer]: Menu
  - button [ref=e13]
  - iframe [ref=e14]:
    - button "Play" [ref=f1e2]
"""


@pytest.mark.parametrize(
    ("target", "ref"),
    [
        ("log in", "e6"),
        ("Login", "e6"),
        ("the login button", "e6"),
        ("help link", "e7"),
        ("email", "e4"),
        ("the e mail field", "e4"),
        ("you@example.com", "e4"),
        ("it's new", "e5"),
        ("more", "e8"),
        ("menu", "e12"),
        ("play", "f1e2"),
        ("help log", "e7"),
    ],
)
def test_a_name_is_found_as_people_say_it(target: str, ref: str) -> None:
    found = choose(parse(SNAPSHOT), target, ANYTHING)
    assert ref in (found.ref, "e8" if found.ref == "e9" else None)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("open", '2 things on the page could be \'open\': link "Open", link "Open"'),
        ("log", "2 things on the page"),
        ("logging", 'is named .*There are: "Log in"'),
        ("fake", "Nothing on the page is named"),
        ("", "Nothing on the page is named"),
        ("!", "Nothing on the page is named"),
    ],
)
def test_a_name_that_does_not_fit_is_answered(target: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        choose(parse(SNAPSHOT), target, ANYTHING)


def test_names_fit_a_line_each() -> None:
    many = "\n".join(f'- button "Number {index}" [ref=e{index}]' for index in range(500))
    (line,) = names(parse(many))
    assert line.startswith('Buttons: "Number 0", "Number 1", ')
    assert line.endswith(", and more")
    assert len(line) < 600


def test_what_is_told_leaves_room_and_keeps_ours_in_front() -> None:
    reading = Reading("http://x.test/" + "u" * 5000, "title", "t" * 10_000, more=True)
    said = told(reading, ["A note."], ["Links: x"])
    assert LONGEST_RESULT - 600 < len(said) < LONGEST_RESULT
    assert said.startswith("A note.\nThe page is long: only its first ")
    assert "\nTitle: title\nLinks: x\n\nttt" in said


def test_a_request_is_rewritten_for_one_hop() -> None:
    head = parse_head(
        b"POST http://x.test:81/a?b=http://y/ HTTP/1.1\r\nHost: x.test:81\r\nContent-Length: 3\r\n"
        b"Proxy-Authorization: Basic c2VjcmV0\r\nConnection: keep-alive\r\n\r\n"
    )
    authority, request, length = head.as_origin_request()
    assert (parse_authority(authority, 80), length) == (("x.test", 81), 3)
    assert request == (
        b"POST /a?b=http://y/ HTTP/1.1\r\nHost: x.test:81\r\nContent-Length: 3\r\n"
        b"Connection: close\r\n\r\n"
    )


@pytest.mark.parametrize("authority", [b"x", b"u@x:1", b"x:0", b"x:99999", b"[::1:80", b"x:1:2"])
def test_a_malformed_authority_is_refused(authority: bytes) -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_authority(authority, None)


async def ask(url: str, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b"407"),
        (b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nProxy-Authorization: Basic x\r\n\r\n", b"407"),
        (b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nProxy-Authorization: @\r\n\r\n", b"502"),
        (b"GET http://10.0.0.1/ HTTP/1.1\r\nProxy-Authorization: @\r\n\r\n", b"502"),
        (b"GET / HTTP/1.1\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"CONNECT x HTTP/1.1\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"nonsense\r\nProxy-Authorization: @\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000, b"400"),
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
    finally:
        await proxy.close()

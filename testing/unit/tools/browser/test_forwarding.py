import h11
import pytest

from pipecatapp.tools.browser.forwarding import (
    header,
    parse_authority,
    request_for_origin,
    response_for_browser,
)


def request(text: bytes) -> h11.Request:
    """Return a request as the proxy receives it."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(text)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    return event


def sent(message: h11.Request) -> bytes:
    return h11.Connection(h11.CLIENT).send(message) or b""


def test_a_request_is_rewritten_for_one_hop() -> None:
    authority, onward = request_for_origin(
        request(
            b"POST http://x.test:81/a?b=http://y/ HTTP/1.1\r\nHost: x.test:81\r\n"
            b"Content-Length: 3\r\nProxy-Authorization: Basic c2VjcmV0\r\n"
            b"Proxy-Connection: keep-alive\r\nConnection: keep-alive\r\n\r\n"
        )
    )
    assert parse_authority(authority, 80) == ("x.test", 81)
    assert sent(onward) == (
        b"POST /a?b=http://y/ HTTP/1.1\r\nHost: x.test:81\r\nContent-Length: 3\r\n"
        b"Connection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"http://x.test", b"/"), (b"HTTP://x.test?a=b", b"/?a=b"), (b"http://x.test/a", b"/a")],
)
def test_a_path_always_begins_with_a_slash(target: bytes, path: bytes) -> None:
    _, onward = request_for_origin(request(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n"))
    assert onward.target == path


@pytest.mark.parametrize(
    "target", [b"/", b"*", b"ftp://x.test/", b"https://x.test/", b"http:///a", b"http://x/#a"]
)
def test_a_target_that_is_no_page_is_refused(target: bytes) -> None:
    with pytest.raises(ValueError, match="not a request"):
        request_for_origin(request(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n"))


def test_a_body_of_unknown_length_is_refused() -> None:
    chunked = request(
        b"POST http://x.test/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with pytest.raises(ValueError, match="not a request"):
        request_for_origin(chunked)


def test_a_response_is_the_last_on_its_connection() -> None:
    headers = [("Content-Type", "text/html"), ("Connection", "keep-alive"), ("Upgrade", "h2c")]
    passed_on = response_for_browser(h11.Response(status_code=404, headers=headers, reason=b"Lost"))
    assert (passed_on.status_code, passed_on.reason) == (404, b"Lost")
    assert passed_on.headers.raw_items() == [
        (b"Content-Type", b"text/html"),
        (b"Connection", b"close"),
    ]


def test_a_header_is_found_in_any_case() -> None:
    message = request(b"GET / HTTP/1.1\r\nHOST: x\r\n\r\n")
    assert header(message, b"host") == b"x"
    assert header(message, b"cookie") is None


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        (b"x.test", ("x.test", 80)),
        (b"x.test:81", ("x.test", 81)),
        (b"10.0.0.1", ("10.0.0.1", 80)),
        (b"[::1]:8080", ("::1", 8080)),
        (b"[fd00::2]", ("fd00::2", 80)),
    ],
)
def test_an_authority_is_a_host_and_a_port(authority: bytes, expected: tuple[str, int]) -> None:
    assert parse_authority(authority, 80) == expected


@pytest.mark.parametrize("authority", [b"x", b"u@x:1", b"x:0", b"x:99999", b"[::1:80", b"x:1:2"])
def test_a_malformed_authority_is_refused(authority: bytes) -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_authority(authority, None)

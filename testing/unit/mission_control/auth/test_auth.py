import time

import pytest
from starlette.requests import HTTPConnection

from pipecatapp.mission_control.auth import auth as module
from pipecatapp.mission_control.auth.auth import (
    COOKIE,
    FAILURE_SECONDS,
    FAILURES,
    Auth,
    FailureLimiter,
    Identity,
    TooManyAttempts,
    bearer,
    client_address,
    key_conversation,
)
from pipecatapp.settings import Settings

ADDRESS = "192.168.1.20"


@pytest.fixture
def auth(settings: Settings) -> Auth:
    return Auth(settings)


def connection(address: str | None = ADDRESS, **headers: str) -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "client": (address, 50000) if address else None,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )


def with_key(key: str) -> HTTPConnection:
    return connection(authorization=f"Bearer {key}")


def with_cookie(cookie: str | None) -> HTTPConnection:
    assert cookie
    return connection(cookie=f"{COOKIE}={cookie}")


def test_a_link_logs_its_person_in_once(auth: Auth) -> None:
    token = auth.tokens.create("Anna")
    identity = auth.identify(with_cookie(auth.login(ADDRESS, token=token)))
    assert identity is not None
    assert (identity.kind, identity.name, identity.person) == ("session", "session", "Anna")
    assert auth.login(ADDRESS, token=token) is None


def test_a_session_by_an_api_key_is_a_programs_and_ends_with_its_key(auth: Auth) -> None:
    key = auth.keys.add("laptop")
    cookie = auth.login(ADDRESS, key=key)
    identity = auth.identify(with_cookie(cookie))
    assert identity is not None
    assert (identity.kind, identity.name, identity.person) == ("key", "laptop", None)
    auth.keys.revoke("laptop")
    assert auth.identify(with_cookie(cookie)) is None


def test_the_command_lines_key_logs_a_person_in(auth: Auth) -> None:
    key = auth.keys.read_local()
    assert key is not None
    identity = auth.identify(with_cookie(auth.login(ADDRESS, key=key)))
    assert identity is not None
    assert identity.kind == "session"
    assert auth.identify(with_key(key)) == Identity("local", "local", key_conversation("local"))


def test_a_key_counts_before_a_cookie_and_strangers_are_nobody(auth: Auth) -> None:
    cookie = auth.sessions.create()
    both = connection(cookie=f"{COOKIE}={cookie}", authorization="Bearer guess")
    assert auth.identify(both) is None
    assert auth.identify(connection()) is None
    assert auth.identify(with_cookie("guess")) is None


def test_guesses_count_for_each_address(auth: Auth) -> None:
    for _ in range(FAILURES):
        assert auth.identify(with_key("guess")) is None
    with pytest.raises(TooManyAttempts):
        auth.identify(with_key("guess"))
    with pytest.raises(TooManyAttempts):
        auth.login(ADDRESS, token=auth.tokens.create())
    elsewhere = connection("192.168.1.21", authorization="Bearer guess")
    assert auth.identify(elsewhere) is None
    assert auth.identify(with_key(auth.keys.add("laptop"))) is not None


def test_a_minute_later_an_address_may_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = FailureLimiter()
    for _ in range(FAILURES):
        limiter.check(ADDRESS)
        limiter.record(ADDRESS)
    with pytest.raises(TooManyAttempts):
        limiter.check(ADDRESS)
    later = time.monotonic() + FAILURE_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    limiter.check(ADDRESS)


def test_the_limiter_forgets_the_oldest_of_too_many_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MAX_ADDRESSES", 2)
    limiter = FailureLimiter()
    for address in ("a", "b", "c"):
        for _ in range(FAILURES):
            limiter.record(address)
    limiter.check("a")
    for address in ("b", "c"):
        with pytest.raises(TooManyAttempts):
            limiter.check(address)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer ", None),
        ("Bearer", None),
        ("Basic abc", None),
        ("", None),
    ],
)
def test_a_key_is_read_from_its_header(header: str, key: str | None) -> None:
    assert bearer(connection(authorization=header)) == key


def test_an_address_is_known_or_said_to_be_unknown() -> None:
    assert client_address(connection()) == ADDRESS
    assert client_address(connection(None)) == "unknown"


def test_each_key_has_a_conversation_whose_id_does_not_tell_its_name() -> None:
    assert key_conversation("laptop") == key_conversation("laptop") != key_conversation("phone")
    assert "laptop" not in key_conversation("laptop")

"""Who may use Mission Control: people by session, programs by key."""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection

from pipecatapp.mission_control.auth.digests import digest
from pipecatapp.mission_control.auth.keys import LOCAL_KEY_NAME, KeyStore
from pipecatapp.mission_control.auth.login_sessions import LoginSessionStore, LoginTokens
from pipecatapp.settings import Settings

COOKIE = "pipecatapp_session"
FAILURES = 10
FAILURE_SECONDS = 60.0
_MAX_ADDRESSES = 4096


@dataclass(frozen=True)
class Identity:
    """Who is asking.

    Attributes:
        kind: A person's session, an API key, or the command line on this machine. A session that
            was opened by typing an API key has the kind "key": it may talk but approve nothing.
        name: The key's name; "session" for a person's session.
        conversation_id: The conversation that this caller continues.
        person: The person's name, if their login link had one.
    """

    kind: Literal["session", "key", "local"]
    name: str
    conversation_id: str
    person: str | None = None


class TooManyAttempts(Exception):  # noqa: N818 - it is an answer (429), not a fault
    """An address guessed wrong too often; it must wait."""


class FailureLimiter:
    """Counts wrong tokens and keys per address and refuses addresses that sent too many."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Refuse an address that failed 10 times within the last minute.

        Raises:
            TooManyAttempts: The address must wait.
        """
        times = self._failures.get(address)
        now = time.monotonic()
        while times and times[0] < now - FAILURE_SECONDS:
            times.popleft()
        if times and len(times) >= FAILURES:
            raise TooManyAttempts

    def record(self, address: str) -> None:
        """Count a failure."""
        self._failures.setdefault(address, deque(maxlen=FAILURES)).append(time.monotonic())
        self._failures.move_to_end(address)
        if len(self._failures) > _MAX_ADDRESSES:
            self._failures.popitem(last=False)


class Auth:
    """Decides who a request comes from.

    Sessions and keys are looked up before the limiter: a stranger's wrong guesses do not lock out
    known callers from the same address, such as that of a cluster's gateway.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the stores under the state directory and make the local key.

        Raises:
            UserError: The state directory cannot be used, or a configured key is malformed.
        """
        self.keys = KeyStore(settings.home, settings.api_keys)
        self.keys.ensure_local()
        self.sessions = LoginSessionStore(settings.home)
        self.tokens = LoginTokens()
        self._limiter = FailureLimiter()

    def identify(self, connection: HTTPConnection) -> Identity | None:
        """Return who sent a request or opened a socket, or None for an unknown caller.

        Raises:
            TooManyAttempts: An unknown key was sent by an address that guessed too often.
        """
        secret = bearer(connection)
        if secret is not None:
            return self._identify_key(secret, client_address(connection))
        cookie = connection.cookies.get(COOKIE)
        session = self.sessions.find(cookie) if cookie else None
        if session is None:
            return None
        if session.key is not None:
            # A revoked key ends the sessions that it opened.
            known = self.keys.has(session.key)
            return Identity("key", session.key, session.conversation_id) if known else None
        return Identity("session", "session", session.conversation_id, session.person)

    def login(self, address: str, *, token: str = "", key: str = "") -> str | None:
        """Trade a one-time token or an API key for a session.

        Args:
            address: Where the request came from.
            token: From a login link; used up by this.
            key: An API key, for people who have no link at hand.

        Returns:
            The cookie's value, or None if neither is valid.

        Raises:
            TooManyAttempts: The address guessed too often.
        """
        self._limiter.check(address)
        if token and (redeemed := self.tokens.redeem(token)):
            return self.sessions.create(redeemed.person)
        if key and self.keys.is_local(key):
            return self.sessions.create()
        if key and (name := self.keys.find(key)):
            return self.sessions.create(key=name)
        self._limiter.record(address)
        return None

    def _identify_key(self, secret: str, address: str) -> Identity | None:
        if self.keys.is_local(secret):
            return Identity("local", LOCAL_KEY_NAME, key_conversation(LOCAL_KEY_NAME))
        name = self.keys.find(secret)
        if name is None:
            self._limiter.check(address)
            self._limiter.record(address)
            return None
        return Identity("key", name, key_conversation(name))


def bearer(connection: HTTPConnection) -> str | None:
    """Return the key of an `Authorization: Bearer` header, or None."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None


def client_address(connection: HTTPConnection) -> str:
    """Return the address that a request came from."""
    return connection.client.host if connection.client else "unknown"


def key_conversation(name: str) -> str:
    """Return the id of the conversation that a key's callers continue."""
    return f"key-{digest(name)[:32]}"

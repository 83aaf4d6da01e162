"""Login sessions and the one-time links that open them."""

import re
import threading
import time
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loguru import logger

from pipecatapp.errors import MalformedError, UserError
from pipecatapp.mission_control.auth.digests import digest, find_digest, new_secret
from pipecatapp.mission_control.auth.private_files import read_records, write_json

SESSION_SECONDS = 30 * 24 * 3600
TOKEN_SECONDS = 15 * 60
MAX_SESSIONS = 1000
SESSION_PREFIX = "session-"
"""Prefix of the ids of conversations that end with their login session."""
_PERSON = re.compile(r"[^\W_](?:[^\W_]|[ .'\u2019-]){0,39}")


def person_name(text: str) -> str:
    """Return a person's name as it is stored.

    Raises:
        MalformedError: The text is not a valid name.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not _PERSON.fullmatch(name):
        raise MalformedError(
            "A person's name is made of letters, digits, spaces, dots, dashes and apostrophes, "
            "40 at most, and begins with a letter or digit."
        )
    return name


@dataclass(frozen=True)
class LoginToken:
    """The record of a token.

    Attributes:
        expires: When it stops working, in seconds of the monotonic clock.
        person: The person whom it logs in, if named.
    """

    expires: float
    person: str | None


@dataclass(frozen=True)
class LoginSession:
    """One login.

    Attributes:
        conversation_id: The conversation that it continues.
        person: The person who logged in, if known.
        key: The name of the API key that was typed to log in; None for a person. Records of earlier
            versions, which do not say it, count as people's: most were opened by a link, and they
            end within 30 days.
    """

    conversation_id: str
    person: str | None
    key: str | None = None


class LoginTokens:
    """Tokens of login links: each works once, for 15 minutes.

    Only their digests are kept, in memory: a restart of the agent voids them.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, LoginToken] = {}
        # Logins run in worker threads: two that send one token must not both win.
        self._lock = threading.Lock()

    def create(self, person: str | None = None) -> str:
        """Return a new token.

        Args:
            person: The person whom it is for, as `person_name` returned it.
        """
        token = new_secret()
        with self._lock:
            self._drop_expired()
            self._tokens[digest(token)] = LoginToken(time.monotonic() + TOKEN_SECONDS, person)
        return token

    def redeem(self, token: str) -> LoginToken | None:
        """Use up a token and return its record, or None if it is not valid."""
        with self._lock:
            self._drop_expired()
            found = find_digest(digest(token), self._tokens)
            return self._tokens.pop(found) if found is not None else None

    def _drop_expired(self) -> None:
        now = time.monotonic()
        self._tokens = {key: token for key, token in self._tokens.items() if token.expires > now}


class LoginSessionStore:
    """Login sessions by cookie; each is one conversation and lives for 30 days.

    Their digests are stored in `auth/sessions.json`: a restart logs nobody out, and nobody can log
    in with what the file holds.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "auth" / "sessions.json"
        self._sessions = self._load()
        self._lock = threading.Lock()

    def create(self, person: str | None = None, *, key: str | None = None) -> str:
        """Open a session and return the value of its cookie.

        Args:
            person: The person who logs in, if known.
            key: The name of the API key that was typed to log in.

        Raises:
            UserError: The session cannot be stored.
        """
        secret = new_secret()
        session: dict[str, Any] = {
            "sha256": digest(secret),
            "conversation_id": f"{SESSION_PREFIX}{uuid.uuid4().hex}",
            "expires": int(time.time()) + SESSION_SECONDS,
        }
        for name, value in (("person", person), ("key", key)):
            if value is not None:
                session[name] = value
        with self._lock:
            self._store([*self._sessions, session][-MAX_SESSIONS:])
        return secret

    def find(self, secret: str) -> LoginSession | None:
        """Return the session of a cookie, or None if it is not valid."""
        found = find_digest(digest(secret), [item["sha256"] for item in self._sessions])
        for item in self._sessions:
            if item["sha256"] == found and item["expires"] > time.time():
                return LoginSession(
                    str(item["conversation_id"]), item.get("person"), item.get("key")
                )
        return None

    def close(self, secret: str) -> None:
        """Forget a session."""
        wanted = digest(secret)
        with self._lock:
            self._store([item for item in self._sessions if item["sha256"] != wanted])

    def drop_expired(self) -> list[str]:
        """Forget the sessions that have expired.

        Returns:
            The ids of their conversations, which nobody can continue.

        Raises:
            UserError: The file cannot be written; the sessions stay expired.
        """
        with self._lock:
            now = time.time()
            expired = [item for item in self._sessions if item["expires"] <= now]
            if expired:
                self._store([item for item in self._sessions if item["expires"] > now])
        return [str(item["conversation_id"]) for item in expired]

    def _store(self, sessions: list[dict[str, Any]]) -> None:
        write_json(self._path, sessions)
        self._sessions = sessions

    def _load(self) -> list[dict[str, Any]]:
        try:
            records = read_records(self._path)
        except UserError as error:
            # Losing sessions means logging in again; refusing to start would be worse.
            logger.warning("Sessions are lost, log in again: {}", error)
            return []
        fields = {"sha256": str, "conversation_id": str, "expires": int}
        return [
            record
            for record in records
            if all(isinstance(record.get(name), kind) for name, kind in fields.items())
            and isinstance(record.get("person"), str | None)
            and isinstance(record.get("key"), str | None)
        ]

"""Login sessions and the one-time links that open them."""

import threading
import time
import uuid
from pathlib import Path
from typing import Any

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.mission_control.digests import digest, find_digest, new_secret
from pipecatapp.mission_control.private_files import read_records, write_json

SESSION_SECONDS = 30 * 24 * 3600
TOKEN_SECONDS = 15 * 60
MAX_SESSIONS = 1000


class LoginTokens:
    """Tokens of login links: each works once, for 15 minutes.

    They live in memory and only as digests: a restart of the agent voids them.
    """

    def __init__(self) -> None:
        self._expiry: dict[str, float] = {}
        # Logins run in worker threads: two that send one token must not both win.
        self._lock = threading.Lock()

    def create(self) -> str:
        """Return a new token."""
        token = new_secret()
        with self._lock:
            self._drop_expired()
            self._expiry[digest(token)] = time.monotonic() + TOKEN_SECONDS
        return token

    def redeem(self, token: str) -> bool:
        """Use up a token; return whether it was valid."""
        with self._lock:
            self._drop_expired()
            found = find_digest(digest(token), self._expiry)
            return found is not None and bool(self._expiry.pop(found))

    def _drop_expired(self) -> None:
        now = time.monotonic()
        self._expiry = {key: end for key, end in self._expiry.items() if end > now}


class SessionStore:
    """Login sessions by cookie; each is one conversation and lives for 30 days.

    Kept as digests in `auth/sessions.json`, so that a restart logs nobody out and the file
    opens no door.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "auth" / "sessions.json"
        self._sessions = self._load()
        self._lock = threading.Lock()

    def create(self) -> str:
        """Open a session and return the value of its cookie.

        Raises:
            UserError: The session cannot be stored.
        """
        secret = new_secret()
        session = {
            "sha256": digest(secret),
            "conversation_id": f"session-{uuid.uuid4().hex}",
            "expires": int(time.time()) + SESSION_SECONDS,
        }
        with self._lock:
            valid = [item for item in self._sessions if item["expires"] > time.time()]
            self._store([*valid, session][-MAX_SESSIONS:])
        return secret

    def conversation(self, secret: str) -> str | None:
        """Return the conversation of a session's cookie, or None if it is not valid."""
        found = find_digest(digest(secret), [item["sha256"] for item in self._sessions])
        for item in self._sessions:
            if item["sha256"] == found and item["expires"] > time.time():
                return str(item["conversation_id"])
        return None

    def close(self, secret: str) -> None:
        """Forget a session."""
        wanted = digest(secret)
        with self._lock:
            self._store([item for item in self._sessions if item["sha256"] != wanted])

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
        ]

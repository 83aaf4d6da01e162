"""Follows Consul in threads of its own, so that it never holds up a conversation."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import consul
import requests
from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.settings import Settings

WAIT = "10s"
"""Consul answers a blocking query at a change, or after this, which shows that it is alive."""
ANSWER_SECS = 3.0
RETRY_SECS = 0.5
PAUSE_SECS = 0.1
"""Between two queries, so that an index that keeps changing does not keep a core busy."""

FAILURES = (consul.ConsulException, requests.RequestException, OSError)

ALIVE = 1
"""The status of a member that is alive, as Serf numbers it."""

Query = Callable[[consul.Consul, str | None], tuple[str, Any]]
"""Asks a client with the index of the last answer, and returns the new index and the answer."""


def consul_client(settings: Settings, seconds: float = ANSWER_SECS) -> consul.Consul:
    """Return a client of the node's own Consul.

    Args:
        settings: Holds its address.
        seconds: How long an answer may take, on top of the wait of a blocking query.

    Raises:
        UserError: The address is invalid.
    """
    address = settings.consul_address
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        host, port = parts.hostname, parts.port or 8500
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme not in ("http", "https"):
        raise UserError(f"CONSUL_HTTP_ADDR is {address!r}: write HOST:PORT or http://HOST:PORT")
    client = consul.Consul(host, port, scheme=parts.scheme, connections_timeout=seconds)
    # A proxy that the environment names is for addresses outside the house.
    client.http.session.trust_env = False
    return client


def read_secret(path: Path | None) -> str | None:
    """Return the secret in a file, or None without a file or content.

    It is read each time, as it may have been renewed.

    Raises:
        OSError: The file cannot be read.
    """
    return path.read_text().strip() or None if path else None


def _log_in(client: consul.Consul, token_file: Path | None) -> None:
    """Send the token with every request from now on: not all methods of the client take one."""
    token = read_secret(token_file)
    if token:
        client.http.session.headers["X-Consul-Token"] = token


class ConsulWatch:
    """Asks Consul by blocking queries in a thread, and reports every change.

    Args:
        settings: Consul's address and token.
        what: What is watched, for the log.
        query: Asks for it.
        changed: Called in the thread with each answer that differs from the one before.
    """

    def __init__(
        self, settings: Settings, what: str, query: Query, changed: Callable[[Any], None]
    ) -> None:
        self._client = consul_client(settings)
        self._token_file = settings.consul_token_file
        self._what = what
        self._query = query
        self._changed = changed
        self._ended = threading.Event()
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"consul {what}", daemon=True)
        self.problem: str | None = "Consul has not answered yet"
        """Why Consul did not answer the last query, or None."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop asking; a query under way is not waited for, and its answer is ignored."""
        self._ended.set()

    def wait_for_answer(self, seconds: float) -> bool:
        """Wait for the first answer, and return whether it came within some seconds."""
        return self._answered.wait(seconds)

    def _run(self) -> None:
        index: str | None = None
        last: Any = self  # differs from whatever Consul answers
        while not self._ended.is_set():
            try:
                _log_in(self._client, self._token_file)
                new_index, answer = self._query(self._client, index)
            except FAILURES as error:
                self._failed(error)
                # A Consul that comes back may count from the beginning.
                index = None
                self._ended.wait(RETRY_SECS)
                continue
            if self._ended.is_set():
                return
            index = _next_index(index, new_index)
            self._succeeded()
            if answer != last:
                last = answer
                self._report(answer)
            self._answered.set()
            self._ended.wait(PAUSE_SECS)

    def _report(self, answer: Any) -> None:
        try:
            self._changed(answer)
        except Exception:
            # The thread goes on, as the next change may be handled without an error.
            logger.exception(f"A change of {self._what} in Consul could not be handled")

    def _failed(self, error: Exception) -> None:
        problem = _reason(error)
        if self.problem != problem:
            logger.warning(
                f"Consul does not answer for {self._what}: {problem}. Its last answer stays in use."
            )
        self.problem = problem

    def _succeeded(self) -> None:
        if self.problem and self._answered.is_set():
            logger.info(f"Consul answers for {self._what} again")
        self.problem = None


def _next_index(index: str | None, new: str) -> str | None:
    """Return the index to ask with next, or None if it went back, as Consul advises."""
    if not new.isdigit() or int(new) < 1 or (index and int(new) < int(index)):
        return None
    return new


def _reason(error: Exception) -> str:
    if isinstance(error, consul.exceptions.ACLPermissionDenied):
        return "the token in CONSUL_HTTP_TOKEN_FILE does not allow it"
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "it is not reachable"
    return " ".join(str(error).split())[:200] or type(error).__name__


def live_members(settings: Settings, seconds: float) -> int:
    """Return how many nodes of the cluster are alive, by Consul's count.

    Args:
        settings: Consul's address and token.
        seconds: How long an answer may take.

    Raises:
        UserError: Consul does not answer, or the token does not allow it.
    """
    try:
        client = consul_client(settings, seconds)
        _log_in(client, settings.consul_token_file)
        members = client.agent.members()
    except FAILURES as error:
        raise UserError(f"Consul: {_reason(error)}") from error
    return sum(member.get("Status") == ALIVE for member in members)

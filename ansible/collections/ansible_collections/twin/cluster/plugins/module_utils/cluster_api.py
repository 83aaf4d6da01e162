"""Nomad's and Consul's HTTP APIs, through whichever controller answers."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

TIMEOUT = 5.0  # seconds for an answer; a machine that is off gives none at all
ROUNDS = 5  # times that all controllers are asked, a second apart: they may be electing a leader
TOKEN_HEADERS = {"nomad": "X-Nomad-Token", "consul": "X-Consul-Token"}

# What the modules take as `api`; secrets are named by their files, so that no log can hold them.
API_SPEC: dict[str, Any] = {
    "addresses": {"type": "list", "elements": "str", "required": True},
    "ca_cert": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path"},
    "token_file": {"type": "path", "no_log": False},
}

# What modules that need both take as `apis`.
APIS_SPEC: dict[str, Any] = {
    "type": "dict",
    "required": True,
    "options": {
        kind: {"type": "dict", "required": True, "options": API_SPEC} for kind in TOKEN_HEADERS
    },
}


class ApiError(Exception):
    """The cluster did not do what it was asked.

    Attributes:
        status: HTTP's status; None where nobody answered.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """One of the two APIs.

    Args:
        kind: "nomad" or "consul".
        options: What `API_SPEC` describes.
    """

    def __init__(self, kind: str, options: dict[str, Any]) -> None:
        self.addresses: list[str] = [address.rstrip("/") for address in options["addresses"]]
        self._kind = kind
        self._headers = {"Content-Type": "application/json"}
        self._context: ssl.SSLContext | None = None
        try:
            if options.get("token_file"):
                token = Path(options["token_file"]).read_text(encoding="utf-8").strip()
                self._headers[TOKEN_HEADERS[kind]] = token
            if options.get("ca_cert"):
                self._context = ssl.create_default_context(cafile=options["ca_cert"])
            if self._context and options.get("client_cert"):
                self._context.load_cert_chain(options["client_cert"], options["client_key"])
        except OSError as error:
            raise ApiError(f"The cluster's credentials cannot be read: {error}") from error

    def get(self, path: str, **query: str) -> Any:
        """Return what an address answers, None where it has nothing (404)."""
        try:
            return self.call("GET", path, query=query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: dict[str, str] | None = None,
        plain: bool = False,
    ) -> Any:
        """Send a request to the first controller that answers.

        Args:
            method: HTTP's method.
            path: Such as "/v1/jobs".
            body: Sent as JSON, bytes as they are; None sends none.
            query: The address's parameters.
            plain: The answer is text and returned as such.

        Raises:
            ApiError: Refused, or no controller answers.
        """
        for attempt in range(ROUNDS):
            for address in list(self.addresses):
                try:
                    text = self._send(address, method, path, body, query or {})
                except OSError as error:  # a refusal by HTTP that may pass is one, too
                    failure = f"{address}: {getattr(error, 'reason', error)}"
                    continue
                # The next request goes to the one that answered.
                self.addresses.remove(address)
                self.addresses.insert(0, address)
                return text if plain else json.loads(text or "null")
            if attempt < ROUNDS - 1:
                time.sleep(1)
        raise ApiError(
            f"No controller answers for {self._kind.capitalize()} ({failure}). "
            "Are the machines on, and is this one in their network?"
        )

    def _send(self, address: str, method: str, path: str, body: Any, query: dict[str, str]) -> str:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = address + urllib.parse.quote(path) + ("?" + urllib.parse.urlencode(query))
        request = urllib.request.Request(  # noqa: S310 - addresses are the cluster's own
            url, data=data, headers=self._headers, method=method
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - as above
                request, timeout=TIMEOUT, context=self._context
            ) as answer:
                text: str = answer.read().decode("utf-8", "replace")
                return text
        except urllib.error.HTTPError as error:
            reason = error.read().decode("utf-8", "replace").strip() or str(error.reason)
            if error.code == 429 or (error.code >= 500 and _passes(reason)):
                raise OSError(reason) from error
            raise ApiError(
                f"{self._kind.capitalize()} refuses {method} {path}: {reason} ({error.code})",
                error.code,
            ) from error


def _passes(reason: str) -> bool:
    """Return whether a server may answer otherwise soon, or another one now."""
    return any(
        words in reason for words in ("No cluster leader", "leadership lost", "rpc error", "EOF")
    )

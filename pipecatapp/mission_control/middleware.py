"""Checks the host, origin and size of every request and adds security headers to answers."""

import json
from collections.abc import Container, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipecatapp.mission_control.auth.auth import bearer
from pipecatapp.mission_control.openai_api.errors import error_body, is_openai_path

MAX_BODY = 64 * 1024
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class SecurityMiddleware:
    """Refuses requests that Mission Control's pages never send, before other code sees them."""

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: Container[str] | None,
        max_body: int = MAX_BODY,
        larger: Mapping[str, int] | None = None,
        any_host: Container[str] = (),
        remedy: str = "use http://localhost",
    ) -> None:
        """Wrap an application.

        Args:
            app: The application.
            allowed_hosts: Names by which the server may be addressed, or None for any. On the
                loopback address they stop a foreign page whose name is rebound to 127.0.0.1.
            max_body: Largest request body, in bytes.
            larger: Paths that take larger bodies, with their limits in bytes.
            any_host: Paths that are answered under any name, for a proxy's health checks.
            remedy: What a person should do instead of using a name that is not allowed.
        """
        self._app = app
        self._allowed_hosts = allowed_hosts
        self._max_body = max_body
        self._larger = larger or {}
        self._any_host = any_host
        self._remedy = remedy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request or a socket's opening, then pass it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, send, *refusal)
            return
        if scope["type"] == "http":
            limit = self._larger.get(scope["path"], self._max_body)
            await _BodyLimit(self._app, limit)(scope, receive, _with_headers(send))
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "")
        if not self._may_be_named(host) and scope["path"] not in self._any_host:
            return 421, f"This server does not answer to that name; {self._remedy}."
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
            return None
        origin = connection.headers.get("origin")
        if origin is None:
            # Browsers always send an origin here; programs identify themselves by a key.
            if bearer(connection):
                return None
            if is_openai_path(scope["path"]):
                return 401, "Send an API key, as `Authorization: Bearer KEY`."
            return 403, "The Origin header is missing."
        if not same_origin(origin, host):
            return 403, "This request comes from another site's page."
        return None

    def _may_be_named(self, host: str) -> bool:
        return self._allowed_hosts is None or _hostname(host) in self._allowed_hosts


class _TooLarge(Exception):  # noqa: N818 - it is an answer (413), not a fault
    """A body is larger than allowed."""


class _BodyLimit:
    """Cuts a request off as soon as its body is larger than allowed.

    Starlette's RequestBodyLimitMiddleware answers a declared length in plain text, whatever the
    application's handlers say; OpenAI's clients expect its JSON.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._limit:
            await _refuse(scope, send, 413, f"At most {self._limit} bytes are accepted.")
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise _TooLarge
            return message

        try:
            await self._app(scope, limited, send)
        except _TooLarge:
            # A chunked body declares no length; nothing is answered before it is read.
            await _refuse(scope, send, 413, f"At most {self._limit} bytes are accepted.")


def same_origin(origin: str, host: str) -> bool:
    """Return whether an Origin header names the server that the Host header names.

    Schemes are not compared: behind a proxy that ends TLS the server sees http only.
    """
    try:
        parts = urlsplit(origin)
        default = _DEFAULT_PORTS.get(parts.scheme)
        if default is None or not parts.hostname:
            return False
        target = urlsplit(f"//{host}")
        return (parts.hostname, parts.port or default) == (target.hostname, target.port or default)
    except ValueError:
        return False


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return wrapped


async def _refuse(scope: Scope, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        # Closing before accepting is answered as 403 by the server.
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    openai = is_openai_path(scope["path"])
    body = json.dumps(error_body(status, reason) if openai else {"error": reason}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    guarded = _with_headers(send)
    await guarded(start)
    await guarded({"type": "http.response.body", "body": body})

"""Errors in the form of OpenAI's API: `{"error": {message, type, param, code}}`."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

PREFIX = "/v1/"
REQUEST, LIMIT, SERVER = "invalid_request_error", "rate_limit_error", "server_error"

_CODES = {
    401: "invalid_api_key",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    429: "rate_limit_exceeded",
    503: "unavailable",
}


class ApiError(Exception):
    """An error that is the answer to a request; its text says what to do about it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        """Make an error.

        Args:
            status: The HTTP status.
            message: What people read.
            param: The field of the request that is wrong, if it is one.
            code: What programs read; the default depends on the status.
            headers: Headers of the answer.
        """
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = error_body(status, message, param=param, code=code)


def error_body(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """Return an error as a JSON-ready dictionary; lone surrogates in its text are replaced."""
    kind = LIMIT if status == 429 else SERVER if status >= 500 else REQUEST
    return {
        "error": {
            "message": message.encode(errors="replace").decode(),
            "type": kind,
            "param": param,
            "code": code or _CODES.get(status),
        }
    }


def is_openai_path(path: str) -> bool:
    """Return whether a path belongs to this API, even if no route has it."""
    return path.startswith(PREFIX)


def api_error(_: Request, error: ApiError) -> Response:
    """Answer with an `ApiError`."""
    return JSONResponse(error.body, error.status, headers=error.headers)


def http_error(error: HTTPException) -> Response:
    """Answer with an error that the framework or a dependency raised."""
    headers = dict(error.headers) if error.headers else None
    body = error_body(error.status_code, str(error.detail))
    return JSONResponse(body, error.status_code, headers=headers)

"""Failures as OpenAI's API words them: `{"error": {message, type, param, code}}`."""

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
    """What a request is answered with where it fails; the text says what to do about it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        """Make one.

        Args:
            status: Of HTTP.
            message: For people.
            param: The field of the request that is wrong.
            code: For programs; by default what usually goes with the status.
            headers: To be sent with it.
        """
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = error_body(status, message, param=param, code=code)


def error_body(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """Return a failure as JSON-ready dictionary; half a character in its text is replaced."""
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
    """Tell whether a path is one of this API's, existing or not."""
    return path.startswith(PREFIX)


def api_error(_: Request, error: Exception) -> Response:
    """Answer with an `ApiError`."""
    assert isinstance(error, ApiError)  # noqa: S101 - what it is registered for
    return JSONResponse(error.body, error.status, headers=error.headers)


def http_error(error: HTTPException) -> Response:
    """Answer with what the framework or a dependency refused."""
    headers = dict(error.headers) if error.headers else None
    body = error_body(error.status_code, str(error.detail))
    return JSONResponse(body, error.status_code, headers=headers)

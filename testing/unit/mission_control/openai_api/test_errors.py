import json

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from pipecatapp.mission_control.openai_api.errors import (
    ApiError,
    api_error,
    error_body,
    http_error,
    is_openai_path,
)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", None),
        (401, "invalid_request_error", "invalid_api_key"),
        (404, "invalid_request_error", "not_found"),
        (413, "invalid_request_error", "request_too_large"),
        (429, "rate_limit_error", "rate_limit_exceeded"),
        (500, "server_error", None),
        (503, "server_error", "unavailable"),
    ],
)
def test_a_status_has_its_type_and_code(status: int, kind: str, code: str | None) -> None:
    error = error_body(status, "No.")["error"]
    assert error == {"message": "No.", "type": kind, "param": None, "code": code}


def test_half_a_character_of_a_message_is_replaced() -> None:
    body = error_body(400, "a\ud800b", param="model", code="invalid_value")
    assert body["error"]["message"] == "a?b"
    assert (body["error"]["param"], body["error"]["code"]) == ("model", "invalid_value")


def test_an_error_becomes_an_answer_with_its_headers() -> None:
    error = ApiError(429, "Wait.", headers={"Retry-After": "5"})
    answer = api_error(Request({"type": "http"}), error)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert json.loads(bytes(answer.body)) == error.body


def test_what_the_framework_refuses_has_the_same_form() -> None:
    answer = http_error(HTTPException(405, headers={"Allow": "GET"}))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert json.loads(bytes(answer.body))["error"]["code"] == "method_not_allowed"


def test_the_paths_of_the_api() -> None:
    assert is_openai_path("/v1/nowhere")
    assert not is_openai_path("/v1x")
    assert not is_openai_path("/api/status")

"""The paths under `/v1`."""

import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from pipecatapp.mission_control.auth.caller import Caller
from pipecatapp.mission_control.openai_api.admission import Admission
from pipecatapp.mission_control.openai_api.background_answer import BackgroundAnswer
from pipecatapp.mission_control.openai_api.completions import Completions
from pipecatapp.mission_control.openai_api.errors import ApiError
from pipecatapp.mission_control.openai_api.replies import CompletionReply
from pipecatapp.mission_control.openai_api.schema import read_request
from pipecatapp.mission_control.openai_api.stream import (
    KEEP_ALIVE_SECS,
    ClientDisconnected,
    EventStream,
    unless_disconnected,
    within,
)

OWNER = "pipecatapp"
CLIENT_CLOSED = 499
"""The status of an answer that nobody reads; a proxy may log it."""

STARTED = int(time.time())


def openai_router() -> APIRouter:
    """Return the routes; `app.state.backend.completions` answers."""
    router = APIRouter(prefix="/v1")
    admission = Admission()

    @router.get("/models")
    async def models(request: Request, _: Caller) -> dict[str, Any]:
        names = _completions(request).models()
        return {"object": "list", "data": [_model(name) for name in names]}

    @router.get("/models/{name}")
    async def model(name: str, request: Request, _: Caller) -> dict[str, Any]:
        return _model(_existing(name, request))

    @router.post("/chat/completions")
    async def chat(request: Request, caller: Caller) -> Response:
        chat_request = read_request(await request.body())
        asked = chat_request.completion_request()
        _existing(asked.model, request)
        admission.enter(caller.conversation_id)
        answer = BackgroundAnswer(
            _completions(request).answer(asked, caller),
            release=lambda: admission.leave(caller.conversation_id),
        )
        reply = CompletionReply(asked.model, chat_request.with_usage)
        try:
            if chat_request.stream:
                return await _stream(request, answer, reply)
            text, ended = await unless_disconnected(request.receive, answer.whole())
            return JSONResponse(reply.whole(text, ended))
        except ClientDisconnected:
            await answer.stop()
            return Response(status_code=CLIENT_CLOSED)
        except BaseException:
            await answer.stop()
            raise

    return router


async def _stream(request: Request, answer: BackgroundAnswer, reply: CompletionReply) -> Response:
    """Return a streamed response; a failure before its first piece still gets its own status."""
    soon = within(KEEP_ALIVE_SECS, answer.next())
    return EventStream(answer, reply, await unless_disconnected(request.receive, soon))


def _completions(request: Request) -> Completions:
    completions: Completions = request.app.state.backend.completions
    return completions


def _existing(name: str, request: Request) -> str:
    """Return the name if a model has it.

    Raises:
        ApiError: 404, no model has this name.
    """
    names = _completions(request).models()
    if name not in names:
        message = f"There is no model {name[:100]!r}; there are: {', '.join(names)}."
        raise ApiError(404, message, param="model", code="model_not_found")
    return name


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": STARTED, "owned_by": OWNER}

"""The web server's application: pages, API and socket."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from loguru import logger
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.websockets import WebSocket

from pipecatapp.errors import MalformedError, NotFoundError, TakenError, UserError
from pipecatapp.mission_control.addresses import allowed_hosts
from pipecatapp.mission_control.auth.auth import COOKIE, Auth, TooManyAttempts
from pipecatapp.mission_control.auth.caller import Caller
from pipecatapp.mission_control.backend import Backend
from pipecatapp.mission_control.middleware import SecurityMiddleware
from pipecatapp.mission_control.openai_api.errors import (
    ApiError,
    api_error,
    error_body,
    http_error,
    is_openai_path,
)
from pipecatapp.mission_control.openai_api.routes import openai_router
from pipecatapp.mission_control.openai_api.schema import MAX_BODY as MAX_CHAT
from pipecatapp.mission_control.pages import STATIC
from pipecatapp.mission_control.routes.approvals import router as approvals_router
from pipecatapp.mission_control.routes.lists import router as lists_router
from pipecatapp.mission_control.routes.login import router as login_router
from pipecatapp.mission_control.routes.memory import MAX_IMPORT
from pipecatapp.mission_control.routes.memory import router as memory_router
from pipecatapp.mission_control.routes.schedule import router as schedule_router
from pipecatapp.mission_control.routes.state_copy import router as copy_router
from pipecatapp.mission_control.sockets import SocketRegistry
from pipecatapp.mission_control.static_files import GuardedFiles, RevalidatedFiles
from pipecatapp.mission_control.tls.authority import router as tls_router

STATUS = {MalformedError: 422, NotFoundError: 404, TakenError: 409}
"""The status of errors that the caller caused; any other `UserError` is answered with 503."""


def create_app(backend: Backend) -> FastAPI:
    """Build Mission Control's application.

    `app.state.auth` is its `Auth`: `app.state.auth.tokens.create()` makes a login token.

    Args:
        backend: The agent behind it.

    Raises:
        UserError: The state directory cannot be used, or a configured key is malformed.
    """
    app = FastAPI(title="Mission Control", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.backend = backend
    app.state.auth = Auth(backend.settings)
    app.state.sockets = SocketRegistry()
    app.exception_handler(TooManyAttempts)(_too_many_attempts)
    app.exception_handler(UserError)(_user_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(ApiError)(api_error)
    app.include_router(login_router)
    app.include_router(tls_router)
    app.include_router(approvals_router)
    app.include_router(memory_router)
    app.include_router(lists_router)
    app.include_router(schedule_router)
    app.include_router(copy_router)
    app.include_router(openai_router())
    _add_pages(app, backend)
    _add_api(app, backend)
    _add_socket(app, backend)
    cluster = backend.settings.mode == "cluster"
    name_it = (
        "use a node's address, or write the name into page_names in the inventory and run the "
        "playbook again"
    )
    app.add_middleware(
        SecurityMiddleware,
        allowed_hosts=allowed_hosts(backend.settings),
        larger={"/api/memory/import": MAX_IMPORT, "/v1/chat/completions": MAX_CHAT},
        any_host={"/health"} if cluster else (),
        remedy=name_it if cluster else "use http://localhost",
    )
    return app


def _add_pages(app: FastAPI, backend: Backend) -> None:
    app.mount("/static/public", RevalidatedFiles(directory=STATIC / "public"))
    app.mount("/static/app", GuardedFiles(app.state.auth, directory=STATIC / "app"))

    @app.get("/")
    async def page(request: Request) -> Response:
        if app.state.auth.identify(request) is None:
            return RedirectResponse("/login", status_code=303)
        return FileResponse(STATIC / "app" / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return FileResponse(STATIC / "public" / "icon.svg", media_type="image/svg+xml")

    @app.get("/health")
    async def health() -> JSONResponse:
        reason = await backend.health()
        if reason is None:
            return JSONResponse({"status": "ok"})
        if backend.settings.mode == "cluster":
            # Gateways forward people only while this check passes, and Nomad would restart the
            # agent: the page itself says what is missing.
            return JSONResponse({"status": "waiting", "reason": reason})
        return JSONResponse({"status": "unavailable", "reason": reason}, status_code=503)


def _add_api(app: FastAPI, backend: Backend) -> None:
    @app.get("/api/status")
    async def status(_: Caller) -> dict[str, Any]:
        return await backend.status()

    @app.get("/api/history")
    async def history(caller: Caller) -> list[dict[str, Any]]:
        return await backend.history(caller.conversation_id)

    @app.post("/api/logout")
    async def logout(request: Request, caller: Caller) -> Response:
        sessions = app.state.auth.sessions
        await run_in_threadpool(sessions.close, request.cookies.get(COOKIE, ""))
        await app.state.sockets.close(caller)
        for ended in (caller.conversation_id, *await run_in_threadpool(sessions.drop_expired)):
            await backend.logged_out(ended)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/")
        return response

    @app.get("/metrics")
    async def metrics(_: Caller) -> Response:
        return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _add_socket(app: FastAPI, backend: Backend) -> None:
    @app.websocket("/ws")
    async def socket(websocket: WebSocket) -> None:
        try:
            identity = app.state.auth.identify(websocket)
        except TooManyAttempts:
            identity = None
        if identity is None:
            await websocket.close(1008, "Log in first.")
            return
        async with app.state.sockets.open(identity, websocket, app.state.auth):
            await backend.serve_socket(websocket, identity.conversation_id, identity.person)


async def _http_error(request: Request, error: HTTPException) -> Response:
    if is_openai_path(request.url.path):
        return http_error(error)
    return await http_exception_handler(request, error)


async def _too_many_attempts(request: Request, __: Exception) -> JSONResponse:
    text = "Too many wrong attempts. Wait a minute and try again."
    return _failure(request, 429, text, headers={"Retry-After": "60"})


def _failure(
    request: Request, status: int, text: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return an error in the form of the API that was asked."""
    openai = is_openai_path(request.url.path)
    body = error_body(status, text) if openai else {"error": text}
    return JSONResponse(body, status_code=status, headers=headers)


async def _user_error(request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 503)
    # The text may repeat a lone surrogate of the request, which UTF-8 cannot encode.
    text = str(error).encode(errors="replace").decode()
    if status == 503:
        logger.error("{}", text)
    return _failure(request, status, text)

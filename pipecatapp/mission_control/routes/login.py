"""Logging in: the page of a one-time link, and the cookie that the page gets for it."""

from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipecatapp.mission_control.addresses import login_url
from pipecatapp.mission_control.auth.auth import COOKIE, Auth, TooManyAttempts, client_address
from pipecatapp.mission_control.auth.caller import Caller
from pipecatapp.mission_control.auth.login_sessions import SESSION_SECONDS, person_name
from pipecatapp.mission_control.backend import Backend
from pipecatapp.mission_control.pages import login_page

router = APIRouter()


class LoginLinkRequest(BaseModel):
    """The person whom a login link is for.

    Attributes:
        name: The name by which the twin knows them; None for nobody in particular.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    name: str | None = None


@router.post("/api/login-link")
async def link(request: Request, caller: Caller) -> dict[str, str]:
    """Make a link that logs one person in once; the body is a `LoginLinkRequest`, or empty.

    Raises:
        HTTPException: 403, only the command line on this machine may; 422, the body is malformed.
        MalformedError: The name is not valid.
    """
    backend: Backend = request.app.state.backend
    if caller.kind != "local":
        raise HTTPException(403, "Only the command line on this machine may do this.")
    try:
        wanted = LoginLinkRequest.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        raise HTTPException(422, "Send `name`, a text, or nothing.") from error
    person = None if wanted.name is None else person_name(wanted.name)
    token = request.app.state.auth.tokens.create(person)
    return {"url": login_url(backend.settings, request.scope["server"][1], token)}


@router.get("/login")
async def show(token: str = "") -> Response:
    """Show the login page, which does not use up a link's token."""
    return login_page(token)


@router.get("/login/session")
async def session(request: Request) -> dict[str, bool]:
    """Tell a page whether its browser is logged in."""
    return {"logged_in": request.app.state.auth.identify(request) is not None}


@router.post("/login")
async def submit(request: Request) -> Response:
    """Exchange a one-time token or an API key for a session's cookie."""
    auth: Auth = request.app.state.auth
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    token, key = (form.get(name, [""])[0].strip() for name in ("token", "key"))
    try:
        # Opening a session writes a file and waits for the disk.
        cookie = await run_in_threadpool(auth.login, client_address(request), token=token, key=key)
    except TooManyAttempts:
        return login_page("", "Too many wrong attempts. Wait a minute and try again.", 429)
    if cookie is None:
        problem = (
            "This link was used before or is older than 15 minutes. Ask for a new one."
            if token
            else "This is not a valid API key."
        )
        return login_page("", problem, 401)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=SESSION_SECONDS,
        path="/",
        secure=_over_https(request),
        httponly=True,
        samesite="strict",
    )
    return response


def _over_https(request: Request) -> bool:
    """Return whether the browser used HTTPS; a cluster's gateway terminates it and says so."""
    backend: Backend = request.app.state.backend
    if backend.settings.mode == "cluster":
        return request.headers.get("x-forwarded-proto") == "https"
    return request.url.scheme == "https"

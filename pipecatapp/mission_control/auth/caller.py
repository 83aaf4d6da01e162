"""Dependencies of the routes that identify the caller of a request."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from pipecatapp.mission_control.auth.auth import Auth, Identity


def require_identity(request: Request) -> Identity:
    """Return who is asking.

    Raises:
        HTTPException: 401, the caller is unknown.
    """
    auth: Auth = request.app.state.auth
    identity = auth.identify(request)
    if identity is None:
        raise HTTPException(
            401,
            "Log in by the link of `pipecatapp login-link`, or send an API key.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return identity


Caller = Annotated[Identity, Depends(require_identity)]


def require_person(caller: Caller) -> Identity:
    """Return who is asking: somebody who logged in by a link, or this machine's command line.

    Raises:
        HTTPException: 403, the caller is a program or logged in with a program's key.
    """
    if caller.kind == "key":
        raise HTTPException(
            403, "Only people may do this, not API keys: log in by a link: pipecatapp login-link"
        )
    return caller


Person = Annotated[Identity, Depends(require_person)]

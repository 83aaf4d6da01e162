"""Who a request comes from, as a parameter of the API's functions."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from pipecatapp.mission_control.auth.auth import Identity


def require_identity(request: Request) -> Identity:
    """Return who is asking.

    Raises:
        HTTPException: 401, nobody we know.
    """
    identity = request.app.state.auth.identify(request)
    if identity is None:
        raise HTTPException(
            401,
            "Log in by the link of `pipecatapp login-link`, or send an API key.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    assert isinstance(identity, Identity)  # noqa: S101 - tells mypy what app.state holds
    return identity


Caller = Annotated[Identity, Depends(require_identity)]


def require_person(caller: Caller) -> Identity:
    """Return who is asking: somebody who logged in by a link, or this machine's command line.

    Raises:
        HTTPException: 403, a program, or who logged in with a program's key.
    """
    if caller.kind == "key":
        raise HTTPException(
            403, "Only people may do this, not API keys: log in by a link: pipecatapp login-link"
        )
    return caller


Person = Annotated[Identity, Depends(require_person)]

"""The API by which a person allows or denies tool calls that wait for approval."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from pipecatapp.mission_control.auth.caller import Caller, Person
from pipecatapp.mission_control.backend import Backend

router = APIRouter(prefix="/api/approvals")


class ApprovalDecision(BaseModel):
    """What a person decided.

    Attributes:
        digest: The digest of the call that they saw, so that no other call is allowed by it.
        approve: Whether the call may run.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    digest: str = Field(pattern="^[0-9a-f]{1,128}$")
    approve: bool


@router.get("")
async def waiting(request: Request, caller: Caller) -> list[dict[str, Any]]:
    """Return the calls of the caller's conversation that wait for a decision."""
    backend: Backend = request.app.state.backend
    return await backend.approvals(caller.conversation_id)


@router.post("/{approval_id}", status_code=204)
async def decide(approval_id: str, request: Request, person: Person) -> Response:
    """Allow or deny one call, once; the body is an `ApprovalDecision`.

    Raises:
        HTTPException: 403, a program's key was sent; 404, no such call waits for the caller; 409,
            the call is not the one that was shown, or it is settled; 422, the body is malformed.
    """
    backend: Backend = request.app.state.backend
    try:
        decision = ApprovalDecision.model_validate_json(await request.body())
    except ValidationError as error:
        # FastAPI's own answer repeats the input, in which a lone surrogate cannot be encoded.
        raise HTTPException(
            422, "Send `digest`, in hexadecimal, and `approve`, true or false."
        ) from error
    try:
        await backend.decide(
            person.conversation_id,
            approval_id,
            decision.digest,
            decision.approve,
            by=person.kind,
        )
    except LookupError as error:
        raise HTTPException(404, "No such call waits for your decision.") from error
    except ValueError as error:
        raise HTTPException(409, str(error) or "This call is settled already.") from error
    return Response(status_code=204)

"""The API of timers, alarms and reminders: what there is, and how to end it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from pipecatapp.mission_control.auth.caller import Caller, Person
from pipecatapp.mission_control.backend import Backend

router = APIRouter(prefix="/api/schedule", tags=["schedule"])

LARGEST_ID = 2**63 - 1  # the largest that SQLite can store


class ScheduledEntry(BaseModel):
    """A timer, an alarm or a reminder.

    Attributes:
        id: Names it in a request.
        kind: What it is.
        name: What it is called, or what somebody is to be reminded of; may be empty.
        label: What names it in a sentence, such as "the pasta timer".
        when: When it is due, in words, with its day.
        due_in_s: Seconds until it is due; negative for what is due.
        rings: Whether it rings here now.
    """

    id: int
    kind: Literal["timer", "alarm", "reminder"]
    name: str
    label: str
    when: str
    due_in_s: float
    rings: bool


class ScheduleContent(BaseModel):
    """What waits, the next one first, and what is due and nobody has reacted to."""

    waiting: list[ScheduledEntry]
    due: list[ScheduledEntry]


@router.get("", response_model=ScheduleContent)
async def schedule(request: Request, caller: Caller) -> dict[str, Any]:
    """Return the household's timers, alarms and reminders."""
    backend: Backend = request.app.state.backend
    return backend.schedule(caller.conversation_id)


@router.delete("/{entry_id}", status_code=204)
async def remove(
    entry_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], request: Request, _: Person
) -> Response:
    """End what rings, or cancel what is not due yet.

    Raises:
        HTTPException: 403, a program's key was sent; 404, there is no such entry.
        UserError: The change cannot be written.
    """
    backend: Backend = request.app.state.backend
    try:
        await backend.cancel_scheduled(entry_id)
    except LookupError as error:
        raise HTTPException(404, "There is no such timer, alarm or reminder.") from error
    return Response(status_code=204)

"""The API of the household's lists."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from pipecatapp.mission_control.auth.caller import Caller, Person
from pipecatapp.mission_control.routes.memory import parse_body
from pipecatapp.tools.household_lists.lists import HouseholdLists
from pipecatapp.tools.household_lists.store import LONGEST_ITEM, LONGEST_NAME

router = APIRouter(prefix="/api/lists", tags=["lists"])

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]  # the largest that SQLite can store


class ItemContent(BaseModel):
    """An item of a list.

    Attributes:
        id: Names it in a request.
        text: As somebody said or typed it.
        at: When it was added, in seconds since 1970.
    """

    id: int
    text: str
    at: float


class ListContent(BaseModel):
    """A list.

    Attributes:
        id: Names it in a request.
        name: Without the word "list".
        items: In the order in which they were added.
    """

    id: int
    name: str
    items: list[ItemContent]


class NewItem(BaseModel):
    """An item to be added, and the list, which is made where there is none."""

    model_config = ConfigDict(strict=True, extra="forbid")

    list: str = Field(min_length=1, max_length=LONGEST_NAME)
    text: str = Field(min_length=1, max_length=LONGEST_ITEM)


class NewList(BaseModel):
    """The name of a list to be made."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)


def lists_of(request: Request) -> HouseholdLists:
    """Return the household's lists."""
    lists: HouseholdLists = request.app.state.backend.lists
    return lists


CurrentLists = Annotated[HouseholdLists, Depends(lists_of)]


@router.get("", response_model=list[ListContent])
async def all_lists(lists: CurrentLists, _: Caller) -> list[dict[str, Any]]:
    """Return all lists with their items.

    Raises:
        UserError: The lists cannot be read.
    """
    return [found.as_dict() for found in await lists.all()]


@router.post("", status_code=204)
async def create(request: Request, lists: CurrentLists, _: Person) -> Response:
    """Make an empty list; the body is a `NewList`.

    Raises:
        HTTPException: 409, there is a list of this name; 422, the body is malformed.
        UserError: There are too many lists, or it cannot be written.
    """
    wanted = await parse_body(
        request, NewList, f"Send `name`, a text of {LONGEST_NAME} characters at most."
    )
    if not await lists.create(wanted.name):
        raise HTTPException(409, "There is a list of this name already.")
    return Response(status_code=204)


@router.post("/items")
async def add(request: Request, lists: CurrentLists, caller: Caller) -> dict[str, bool]:
    """Put an item on a list, which is made where there is none; the body is a `NewItem`.

    Returns:
        `added`: false where the item was on the list already.

    Raises:
        HTTPException: 422, the body is malformed.
        UserError: There is no more room, or it cannot be written.
    """
    wanted = await parse_body(
        request,
        NewItem,
        f"Send `list`, {LONGEST_NAME} characters at most, and `text`, {LONGEST_ITEM} at most.",
    )
    change = await lists.add(wanted.list, [wanted.text], caller.conversation_id)
    return {"added": bool(change.new)}


@router.delete("/items/{item_id}", status_code=204)
async def strike_off(item_id: Id, lists: CurrentLists, person: Person) -> Response:
    """Take an item off its list; it is no error if it is off already.

    Raises:
        UserError: The change cannot be written.
    """
    await lists.remove([item_id], person.conversation_id)
    return Response(status_code=204)


@router.delete("/{list_id}", status_code=204)
async def delete(list_id: Id, lists: CurrentLists, person: Person) -> Response:
    """Delete a list with all that is on it.

    Raises:
        NotFoundError: There is no such list.
        UserError: The change cannot be written.
    """
    await lists.clear(list_id, person.conversation_id, delete=True)
    return Response(status_code=204)


@router.post("/undo")
async def undo(lists: CurrentLists, person: Person) -> dict[str, bool]:
    """Undo the latest change that the caller made, by voice or on the page, within an hour.

    Returns:
        `undone`: false where there was none.

    Raises:
        UserError: There is no more room, or it cannot be written.
    """
    return {"undone": await lists.undo(person.conversation_id) is not None}

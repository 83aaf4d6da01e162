"""The API by which people and programs handle what the agent remembers."""

import json
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipecatapp.mission_control.auth.caller import Caller, Person
from pipecatapp.mission_control.backend import Memory
from pipecatapp.mission_control.routes.relevance import fact_of, facts_found

router = APIRouter(prefix="/api")

MAX_IMPORT = 64 * 1024 * 1024
"""Bytes; an export of 100,000 facts has about half of it."""
MOST_FACTS = 100
LARGEST_ID = 2**63 - 1  # of SQLite


class Body(BaseModel):
    """What is sent; anything else than what is named is refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Wanted(Body):
    """Which facts to show: the one of an id, those that fit a query, or else the newest ones."""

    id: int | None = Field(None, ge=1, le=LARGEST_ID, strict=False)
    query: str = Field("", max_length=1000)
    most: int = Field(20, ge=1, le=MOST_FACTS, strict=False)


class Saving(Body):
    """Under which name to save, and whether an older snapshot of that name may go."""

    name: str
    replace: bool = False


class Forgetting(Body):
    """Which facts to forget, by their ids."""

    ids: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] = Field(min_length=1)


Form = TypeVar("Form", bound=Body)


async def sent(request: Request, form: type[Form], hint: str) -> Form:
    """Return what a request's body holds.

    Raises:
        HTTPException: 422, it is another thing; the answer is the hint.
    """
    try:
        return form.model_validate_json(await request.body())
    except ValidationError as error:
        # FastAPI's own answer repeats the input, which may be what no answer can hold.
        raise HTTPException(422, hint) from error


def memory_of(request: Request) -> Memory:
    """Return the agent's memory."""
    memory: Memory = request.app.state.backend.memories
    return memory


Remembered = Annotated[Memory, Depends(memory_of)]


@router.get("/state")
async def snapshots(memory: Remembered, _: Caller) -> list[dict[str, Any]]:
    """Return all snapshots, the newest first, each as `{name, at, facts, turns}`."""
    return await memory.snapshots()


@router.post("/state")
async def save(request: Request, memory: Remembered, caller: Caller) -> dict[str, str]:
    """Take a snapshot, with the caller's conversation in it; the body is a `Saving`.

    Raises:
        HTTPException: 422, the body is none.
        MalformedError: The name is not allowed.
        TakenError: There is one of this name.
    """
    saving = await sent(request, Saving, "Send `name`, and `replace`, true or false.")
    await memory.save(saving.name, caller.conversation_id, replace=saving.replace)
    return {"saved": saving.name}


@router.post("/state/{name}/load")
async def load(name: str, memory: Remembered, person: Person) -> dict[str, str]:
    """Have a snapshot hold, its turns in the caller's conversation.

    Returns:
        `kept`: the name of the snapshot of what was replaced.

    Raises:
        MalformedError: No snapshot can have this name.
        NotFoundError: There is none of this name.
    """
    return {"kept": await memory.load(name, person.conversation_id)}


@router.delete("/state/{name}", status_code=204)
async def remove(name: str, memory: Remembered, _: Person) -> Response:
    """Delete a snapshot.

    Raises:
        MalformedError: No snapshot can have this name.
        NotFoundError: There is none of this name.
    """
    await memory.remove(name)
    return Response(status_code=204)


@router.get("/memory")
async def search(request: Request, memory: Remembered, caller: Caller) -> dict[str, Any]:
    """Return how much is remembered, and the facts that fit a query; the query is a `Wanted`.

    Returns:
        `{count, waiting, facts}`: `waiting` turns are yet to be examined.

    Raises:
        HTTPException: 422, the query is another.
    """
    try:
        wanted = Wanted.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise HTTPException(
            422,
            f"Ask with `query`, 1000 characters at most, and `most`, from 1 to {MOST_FACTS}, "
            "or with `id`.",
        ) from error
    if wanted.id is not None:
        return await fact_of(memory, wanted.id)
    return await facts_found(memory, wanted.query, wanted.most, caller.person)


@router.post("/memory/forget")
async def forget(request: Request, memory: Remembered, _: Person) -> dict[str, int]:
    """Forget facts for good; the body is a `Forgetting`.

    Returns:
        `forgotten`: how many are gone, with what they had superseded.

    Raises:
        HTTPException: 422, the body is none.
    """
    forgetting = await sent(request, Forgetting, "Send `ids`, a list of facts' ids.")
    return {"forgotten": len(await memory.forget(forgetting.ids))}


@router.get("/memory/export")
async def export(memory: Remembered, _: Person) -> Response:
    """Return all facts as a file."""
    content = await memory.export()
    name = {"Content-Disposition": 'attachment; filename="memory.json"'}
    # FastAPI would look through every value of it first, in the event loop.
    return await run_in_threadpool(JSONResponse, content, headers=name)


@router.post("/memory/import")
async def import_(request: Request, memory: Remembered, _: Person) -> dict[str, int]:
    """Keep the facts of an export, all or none; the body is one.

    Returns:
        `{added, known, forgotten}`: those forgotten since it was made stay so.

    Raises:
        HTTPException: 422, the body is not JSON.
        MalformedError: It is no export.
    """
    try:
        content = await run_in_threadpool(json.loads, await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "Send what `GET /api/memory/export` answers.") from error
    return vars(await memory.import_(content))

"""The API of the agent's memory: its facts and snapshots."""

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
"""Bytes; an export of 100,000 facts has about half as many."""
MOST_FACTS = 100
LARGEST_ID = 2**63 - 1  # the largest that SQLite can store


class Body(BaseModel):
    """A request's body or query; unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class FactQuery(Body):
    """Which facts to show: the one with an id, those that fit a query, or else the newest."""

    id: int | None = Field(None, ge=1, le=LARGEST_ID, strict=False)
    query: str = Field("", max_length=1000)
    most: int = Field(20, ge=1, le=MOST_FACTS, strict=False)


class SnapshotRequest(Body):
    """The name to save under, and whether it may replace a snapshot of that name."""

    name: str
    replace: bool = False


class ForgetRequest(Body):
    """The ids of the facts to forget."""

    ids: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] = Field(min_length=1)


BodyType = TypeVar("BodyType", bound=BaseModel)


async def parse_body(request: Request, form: type[BodyType], hint: str) -> BodyType:
    """Return a request's body as the given model.

    Raises:
        HTTPException: 422, the body does not fit; the answer is the hint.
    """
    try:
        return form.model_validate_json(await request.body())
    except ValidationError as error:
        # FastAPI's own answer repeats the input, in which a lone surrogate cannot be encoded.
        raise HTTPException(422, hint) from error


def memory_of(request: Request) -> Memory:
    """Return the agent's memory."""
    memory: Memory = request.app.state.backend.memories
    return memory


CurrentMemory = Annotated[Memory, Depends(memory_of)]


@router.get("/state")
async def snapshots(memory: CurrentMemory, _: Caller) -> list[dict[str, Any]]:
    """Return all snapshots, the newest first, each as `{name, at, facts, turns}`."""
    return await memory.snapshots()


@router.post("/state")
async def save(request: Request, memory: CurrentMemory, caller: Caller) -> dict[str, str]:
    """Take a snapshot with the caller's conversation; the body is a `SnapshotRequest`.

    Raises:
        HTTPException: 422, the body is malformed.
        MalformedError: The name is not allowed.
        TakenError: A snapshot has this name.
    """
    wanted = await parse_body(
        request, SnapshotRequest, "Send `name`, and `replace`, true or false."
    )
    await memory.save(wanted.name, caller.conversation_id, replace=wanted.replace)
    return {"saved": wanted.name}


@router.post("/state/{name}/load")
async def load(name: str, memory: CurrentMemory, person: Person) -> dict[str, str]:
    """Restore a snapshot, with its turns in the caller's conversation.

    Returns:
        `kept`: the name of the snapshot that keeps what was replaced.

    Raises:
        MalformedError: No snapshot can have this name.
        NotFoundError: No snapshot has this name.
    """
    return {"kept": await memory.load(name, person.conversation_id)}


@router.delete("/state/{name}", status_code=204)
async def remove(name: str, memory: CurrentMemory, _: Person) -> Response:
    """Delete a snapshot.

    Raises:
        MalformedError: No snapshot can have this name.
        NotFoundError: No snapshot has this name.
    """
    await memory.remove(name)
    return Response(status_code=204)


@router.get("/memory")
async def search(request: Request, memory: CurrentMemory, caller: Caller) -> dict[str, Any]:
    """Return the number of facts, and the facts that fit a query; the query is a `FactQuery`.

    Returns:
        `{count, waiting, facts}`: `waiting` turns are not examined yet.

    Raises:
        HTTPException: 422, the query is malformed.
    """
    try:
        wanted = FactQuery.model_validate(dict(request.query_params))
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
async def forget(request: Request, memory: CurrentMemory, _: Person) -> dict[str, int]:
    """Forget facts for good; the body is a `ForgetRequest`.

    Returns:
        `forgotten`: how many were deleted, with the facts that they had replaced.

    Raises:
        HTTPException: 422, the body is malformed.
    """
    wanted = await parse_body(request, ForgetRequest, "Send `ids`, a list of facts' ids.")
    return {"forgotten": len(await memory.forget(wanted.ids))}


@router.get("/memory/export")
async def export(memory: CurrentMemory, _: Person) -> Response:
    """Return all facts as a file."""
    content = await memory.export()
    name = {"Content-Disposition": 'attachment; filename="memory.json"'}
    # FastAPI would convert every value first, and block the event loop meanwhile.
    return await run_in_threadpool(JSONResponse, content, headers=name)


@router.post("/memory/import")
async def import_(request: Request, memory: CurrentMemory, _: Person) -> dict[str, int]:
    """Add the facts of an export, all or none; the body is the export.

    Returns:
        `{added, known, forgotten}`: facts that were forgotten since the export stay forgotten.

    Raises:
        HTTPException: 422, the body is not JSON.
        MalformedError: The body is not an export.
    """
    try:
        content = await run_in_threadpool(json.loads, await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "Send what `GET /api/memory/export` answers.") from error
    return vars(await memory.import_(content))

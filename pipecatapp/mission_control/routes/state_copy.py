"""Hands the agent's state to the nodes that keep a copy of it: `GET /api/copy`."""

import asyncio
import hmac
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.responses import Response

from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.auth import bearer
from pipecatapp.mission_control.auth.digests import digest
from pipecatapp.runtime.cluster.state_archive import write_archive
from pipecatapp.runtime.cluster.state_copy import current_epoch, new_archive, tag

EPOCH_HEADER = "X-State-Epoch"

router = APIRouter()


@router.get("/api/copy")
async def copy(request: Request) -> Response:
    """Answer with a tar archive of the state, or with 304 if the caller has it already.

    It takes a key of its own, which opens nothing else; API keys and sessions do not open it.
    """
    settings = request.app.state.backend.settings
    _require_key(request, settings.copy_key_file)
    home, now = settings.home, await asyncio.to_thread(tag, settings.home)
    headers = {"ETag": f'"{now}"', EPOCH_HEADER: str(current_epoch(home))}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    async with _copy_lock(request):
        archive = await asyncio.to_thread(new_archive, home)
        await asyncio.to_thread(write_archive, home, archive)
    return FileResponse(
        archive,
        headers=headers,
        media_type="application/x-tar",
        background=BackgroundTask(archive.unlink, missing_ok=True),
    )


def _copy_lock(request: Request) -> asyncio.Lock:
    """Return the lock that lets one copy be made at a time, as many nodes may ask."""
    state = request.app.state
    if not hasattr(state, "copying"):
        state.copying = asyncio.Lock()
    lock: asyncio.Lock = state.copying
    return lock


def _require_key(request: Request, key_file: Path | None) -> None:
    if key_file is None:
        raise HTTPException(404, "This agent is in no cluster: nobody keeps a copy of its state.")
    try:
        key = key_file.read_text().strip()
    except OSError as error:
        raise UserError(f"{key_file} cannot be read: {error.strerror}") from error
    given = bearer(request) or ""
    # Digests: comparing strings of different lengths does not take constant time.
    if not key or not hmac.compare_digest(digest(given), digest(key)):
        raise HTTPException(403, "Only the key for copies serves here.")

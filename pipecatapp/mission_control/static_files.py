"""The page's own files, as the server hands them out."""

import mimetypes
import os

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from pipecatapp.mission_control.auth.auth import Auth

# Minimal systems lack /etc/mime.types, and browsers run module scripts of the right type only.
for _type, _ending in (
    ("text/javascript", ".js"),
    ("text/css", ".css"),
    ("image/svg+xml", ".svg"),
):
    mimetypes.add_type(_type, _ending)


class RevalidatedFiles(StaticFiles):
    """Files that a browser caches but revalidates each time, so that an update shows at once."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with a file, or with 304 if the browser has it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


class GuardedFiles(RevalidatedFiles):
    """Files for callers who are logged in."""

    def __init__(self, auth: Auth, *, directory: str | os.PathLike[str]) -> None:
        """Serve a directory to callers whom `auth` identifies."""
        super().__init__(directory=directory)
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file.

        Raises:
            HTTPException: 401, the caller is unknown.
        """
        if self._auth.identify(HTTPConnection(scope)) is None:
            raise HTTPException(401)
        await super().__call__(scope, receive, send)

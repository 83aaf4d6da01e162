"""The agent's end of the connection to the node's helper."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipecatapp.settings import Settings
from pipecatapp.tools.node_helper.protocol import (
    LONGEST_REPLY,
    LONGEST_REQUEST,
    HelperReply,
    HelperRequest,
)
from pipecatapp.tools.tool import ToolError

CHECK_SECONDS = 60
"""The helper asks Docker, which is slow on an old machine."""
CANCEL_SECONDS = 60
"""How long a cancelled call may take to remove its container and end its playbook."""


class HelperClient:
    """A client of this node's helper.

    Args:
        path: The helper's socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def unavailable(self, tool: str) -> str | None:
        """Return what the helper's toolset of this name lacks, or that no helper answers."""
        request = HelperRequest(call="check", arguments={"tool": tool})
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._ask(request, lambda line: None)
        except TimeoutError:
            return f"the helper at {self._path} does not answer within {CHECK_SECONDS} s"
        except ToolError as error:
            return str(error)

    async def run(
        self, call: str, arguments: dict[str, Any], progress: Callable[[str], None]
    ) -> str:
        """Run a call in the helper; if cancelled, wait until the helper has ended it.

        Raises:
            ToolError: The call failed, or no helper answers.
        """
        # Pydantic checks that `call` is a call of the protocol.
        request = HelperRequest.model_validate({"call": call, "arguments": arguments})
        return await self._ask(request, progress) or ""

    async def _ask(self, request: HelperRequest, progress: Callable[[str], None]) -> str | None:
        line = request.line()
        if len(line) > LONGEST_REQUEST:
            raise ToolError(f"The call is larger than {LONGEST_REQUEST} bytes")
        try:
            opened = await asyncio.open_unix_connection(self._path, limit=LONGEST_REPLY)
        except OSError as error:
            raise ToolError(
                f"the helper does not answer at {self._path} ({error.strerror}): on this node, "
                "sudo systemctl start twin-helper.socket"
            ) from error
        reader, writer = opened
        try:
            writer.write(line)
            await writer.drain()
            return await _read_replies(reader, progress)
        except (OSError, EOFError) as error:
            raise ToolError(
                "The helper ended before the call was done: see journalctl -u twin-helper"
            ) from error
        except ValueError as error:
            raise ToolError("The helper's answer is not of this version") from error
        except asyncio.CancelledError:
            await asyncio.shield(_cancel_call(reader, writer))
            raise
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _read_replies(
    reader: asyncio.StreamReader, progress: Callable[[str], None]
) -> str | None:
    """Return the result, and pass on the progress before it.

    Raises:
        ToolError: The call failed.
        EOFError: The connection ended.
        ValueError: A line is too long or not a reply.
    """
    while line := await reader.readline():
        try:
            reply = HelperReply.model_validate_json(line)
        except ValidationError as error:
            raise ValueError("no reply") from error
        if reply.error is not None:
            raise ToolError(reply.error)
        if reply.result is not None:
            return reply.result.text
        progress(reply.progress or "")
    raise EOFError


async def _cancel_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Cancel the call and wait until the helper has ended it."""
    with suppress(OSError, TimeoutError):
        writer.write_eof()
        async with asyncio.timeout(CANCEL_SECONDS):
            while await reader.read(2**16):
                pass


def helper_client(settings: Settings) -> HelperClient | None:
    """Return a client of the helper, or None if the settings name none."""
    return HelperClient(settings.helper_socket) if settings.helper_socket else None

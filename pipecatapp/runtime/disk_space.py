"""Whether the disk has room, asked before anything large is written."""

import shutil
from pathlib import Path

from pipecatapp.errors import UserError

MIB = 1 << 20


def require_space(directory: Path, need: int, purpose: str) -> None:
    """Check that `need` bytes are free where `directory` is.

    Args:
        directory: Where the files will go; it is made if it is missing.
        need: In bytes.
        purpose: What they are for; begins the message.

    Raises:
        UserError: There is less; the message names both sizes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(directory).free
    if free < need:
        raise UserError(
            f"{purpose} needs {need / MIB:.0f} MiB in {directory} and {free / MIB:.0f} MiB are "
            "free: make room, or set PIPECATAPP_HOME to a larger disk, and run this again"
        )

"""The files of `pipecatapp memory export` and `import`."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.safe_files import write_atomic

MAX_BYTES = 64 * MIB
"""The agent accepts no more either."""


def write_export(path: Path, content: Any) -> None:
    """Write an export that only its owner can read, in one step; "-" is standard output.

    Raises:
        UserError: The file cannot be written; an older file is untouched.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1)
    if str(path) == "-":
        click.echo(text)
        return
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise UserError(f"{path} is no file that can be replaced: name another, or - for output.")
    try:
        write_atomic(target, f"{text}\n", mode=0o600)
    except OSError as error:
        with suppress(OSError):
            target.with_name(f".{target.name}.{os.getpid()}").unlink()
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def read_export(path: Path) -> Any:
    """Return the JSON content of a file; "-" is standard input.

    Raises:
        UserError: The file cannot be read, is too large or is not JSON.
    """
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise UserError(f"{path} is larger than {MAX_BYTES // MIB} MiB: import it in parts.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} is no export of a memory: `pipecatapp memory export FILE` writes one."
        ) from error

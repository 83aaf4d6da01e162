"""Checks for a camera and takes pictures with it."""

import asyncio
import os
import signal
import stat
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from pipecatapp.errors import UserError
from pipecatapp.runtime.process.commands import bound_to_parent
from pipecatapp.tools.camera import capture

SCHEMES = ("http", "https", "rtsp")
CAMERA_SECONDS = 10.0
"""How long a camera may take to give its picture."""
START_SECONDS = 30.0
"""How long OpenCV may take to load from an old machine's disk."""
CHOICES = "set CAMERA to a device such as 0 or /dev/video0, an image or video file, or a URL"


def camera_problem(source: str) -> str | None:
    """Return None if `source` can be a camera, else one line that says what to do.

    This is cheap: it opens no device and connects to no address.
    """
    if not source:
        return f"no camera: {CHOICES}"
    if "://" in source:
        return (
            None if _is_url(source) else f"no camera: {display_name(source)} is no URL: {CHOICES}"
        )
    path = _path(source)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return f"no camera: {path} does not exist: connect one, or {CHOICES}"
    except OSError as error:
        return f"no camera: {path} cannot be used ({error.strerror}): {CHOICES}"
    if stat.S_ISCHR(mode):
        if not os.access(path, os.R_OK | os.W_OK):
            return (
                f"permission denied for the camera {path}: join the group video with "
                "`sudo usermod -aG video $USER`, then log in again"
            )
    elif stat.S_ISDIR(mode) or not os.access(path, os.R_OK):
        return f"no camera: {path} is no file that can be read: {CHOICES}"
    return None


async def take_picture(source: str) -> bytes:
    """Return what a camera sees now, as a JPEG with at most `capture.LONG_SIDE` pixels a side.

    Args:
        source: The number or path of a video device, an image or video file, or a URL.

    Raises:
        UserError: There is no camera, or it takes too long or gives no picture.
    """
    if problem := camera_problem(source):
        raise UserError(problem)
    process = await asyncio.create_subprocess_exec(
        # Run by its path, so that it does not load the agent, which takes seconds.
        *bound_to_parent([sys.executable, "-I", capture.__file__]),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    try:
        output = await _read_output(process, source)
    except TimeoutError:
        raise UserError(
            f"The camera {display_name(source)} gave no picture within {CAMERA_SECONDS:.0f} s: "
            "check that it is switched on and connected"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode == 0:
        return output
    raise UserError(f"The camera {display_name(source)} {_failure_reason(process, output)}")


def display_name(source: str) -> str:
    """Return a camera's name for people: a URL without password and parameters."""
    if "://" not in source:
        return str(_path(source))
    scheme, _, rest = source.partition("://")
    # The last @ counts: a password that was not encoded may hold others.
    place = rest.rpartition("@")[2]
    return f"{scheme}://{place.partition('?')[0].partition('#')[0]}"


def _path(source: str) -> Path:
    return Path(f"/dev/video{source}" if source.isdecimal() else source)


def _is_url(source: str) -> bool:
    try:
        parts = urlsplit(source)
        valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    clean = source.isprintable() and " " not in source
    return clean and valid and parts.scheme in SCHEMES and bool(parts.hostname)


async def _read_output(process: Process, source: str) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("pipes were asked for")
    async with asyncio.timeout(START_SECONDS):
        # Not an argument: other users can read those, and a URL may hold a password.
        with suppress(ConnectionError):
            process.stdin.write(f"{source}\n".encode())
            await process.stdin.drain()
        await process.stdout.readline()
    async with asyncio.timeout(CAMERA_SECONDS):
        output = await process.stdout.read()
        await process.wait()
    return output


def _failure_reason(process: Process, output: bytes) -> str:
    if process.returncode == capture.FAILED:
        return f"{output.decode(errors='replace')}: {CHOICES}"
    if process.returncode and process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        return f"cannot be used: OpenCV was ended by {name}"
    return f"cannot be used: OpenCV does not load; see `{sys.executable} -c 'import cv2'`"

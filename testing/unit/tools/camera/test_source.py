import asyncio
import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest
from aiohttp import web

from pipecatapp.errors import UserError
from pipecatapp.settings import REPOSITORY
from pipecatapp.tools.camera import source as camera
from pipecatapp.tools.camera.capture import LONG_SIDE
from pipecatapp.tools.camera.source import camera_problem, display_name, take_picture

RED, BLUE = (0, 0, 255), (255, 0, 0)


OTHERS: set[psutil.Process] = set()


@pytest.fixture(autouse=True)
def others() -> None:
    """Take note of what runs before a test: agents of other tests."""
    OTHERS.update(psutil.Process().children())


def started() -> list[psutil.Process]:
    """Return the processes that the test under way has started and that run."""
    return [child for child in psutil.Process().children() if child not in OTHERS]


def image(colour: tuple[int, int, int], width: int = 640, height: int = 480) -> Any:
    return np.full((height, width, 3), colour, np.uint8)


def picture_file(path: Path, *size: int) -> str:
    assert cv2.imwrite(str(path), image(RED, *size))
    return str(path)


def colour_of(jpeg: bytes) -> list[int]:
    """Return the mean colour, blue, green and red, each 0 or 255."""
    mean = decoded(jpeg).mean(axis=(0, 1))
    return [255 if value > 127 else 0 for value in mean]


def decoded(jpeg: bytes) -> Any:
    assert jpeg.startswith(b"\xff\xd8")
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


async def test_a_large_picture_is_made_small_in_its_proportions(tmp_path: Path) -> None:
    picture = decoded(await take_picture(picture_file(tmp_path / "a.png", 3000, 1500)))
    assert picture.shape == (LONG_SIDE // 2, LONG_SIDE, 3)


async def test_a_small_picture_stays_as_it_is(tmp_path: Path) -> None:
    picture = await take_picture(picture_file(tmp_path / "a.jpg", 100, 200))
    assert decoded(picture).shape == (200, 100, 3)
    assert colour_of(picture) == list(RED)


async def test_of_a_video_the_first_pictures_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "door.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for colour in [BLUE] * 4 + [RED] * 12:
        writer.write(image(colour, 64, 48))
    writer.release()
    assert colour_of(await take_picture(str(path))) == list(RED)


@pytest.mark.parametrize(
    ("name", "content"), [("a.jpg", b"no picture"), ("a.png", b"\x89PNG"), ("a.mp4", b"")]
)
async def test_a_file_that_is_no_picture_is_named(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"{name} is no image or video.*set CAMERA") as caught:
        await take_picture(str(path))
    assert "\n" not in str(caught.value)


async def test_a_picture_too_large_for_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    assert cv2.imwrite(str(path), np.zeros((10_001, 10_000), np.uint8))
    with pytest.raises(UserError, match=r"huge\.png has more than 100 million pixels"):
        await take_picture(str(path))


async def test_a_device_that_is_no_camera_is_said() -> None:
    with pytest.raises(UserError, match=r"/dev/null is no camera, or another program has it"):
        await take_picture("/dev/null")


async def test_a_camera_that_hangs_is_given_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "CAMERA_SECONDS", 0.5)
    path = tmp_path / "hangs"
    os.mkfifo(path)  # opening it waits for a writer
    with pytest.raises(UserError, match="gave no picture within"):
        await take_picture(str(path))
    assert not started()


async def test_a_cancelled_picture_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "hangs"
    os.mkfifo(path)
    picture = asyncio.create_task(take_picture(str(path)))
    while not started():  # noqa: ASYNC110  # another program's doing
        await asyncio.sleep(0.01)
    picture.cancel()
    with pytest.raises(asyncio.CancelledError):
        await picture
    assert not started()


JPEG = cv2.imencode(".jpg", image(BLUE))[1].tobytes()


async def still(request: web.Request) -> web.Response:
    return web.Response(body=JPEG, content_type="image/jpeg")


async def private(request: web.Request) -> web.StreamResponse:
    if "Authorization" not in request.headers:
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="camera"'})
    return await still(request)


async def stream(request: web.Request) -> web.StreamResponse:
    """Send pictures without end."""
    response = web.StreamResponse(
        headers={"Content-Type": "multipart/x-mixed-replace; boundary=frame"}
    )
    await response.prepare(request)
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(JPEG)}\r\n\r\n".encode()
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(head + JPEG + b"\r\n")
    return response


@pytest.fixture
async def web_camera() -> AsyncIterator[str]:
    """Yield host and port of a camera with a still image, a stream and a password."""
    app = web.Application()
    handlers = {"/still.jpg": still, "/stream": stream, "/private": private}
    app.add_routes([web.get(path, handler) for path, handler in handlers.items()])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield f"{host}:{port}"
    await runner.cleanup()


@pytest.mark.parametrize("path", ["/still.jpg", "/stream"])
async def test_a_still_image_and_a_stream_come_over_http(web_camera: str, path: str) -> None:
    assert colour_of(await take_picture(f"http://{web_camera}{path}")) == list(BLUE)


async def test_a_password_in_the_url_is_used(web_camera: str) -> None:
    url = f"http://me:secret@{web_camera}/private"  # pragma: allowlist secret
    picture = await take_picture(url)
    assert colour_of(picture) == list(BLUE)


async def test_a_password_in_the_url_is_not_shown_where_it_fails() -> None:
    url = "http://me:secret@127.0.0.1:1/x?token=hidden"  # pragma: allowlist secret
    with pytest.raises(UserError, match=r"http://127\.0\.0\.1:1/x does not answer") as caught:
        await take_picture(url)
    assert "me:" not in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
async def test_an_address_that_takes_calls_and_says_nothing_is_given_up(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "CAMERA_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(UserError, match="gave no picture within"):
            await take_picture(url)
    assert not started()


@pytest.mark.parametrize(
    "source",
    [
        *("", "97", "/dev/video97", "/nowhere/a.jpg", "/tmp"),
        *("http://", "ftp://host/a.jpg", "https://host:99999/", "http://a b/", "rtsp:///x"),
    ],
)
def test_without_a_camera_it_says_what_to_set(source: str) -> None:
    problem = camera_problem(source)
    assert problem
    assert problem.startswith("no camera: ")
    assert "set CAMERA" in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    "source",
    [
        "/dev/null",
        __file__,
        "http://cam.local/still.jpg",
        "rtsp://me:pw@10.0.0.7:554/1",  # pragma: allowlist secret
    ],
)
def test_what_can_be_a_camera_is_none_of_its_business_yet(source: str) -> None:
    assert camera_problem(source) is None


# What is imported first may lie where only root can read.
AS_NOBODY = """
import os, sys
from pipecatapp.tools.camera.source import camera_problem
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(camera_problem(sys.argv[1]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="being another user needs root")
def test_without_the_permission_it_names_the_group() -> None:
    # Unlike a test's own directory, this one lets others through.
    with tempfile.TemporaryDirectory(prefix="camera-") as name:
        Path(name).chmod(0o755)
        device = Path(name) / "video0"
        try:
            os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("devices cannot be made here")
        command = [sys.executable, "-c", AS_NOBODY, str(device)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert "join the group video" in said.stdout


def test_a_url_is_shown_without_what_is_secret() -> None:
    url = "http://me:pw@cam:81/a?key=1#x"  # pragma: allowlist secret
    assert display_name(url) == "http://cam:81/a"
    assert display_name("http://me:p/w?e@t@cam/a") == "http://cam/a"
    assert display_name("0") == "/dev/video0"

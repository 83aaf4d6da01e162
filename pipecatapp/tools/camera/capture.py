"""Takes one picture from a camera in a process of its own: `python capture.py`.

It reads the camera's name from standard input, writes an empty line once OpenCV is loaded, and then
a JPEG. A hanging camera, a busy device or a crash of the decoder ends with this process, and OpenCV
uses none of the agent's memory. The script imports no module of the agent.
"""

import os
import sys
import time
from typing import Any

LONG_SIDE = 756
"""Pixels: twice as many as Moondream2 looks at."""
MOST_PIXELS = 100_000_000
"""A larger image file is refused: a decoded pixel takes three bytes."""
JPEG_QUALITY = 90
WARM_UP_FRAMES = 8
WARM_UP_SECONDS = 2.0
"""A webcam's first pictures are dark: the longest wait for its exposure."""
FAILED = 3
"""Exit status if the output says why there is no picture."""


class NoPictureError(Exception):
    """There is no picture; the text continues `The camera X ...`."""


def main() -> int:
    """Write a JPEG to the standard output, or why there is none."""
    # OpenCV reads this when it is loaded.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MOST_PIXELS)
    import cv2

    source = sys.stdin.readline().rstrip("\n")
    print(flush=True)
    try:
        output = _jpeg(cv2, _picture(cv2, source))
    except NoPictureError as error:
        sys.stdout.write(str(error))
        return FAILED
    sys.stdout.buffer.write(output)
    return 0


def _picture(cv2: Any, source: str) -> Any:
    """Return the camera's picture as an array of shape (height, width, 3), BGR, uint8."""
    if source.isdecimal() or source.startswith("/dev/"):
        device = f"/dev/video{source}" if source.isdecimal() else source
        return _last_frame(cv2, device, cv2.CAP_V4L2, "is no camera, or another program has it")
    if "://" in source:
        return _last_frame(cv2, source, cv2.CAP_FFMPEG, "does not answer with a picture or a video")
    try:
        image = cv2.imread(source)
    except cv2.error as error:
        raise NoPictureError(f"has more than {MOST_PIXELS // 10**6} million pixels") from error
    if image is not None:
        return image
    return _last_frame(cv2, source, cv2.CAP_FFMPEG, "is no image or video that can be read")


def _last_frame(cv2: Any, source: str, backend: int, failure: str) -> Any:
    capture = cv2.VideoCapture(source, backend)
    frame, began = None, time.monotonic()
    for _ in range(WARM_UP_FRAMES):
        read, newer = capture.read()
        if not read:
            break
        frame = newer
        if time.monotonic() - began > WARM_UP_SECONDS:
            break
    capture.release()
    if frame is None:
        raise NoPictureError(failure)
    return frame


def _jpeg(cv2: Any, picture: Any) -> bytes:
    height, width = picture.shape[:2]
    scale = LONG_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return bytes(encoded)


if __name__ == "__main__":
    sys.exit(main())

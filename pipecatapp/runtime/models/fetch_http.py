"""Fetches one file over HTTP, from where an earlier attempt stopped."""

from collections.abc import Callable
from pathlib import Path

import httpx2

# A dead address must fail over to the next source within seconds.
TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
ATTEMPTS = 4


class SourceError(Exception):
    """A source did not deliver; the next one is tried.

    Args:
        reason: Why, for the person who reads it.
        unreachable: Whether nothing answered at the address.
    """

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


def fetch_http(url: str, part: Path, on_bytes: Callable[[int, int | None], None]) -> None:
    """Fetch `url` into `part`, and continue a `part` that exists already.

    After a broken connection the download is continued, as long as attempts bring bytes.

    Args:
        url: An http or https address; redirections are followed.
        part: The incomplete file; it stays if fetching fails.
        on_bytes: Called with the number of bytes so far and the total, None if unknown.

    Raises:
        SourceError: Nothing answers, the answer is an error, or the connection keeps breaking.
        OSError: The file cannot be written, for example because the disk is full.
    """
    fruitless = 0
    with httpx2.Client(timeout=TIMEOUT, follow_redirects=True) as client:
        while True:
            before = _size(part)
            try:
                _fetch_once(client, url, part, on_bytes)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                raise SourceError(_reason(error), unreachable=True) from error
            except httpx2.TransportError as error:
                fruitless = 0 if _size(part) > before else fruitless + 1
                if fruitless == ATTEMPTS:
                    raise SourceError(_reason(error)) from error
            except httpx2.HTTPError as error:
                raise SourceError(_reason(error)) from error
            else:
                return


def _fetch_once(
    client: httpx2.Client, url: str, part: Path, on_bytes: Callable[[int, int | None], None]
) -> None:
    have = _size(part)
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE:
            if response.headers.get("Content-Range") == f"bytes */{have}":
                return  # the file is complete; its checksum will tell
            part.unlink()
            raise SourceError(f"it no longer has byte {have} of the file: run this again")
        if response.is_error:
            raise SourceError(f"HTTP status {response.status_code}")
        resumes = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        resumes = resumes and response.status_code == httpx2.codes.PARTIAL_CONTENT
        done = have if resumes else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        with part.open("ab" if resumes else "wb") as stream:
            # In pieces as they arrive: larger ones would be lost when the connection breaks.
            for chunk in response.iter_raw():
                stream.write(chunk)
                done += len(chunk)
                on_bytes(done, total)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: httpx2.HTTPError) -> str:
    return " ".join(str(error).split()) or type(error).__name__

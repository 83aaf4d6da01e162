"""A real HTTP server with one file, which can fail in the ways that servers do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What the server does and has been asked."""

    content: bytes
    port: int = 0
    break_after: list[int] = field(default_factory=list)
    status: int = 0
    ranges: bool = True
    requests: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file.bin"


def _handler(files: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            asked = self.headers.get("Range")
            files.requests.append(asked)
            if files.status:
                self.send_error(files.status)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            start = start if files.ranges else 0
            total = len(files.content)
            if start >= total:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{total}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if asked and files.ranges else 200)
            if asked and files.ranges:
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("Content-Length", str(total - start))
            self.end_headers()
            end = start + files.break_after.pop(0) if files.break_after else total
            self.wfile.write(files.content[start:end])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    return Handler


@contextmanager
def running_file_server() -> Iterator[FileServer]:
    """Run one until the block ends."""
    files = FileServer(bytes(range(256)) * 4096)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(files)) as server:
        files.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield files
        server.shutdown()
        thread.join()

"""A small HTTP server that answers like Consul, blocking queries included."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LONGEST_WAIT_SECS = 0.5


class FakeConsul:
    """Holds an answer for each path; a change ends the queries that wait for it."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 200
        self.tokens: list[str | None] = []
        self._answers: dict[str, Any] = {}
        self._index = 1
        self._changed = threading.Condition()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def set(self, path: str, answer: Any) -> None:
        with self._changed:
            self._answers[path] = answer
            self._index += 1
            self._changed.notify_all()

    def answer(self, path: str, index: int) -> tuple[int, Any]:
        with self._changed:
            self._changed.wait_for(lambda: self._index > index, LONGEST_WAIT_SECS)
            return self._index, self._answers.get(path)


def _handler(consul: FakeConsul) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            consul.tokens.append(self.headers.get("X-Consul-Token"))
            parts = urlsplit(self.path)
            (asked,) = parse_qs(parts.query).get("index", ["0"])
            index, answer = consul.answer(parts.path, int(asked))
            status = consul.status if answer is not None or consul.status != 200 else 404
            body = json.dumps(answer).encode() if answer is not None else b""
            self.send_response(status)
            self.send_header("X-Consul-Index", str(index))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def running_consul() -> Iterator[FakeConsul]:
    """Run one until the block ends."""
    consul = FakeConsul()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(consul)) as server:
        consul.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield consul
        server.shutdown()
        thread.join()

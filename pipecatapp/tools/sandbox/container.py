"""Runs untrusted code in a container with limits and returns the outcome."""

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from docker.errors import NotFound
from docker.models.containers import Container
from docker.types import LogConfig, Ulimit

from pipecatapp.runtime.kept_output import KeptOutput
from pipecatapp.tools.sandbox.engine import ENGINE_SECONDS, LABEL, connect

MEGABYTE = 2**20
SECONDS = 20
MEMORY_MB = 256
KEPT_OUTPUT = 32 * 1024
"""Bytes that are kept of the beginning of the output, and again of its end."""
MOST_OUTPUT = 16 * MEGABYTE
"""Bytes; a program that prints more is killed."""
CHUNK = 64 * 1024
# Docker multiplexes streams in frames: the stream, three zero bytes, the length, the data.
_HEADER = struct.Struct(">xxxxL")

LIMITS: dict[str, Any] = {
    "network_mode": "none",
    "read_only": True,
    "tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777"},  # noqa: S108 - not the host's
    "working_dir": "/tmp",  # noqa: S108
    "user": "65532:65532",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "mem_limit": MEMORY_MB * MEGABYTE,
    # Memory and swap together: no swap.
    "memswap_limit": MEMORY_MB * MEGABYTE,
    "shm_size": 16 * MEGABYTE,
    "nano_cpus": 10**9,
    "pids_limit": 64,
    # Seconds of processor time: ends the code if the agent was killed.
    "ulimits": [Ulimit(name="cpu", soft=SECONDS + 5, hard=SECONDS + 5)],
    "init": True,
    "hostname": "sandbox",
    "ipc_mode": "private",
    "log_config": LogConfig(type="none"),
    # Otherwise the container gets the client's proxy settings, which may hold passwords.
    "use_config_proxy": False,
    "stdin_open": True,
}


@dataclass(frozen=True)
class SandboxResult:
    """The outcome of a run.

    Attributes:
        output: The beginning and the end of the output of both streams in order.
        exit_code: The exit code; None if the run was ended from outside.
        timed_out: Whether the run took longer than `SECONDS`.
        out_of_memory: Whether it was killed because it needed more than `MEMORY_MB`.
        cut: Whether it was ended because it printed more than `MOST_OUTPUT`.
    """

    output: str
    exit_code: int | None = None
    timed_out: bool = False
    out_of_memory: bool = False
    cut: bool = False


class SandboxRun:
    """A run that blocks its thread and that another thread may stop."""

    def __init__(self, image: str, code: str):
        self._image = image
        self._code = code.encode(errors="replace")
        self._connection: socket.socket | None = None
        self._stopped = False
        self._deadline = 0.0

    def execute(self) -> SandboxResult:
        """Run the code; block for up to `SECONDS` and the time that the engine needs.

        Raises:
            DockerException: The engine failed or does not answer.
            OSError: The connection to the engine broke.
        """
        client = connect(ENGINE_SECONDS)
        try:
            runtimes = client.info().get("Runtimes") or {}
            container = client.containers.create(
                self._image,
                labels={LABEL: ""},
                runtime="runsc" if "runsc" in runtimes else None,
                **LIMITS,
            )
            try:
                return self._exchange(container)
            finally:
                # This also ends a container that still runs.
                with suppress(NotFound):
                    client.api.remove_container(str(container.id), force=True)
        finally:
            client.close()

    def stop(self) -> None:
        """End the run from another thread; `execute` removes its container."""
        self._stopped = True
        connection = self._connection
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _exchange(self, container: Container) -> SandboxResult:
        stream = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        # Attach before the start, so that no output is missed.
        attached: Any = container.attach_socket(params=stream)
        connection: socket.socket = attached._sock
        self._connection = connection
        with attached, connection:
            if self._stopped:
                return SandboxResult("")
            container.start()
            self._deadline = time.monotonic() + SECONDS
            output = KeptOutput(KEPT_OUTPUT)
            try:
                self._send_code(connection)
                self._collect(connection, output)
            except TimeoutError:
                return SandboxResult(output.text, timed_out=True)
        if output.total > MOST_OUTPUT:
            return SandboxResult(output.text, cut=True)
        return self._result(container, output.text)

    def _send_code(self, connection: socket.socket) -> None:
        connection.settimeout(self._seconds_left())
        # A program that ended before it read everything says why in its output.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(self._code)
            connection.shutdown(socket.SHUT_WR)

    def _collect(self, connection: socket.socket, output: KeptOutput) -> None:
        """Take the output until its end, or until it is too long."""
        frames = bytearray()
        while output.total <= MOST_OUTPUT:
            connection.settimeout(self._seconds_left())
            received = connection.recv(CHUNK)
            if not received:
                return
            frames += received
            while len(frames) >= _HEADER.size:
                end = _HEADER.size + _HEADER.unpack_from(frames)[0]
                if len(frames) < end:
                    break
                output.add(bytes(frames[_HEADER.size : end]))
                del frames[:end]

    def _result(self, container: Container, output: str) -> SandboxResult:
        if self._stopped:
            return SandboxResult(output)
        try:
            ended = container.wait(timeout=self._seconds_left())
        except (requests.Timeout, requests.ConnectionError):
            # The program closed its output and still runs.
            return SandboxResult(output, timed_out=True)
        container.reload()
        out_of_memory = container.attrs["State"]["OOMKilled"]
        return SandboxResult(output, exit_code=ended["StatusCode"], out_of_memory=out_of_memory)

    def _seconds_left(self) -> float:
        # A timeout of zero would mean not to wait at all.
        return max(self._deadline - time.monotonic(), 0.001)

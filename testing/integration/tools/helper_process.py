"""A real helper: `pipecatapp helper` with a socket of its own, started as systemd starts it."""

import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ENDING_SECONDS = 60
# The socket is number 3, and meant for the process that is started.
START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
code = "import sys; from pipecatapp.cli import main; del sys.argv[1]; main()"
os.execv(sys.executable, [sys.executable, "-c", code, *sys.argv[1:]])
"""


@contextmanager
def helper(path: Path, **environment: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a helper that root and this user may ask, and end it.

    Args:
        path: The socket.
        environment: Settings of the helper; it has nothing else of this process.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        number = listener.fileno()
        command = [sys.executable, "-c", START, str(number), "helper", "--user", getpass.getuser()]
        given: Mapping[str, str] = {name: str(value) for name, value in environment.items()}
        process = subprocess.Popen(
            command,
            pass_fds=[number],
            env={"PATH": os.environ["PATH"], "PIPECATAPP_HOME": str(path.parent), **given},
            cwd=Path(__file__).parents[3],
        )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(ENDING_SECONDS) == 0

"""Asks the helper, as the agent does: prints what it answers, or why it cannot be reached."""

import socket
import sys

with socket.socket(socket.AF_UNIX) as helper:
    try:
        helper.connect("/run/twin-helper/helper.sock")
    except OSError as error:
        sys.exit(f"{type(error).__name__}: {error.strerror}")
    helper.sendall(f"{sys.argv[1]}\n".encode())
    with helper.makefile() as answer:
        print(answer.read(), end="")

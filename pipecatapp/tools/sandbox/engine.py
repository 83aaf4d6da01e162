"""Connects to the Docker engine, checks it and removes leftover containers."""

import shlex
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import docker
from docker import DockerClient
from docker.errors import APIError, DockerException, ImageNotFound
from docker.utils import kwargs_from_env, parse_host

BUILD = Path(__file__).with_name("build")
LABEL = "pipecatapp.code-runner"
ANSWER_SECONDS = 2
ENGINE_SECONDS = 30
"""How long the engine of a slow machine may take for a request."""
LEFTOVER_SECONDS = 120
"""A container of this age cannot belong to a living agent."""
_UNIX = "http+unix://"


def connect(seconds: int) -> DockerClient:
    """Return a client of the engine that DOCKER_HOST names, or else of this machine's engine.

    Args:
        seconds: How long to wait for each answer.

    Raises:
        DockerException: The engine does not answer.
        OSError: The engine cannot be connected to.
    """
    host = str(parse_host(kwargs_from_env().get("base_url")))
    if host.startswith(_UNIX):
        # The client's own error says less, and it would leave the socket open.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(seconds)
            probe.connect(host.removeprefix(_UNIX))
    return docker.from_env(timeout=seconds)


def engine_problem(image: str) -> str | None:
    """Return None if an image can be run, else in one line what to do; blocks a little."""
    try:
        client = connect(ANSWER_SECONDS)
    except (DockerException, OSError) as error:
        return engine_remedy(error)
    try:
        client.images.get(image)
    except ImageNotFound:
        command = f"sudo {shlex.quote(str(BUILD))} {shlex.quote(image)}"
        return f"the image {image} is missing, build it: {command}"
    except (DockerException, OSError) as error:
        return engine_remedy(error)
    else:
        return None
    finally:
        client.close()


def engine_remedy(error: Exception) -> str:
    """Return in one line what to do about an engine that failed."""
    if isinstance(error, APIError):
        return f"Docker refused: {error.explanation or error}".splitlines()[0]
    if isinstance(error, PermissionError):
        return "not allowed to use Docker: sudo usermod -aG docker $USER, then log in again"
    return "Docker does not answer: sudo apt install docker.io, or sudo systemctl start docker"


def remove_leftovers(older_than: float = LEFTOVER_SECONDS) -> int:
    """Remove the containers of killed agents and return how many there were; blocks.

    Args:
        older_than: Seconds; a younger container may belong to another agent.

    Raises:
        DockerException: The engine failed or does not answer.
        OSError: The connection to the engine broke.
    """
    client = connect(ENGINE_SECONDS)
    removed = 0
    try:
        # Ages are measured by the engine's clock: this machine's clock may differ or have been set.
        now = datetime.fromisoformat(client.info()["SystemTime"]).timestamp()
        for container in client.api.containers(all=True, filters={"label": LABEL}):
            if now - container["Created"] < older_than:
                continue
            # Another agent may be removing the container right now.
            with suppress(APIError):
                client.api.remove_container(container["Id"], force=True)
                removed += 1
    finally:
        client.close()
    return removed

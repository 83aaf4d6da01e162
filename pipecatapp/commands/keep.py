"""`pipecatapp keep`: keeps a fresh copy of the agent's state on this node."""

import time
from contextlib import suppress
from pathlib import Path

import click
import httpx

from pipecatapp.errors import UserError
from pipecatapp.mission_control.routes.state_copy import EPOCH_HEADER
from pipecatapp.runtime.cluster.state_archive import LARGEST_BYTES
from pipecatapp.runtime.cluster.state_copy import (
    StateVersion,
    copy_version,
    current_epoch,
    new_archive,
    remove_superseded,
    store_copy,
)
from pipecatapp.runtime.safe_files import locked
from pipecatapp.settings import Settings, load_settings

EVERY_SECONDS = 15
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0


@click.command(short_help="Keep a copy of the agent's state on this node.")
@click.option("--from", "url", default="http://127.0.0.1:8000", help="Where the agent is.")
@click.option("--once", is_flag=True, help="Fetch one copy, and end.")
def keep(url: str, once: bool) -> None:
    """Keep a copy of the state of the agent that runs on another node of the cluster.

    When the agent is started on this node, it goes on with the copy. The state that was here
    before is moved to the folder aside/ and deleted after a day, as it may hold facts that people
    have had forgotten since.
    """
    settings = load_settings()
    (settings.home / "copy").mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(
        settings.home / "copy" / "lock", lambda: click.echo("Another process keeps copies.")
    ):
        said = ""
        while True:
            problem = _remove_old_states(settings.home)
            try:
                now = refresh(settings, url)
            except UserError as error:
                if once:
                    raise
                now = f"No copy: {error}"
            now += problem
            if now != said:
                click.echo(now)
                said = now
            if once:
                return
            time.sleep(EVERY_SECONDS)


def _remove_old_states(home: Path) -> str:
    """Remove old states; return a message if that fails, else an empty string."""
    try:
        remove_superseded(home)
    except OSError as error:
        return f" An old state stays here: {error}"
    return ""


def refresh(settings: Settings, url: str) -> str:
    """Fetch a copy if the agent has a newer one, and return a line about the result.

    Args:
        settings: Where the copy is kept, and its key.
        url: The address of the agent or of a gateway to it.

    Raises:
        UserError: The agent does not answer, it refuses, or it sent no copy.
    """
    held = copy_version(settings.home)
    headers = {"Authorization": f"Bearer {_key(settings)}", "If-None-Match": f'"{held.tag}"'}
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(timeout=timeout, trust_env=False) as client,
            client.stream("GET", f"{url.rstrip('/')}/api/copy", headers=headers) as answer,
        ):
            return _take(settings, answer, held)
    except (httpx.HTTPError, OSError) as error:
        raise UserError(f"the agent at {url} does not answer: {error}") from error


def _take(settings: Settings, answer: httpx.Response, held: StateVersion) -> str:
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return f"A copy of epoch {held.epoch} is kept."
    if answer.status_code != httpx.codes.OK:
        raise UserError(f"the agent refused: HTTP {answer.status_code}")
    age = _age(answer)
    if age.epoch == current_epoch(settings.home):
        return "The agent runs on this node: it needs no copy here."
    if age.epoch < held.epoch:
        raise UserError(f"an agent of the epoch {age.epoch} answers: {held.epoch} is kept")
    archive = new_archive(settings.home)
    try:
        with archive.open("wb") as stream:
            for chunk in answer.iter_bytes():
                stream.write(chunk)
                if stream.tell() > LARGEST_BYTES:
                    raise UserError(f"the copy is larger than {LARGEST_BYTES} bytes")
        store_copy(settings.home, archive, age)
    finally:
        with suppress(OSError):
            archive.unlink(missing_ok=True)
    return f"A copy of epoch {age.epoch} is kept."


def _age(answer: httpx.Response) -> StateVersion:
    epoch, tag = answer.headers.get(EPOCH_HEADER, ""), answer.headers.get("etag", "").strip('"')
    if not (epoch.isdigit() and tag):
        raise UserError("what answers is not an agent of this version")
    return StateVersion(int(epoch), tag)


def _key(settings: Settings) -> str:
    if settings.copy_key_file is None:
        raise UserError("PIPECATAPP_COPY_KEY_FILE is not set: copies are kept in a cluster")
    try:
        return settings.copy_key_file.read_text().strip()
    except OSError as error:
        raise UserError(f"{settings.copy_key_file} cannot be read: {error.strerror}") from error

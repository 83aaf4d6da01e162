import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings
from testing.unit.runtime.file_server import FileServer, running_file_server


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    with running_file_server() as files:
        yield files


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(said: io.StringIO) -> Progress:
    return Progress(stream=said)

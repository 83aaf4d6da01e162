"""What `pipecatapp run` does before the agent starts on a node of a cluster."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from pipecatapp.commands.run import _adopt_state_copy
from pipecatapp.runtime.cluster.state_copy import current_epoch


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logger.add(written, format="{level} {message}")
    yield written
    logger.remove(handler)


def test_without_a_copy_an_agent_begins_its_next_epoch(tmp_path: Path, log: io.StringIO) -> None:
    _adopt_state_copy(tmp_path)
    first = current_epoch(tmp_path)
    _adopt_state_copy(tmp_path)
    assert 0 < first < current_epoch(tmp_path)
    assert log.getvalue() == ""

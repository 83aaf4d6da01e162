"""Copies of another node's state, by the command that keeps them."""

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipecatapp.commands.keep import keep
from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.state_copy import SUPERSEDED_SECONDS


def test_an_old_state_goes_even_while_no_agent_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path))
    monkeypatch.delenv("PIPECATAPP_COPY_KEY_FILE", raising=False)
    old, fresh = tmp_path / "aside" / "2026-01-01-000000", tmp_path / "aside" / "2026-01-02-000000"
    for state in (old, fresh):
        (state / "memory").mkdir(parents=True)
    then = time.time() - SUPERSEDED_SECONDS - 60
    os.utime(old, (then, then))
    result = CliRunner().invoke(keep, ["--once"])
    assert isinstance(result.exception, UserError)
    assert [state.name for state in (tmp_path / "aside").iterdir()] == [fresh.name]

import os
import stat
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth import private_files
from pipecatapp.mission_control.auth.private_files import read_records, write_json, write_private


def test_a_file_is_private_and_so_is_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "auth" / "secret"
    write_private(path, b"one")
    write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [item.name for item in path.parent.iterdir()] == ["secret"]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "auth" / "secret"
    write_private(path, b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_private(path, b"two")
    assert path.read_bytes() == b"one"
    assert [item.name for item in path.parent.iterdir()] == ["secret"]


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(UserError, match="Cannot create"):
        private_files.private_directory(tmp_path / "home" / "auth")


def test_records_come_back_and_nothing_is_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    assert read_records(path) == []
    write_json(path, [{"name": "a"}])
    assert read_records(path) == [{"name": "a"}]

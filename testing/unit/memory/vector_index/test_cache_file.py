from pathlib import Path

import numpy as np
import pytest

from pipecatapp.memory.vector_index import cache_file

CONTENT = np.arange(200, dtype=np.uint8)
LABEL: cache_file.Label = {"key": "minilm 7", "count": 3}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cache_file.write(tmp_path / "cache", CONTENT, dict(LABEL))
    return tmp_path / "cache"


def test_what_was_written_is_read(file: Path) -> None:
    found = cache_file.read(file)
    assert found is not None
    assert found[0].tobytes() == CONTENT.tobytes()
    assert found[1] == LABEL
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["cache"]


def test_a_flipped_bit_anywhere_is_found_out(file: Path) -> None:
    whole = file.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        file.write_bytes(damaged)
        assert cache_file.read(file) is None, place


def test_a_file_cut_short_anywhere_is_found_out(file: Path) -> None:
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache_file.read(file) is None, length


def test_what_cannot_be_written_leaves_what_was_there(file: Path) -> None:
    beside = file.with_name(".cache.new")
    beside.mkdir()
    with pytest.raises(OSError, match="directory"):
        cache_file.write(file, CONTENT[:5], {})
    beside.rmdir()
    assert cache_file.read(file) is not None


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert cache_file.read(tmp_path / "cache") is None
    assert cache_file.read(tmp_path) is None

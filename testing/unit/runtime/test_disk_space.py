from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB, require_space


def test_room_that_is_there_is_enough(tmp_path: Path) -> None:
    require_space(tmp_path / "made", 1, "A byte")
    assert (tmp_path / "made").is_dir()


def test_too_little_room_names_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^The model needs 1073741824 MiB in .* MiB are free"):
        require_space(tmp_path, (1 << 30) * MIB, "The model")

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_the_level_of_this_cpu_is_shown_and_nothing_is_built(home: Path, run: Run) -> None:
    result = run("llama-cpp", "level", "--json")
    assert result.exit_code == 0, result.exception
    row = json.loads(result.stdout)
    assert set(row) == {"name", "version", "level", "here", "changed"}
    assert (row["here"], row["changed"]) == (False, False)
    line = run("llama-cpp", "level").stdout
    assert line == f"{row['version']} for {row['level']}: not here\n"
    assert not (home / "llama.cpp").exists()

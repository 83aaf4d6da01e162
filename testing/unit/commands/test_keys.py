from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from pipecatapp.mission_control.auth.keys import KeyStore

Run = Callable[..., Result]


def test_a_key_is_shown_once_and_listed_by_its_end(home: Path, run: Run) -> None:
    added = run("keys", "add", "laptop")
    key = added.stdout.strip()
    assert "not shown again" in added.stderr
    assert KeyStore(home).find(key) == "laptop"
    (line,) = run("keys", "list").stdout.splitlines()
    (entry,) = KeyStore(home).entries()
    assert line == f"{'laptop':<24} {entry.created}  ...{key[-4:]}"


def test_an_empty_list_says_how_to_add_one_and_prints_no_row(home: Path, run: Run) -> None:
    result = run("keys", "list")
    assert result.stdout == ""
    assert "pipecatapp keys add NAME" in result.stderr


def test_revoking_ends_a_key_and_only_one_that_exists(home: Path, run: Run) -> None:
    key = run("keys", "add", "laptop").stdout.strip()
    assert run("keys", "revoke", "laptop").stdout == "Revoked laptop.\n"
    assert KeyStore(home).find(key) is None
    assert "No key is named 'laptop'" in str(run("keys", "revoke", "laptop").exception)

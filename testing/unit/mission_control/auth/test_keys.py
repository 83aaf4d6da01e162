import hashlib
import stat

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipecatapp.commands.keys import keys
from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def fresh_settings(settings: Settings) -> None:
    load_settings.cache_clear()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(keys, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def status(client: TestClient, key: str) -> int:
    return client.get("/api/status", headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_works_at_once_and_not_after_it_is_revoked(client: TestClient) -> None:
    key = run("add", "laptop").strip()
    assert status(client, key) == 200
    listed = run("list")
    assert "laptop" in listed
    assert key[-4:] in listed
    assert key not in listed
    run("revoke", "laptop")
    assert status(client, key) == 401
    assert run("list") == ""


def test_keys_are_stored_privately_and_only_as_sums(settings: Settings) -> None:
    key = run("add", "laptop").strip()
    path = settings.home / "auth" / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key not in path.read_text()
    assert hashlib.sha256(key.encode()).hexdigest() in path.read_text()


def test_a_key_keeps_its_own_conversation(client: TestClient) -> None:
    first, second = run("add", "one").strip(), run("add", "two").strip()
    conversations = [
        client.get("/api/history", headers={"Authorization": f"Bearer {key}"}).json()[0]["text"]
        for key in (first, second, first)
    ]
    assert conversations[0] == conversations[2] != conversations[1]


@pytest.mark.parametrize("name", ["", "../x", "a b", "local", "-x", "x" * 65])
def test_a_malformed_name_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(UserError, match="cannot name a key"):
        KeyStore(settings.home).add(name)


def test_a_name_is_taken_once_and_an_unknown_one_cannot_be_revoked(settings: Settings) -> None:
    store = KeyStore(settings.home)
    store.add("laptop")
    with pytest.raises(UserError, match="exists"):
        store.add("laptop")
    with pytest.raises(UserError, match="No key is named"):
        store.revoke("phone")


def test_keys_of_the_settings_work(settings: Settings) -> None:
    sums = [hashlib.sha256(key.encode()).hexdigest() for key in ("one", "two")]
    store = KeyStore(settings.home, f"{sums[0]}, {sums[1].upper()} ,")
    assert store.find("two") == f"configured-{sums[1][:12]}"
    assert store.find("three") is None


def test_a_key_in_clear_among_the_settings_is_refused_and_not_shown(settings: Settings) -> None:
    with pytest.raises(UserError, match="64 hexadecimal digits") as error:
        KeyStore(settings.home, "my-secret-key")
    assert "my-secret-key" not in str(error.value)


def test_a_damaged_key_file_is_said_and_left_alone(settings: Settings) -> None:
    path = settings.home / "auth" / "keys.json"
    path.parent.mkdir(parents=True)
    path.write_text('[{"name": "laptop"')
    with pytest.raises(UserError, match="Cannot read"):
        KeyStore(settings.home).add("phone")
    assert path.read_text() == '[{"name": "laptop"'


def test_the_local_key_is_made_once_and_private(settings: Settings) -> None:
    store = KeyStore(settings.home)
    store.ensure_local()
    first = store.read_local()
    store.ensure_local()
    assert store.read_local() == first
    path = settings.home / "auth" / "local.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

import asyncio
import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.tools.execution.audit import LONGEST_TEXT, Audit, masked, write_or_log

SECRET = "hunter2-correct-horse"  # pragma: allowlist secret
KIND = "OPENSSH PRIVATE KEY"
PEM = f"-----BEGIN {KIND}-----\n{SECRET}\nAAAA\n-----END {KIND}-----"


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path / "audit" / "audit.jsonl")


def lines(audit: Audit) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.path.read_text().splitlines()]


@pytest.mark.parametrize(
    "value",
    [
        {"password": SECRET},
        {"login": {"user": "bob", "SSH_Passphrase": SECRET}},
        {"credentials": {"user": "bob", "value": SECRET}},
        {"hosts": [{"name": "nas", "api_key": SECRET}]},
        {"tokens": ["a", SECRET]},
        {"command": f"mysql --password={SECRET} -u root"},
        {"command": f"mysql --password '{SECRET} more'"},
        {"command": f"tool --api-key {SECRET}"},
        {"command": f"PGPASSWORD={SECRET} psql"},
        {"command": f"AWS_SECRET_ACCESS_KEY={SECRET} aws s3 ls"},
        {"command": f'DB_PASSWORD_PROD: "{SECRET}"'},
        {"command": f'password="{SECRET}'},
        {"said": f"my password is {SECRET}"},
        {"text": f'{{"token": "{SECRET}"}}'},
        {"text": json.dumps(json.dumps({"access_token": SECRET}))},
        {"text": f"Authorization: Bearer {SECRET}"},
        {"text": f"authorization: basic {SECRET}="},
        {"text": f"https://bob:{SECRET}@nas.local/x"},
        {"text": f"https://bob:p@{SECRET}@nas.local/x"},
        {"text": f"before\n{PEM}\nafter"},
        {"text": PEM.partition("AAAA")[0]},
        {"text": PEM.replace("KEY", "KEY BLOCK")},
    ],
)
def test_secrets_are_masked(value: dict[str, Any]) -> None:
    assert SECRET not in json.dumps(masked(value))
    assert "***" in json.dumps(masked(value))


def test_a_number_that_is_a_secret_is_masked() -> None:
    assert masked({"password": 4711, "port": 22, "secret": None}) == {
        "password": "***",
        "port": 22,
        "secret": None,
    }


def test_the_rest_is_kept() -> None:
    value = {
        "command": "df -h /home && systemctl status nginx",
        "url": "http://nas.local:8080/path?page=2",
        "list": [1, 2.5, True, None, "text"],
    }
    assert masked(value) == value
    assert masked(f"before\n{PEM}\nafter").startswith("before\n-----BEGIN OPENSSH")
    assert masked(f"before\n{PEM}\nafter").endswith("-----END OPENSSH PRIVATE KEY-----\nafter")
    assert masked(f"ssh://bob:{SECRET}@nas") == "ssh://bob:***@nas"


def test_a_long_text_is_cut() -> None:
    kept = masked("x" * 5 * LONGEST_TEXT + " exit code 3")
    assert len(kept) <= LONGEST_TEXT
    assert kept.startswith("xxx")
    assert kept.endswith("exit code 3")


async def test_lines_are_appended_privately(audit: Audit) -> None:
    await audit.write("call", tool="ssh.run_command", arguments={"password": SECRET})
    first = audit.path.read_bytes()
    await audit.write("result", text="two\nlines ü")
    assert audit.path.read_bytes().startswith(first)
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(audit.path.parent.stat().st_mode) == 0o700
    call, result = lines(audit)
    assert (call["event"], call["arguments"]) == ("call", {"password": "***"})
    assert (result["event"], result["text"]) == ("result", "two\nlines ü")
    assert datetime.fromisoformat(call["at"]).utcoffset() == timedelta(0)


async def test_a_file_that_others_could_read_is_closed_to_them(audit: Audit) -> None:
    audit.path.parent.mkdir()
    audit.path.write_text('{"event": "earlier"}\n')
    audit.path.chmod(0o644)
    await audit.write("call")
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600
    assert [line["event"] for line in lines(audit)] == ["earlier", "call"]


async def test_many_writers_do_not_mix_their_lines(audit: Audit) -> None:
    await asyncio.gather(*(audit.write("call", number=n, text="x" * 1000) for n in range(40)))
    assert sorted(line["number"] for line in lines(audit)) == list(range(40))


async def test_a_symbolic_link_is_refused(audit: Audit, tmp_path: Path) -> None:
    audit.path.parent.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    audit.path.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"audit\.jsonl"):
        await audit.write("call")
    assert elsewhere.read_text() == "untouched"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchmod", lambda *_: None)  # the device's mode is not ours to change
    with pytest.raises(OSError, match="No space left"):
        await Audit(Path("/dev/full")).write("call")


async def test_a_note_that_cannot_be_written_is_survived(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the directory should be")
    with pytest.raises(OSError, match="audit"):
        await Audit(tmp_path / "audit" / "audit.jsonl").write("result")
    await write_or_log(Audit(tmp_path / "audit" / "audit.jsonl"), "result")
